import type { SweepEdge } from '../../contracts/result/sweep.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import type { Range, Setting } from '../../scenario/sweep-values.js';

/** A value that was tried for one variant, with its figures. */
export interface Probe {
  readonly variant: string;
  readonly setting: Setting;
  readonly figures: SweepFigures;
}

/** Runs some variants at some values; results in the order of the requests. */
type AskAll = (
  requests: readonly { readonly variant: string; readonly setting: Setting }[],
) => Promise<readonly SweepFigures[]>;

/** The condition that the bisection searches. */
export interface Aim {
  /** Whether it holds; where the data are inconclusive, the point estimates decide. */
  holds(figures: SweepFigures): boolean;
  /** Whether the data are conclusive. */
  isSure(figures: SweepFigures): boolean;
}

/** The range and the precision of a search. */
export interface Search {
  readonly range: Range;
  readonly variants: readonly string[];
  /** Share of the larger of two neighbours. */
  readonly resolution: number;
  readonly aim: Aim;
}

/** The limit that was found for a variant, in values instead of indices. */
export interface FoundEdge extends Pick<SweepEdge, 'variant' | 'outcome' | 'isSure'> {
  readonly holds: Setting | null;
  readonly breaks: Setting | null;
}

/** Most rounds of a search, as a guard against a range that never ends. */
const ROUNDS_MAX = 60;

/**
 * Searches the value at which an expectation ceases to hold, by bisection: first both ends, then the middle between
 * the last value that holds and the first that does not. All variants are tried in the same round. It finds one
 * limit; an expectation that holds, breaks and holds again along the axis has several.
 */
export async function bisect(
  search: Search,
  ask: AskAll,
): Promise<{ readonly probes: readonly Probe[]; readonly edges: readonly FoundEdge[] }> {
  const { range, variants } = search;
  const probes: Probe[] = [];
  const askRound = async (
    requests: readonly { readonly variant: string; readonly setting: Setting }[],
  ): Promise<void> => {
    const figures = await ask(requests);
    requests.forEach((request, i) => probes.push({ ...request, figures: figures[i]! }));
  };
  await askRound(
    variants.flatMap((variant) => [
      { variant, setting: range.from },
      { variant, setting: range.to },
    ]),
  );
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = variants.flatMap((variant) => {
      const setting = nextOf(search, edgeOf(search, variant, probes));
      return setting === null ? [] : [{ variant, setting }];
    });
    if (next.length === 0) break;
    await askRound(next);
  }
  return { probes, edges: variants.map((variant) => edgeOf(search, variant, probes)) };
}

/** The limit of a variant according to the probes so far. */
function edgeOf(search: Search, variant: string, probes: readonly Probe[]): FoundEdge {
  const { range, aim } = search;
  const own = probes.filter((probe) => probe.variant === variant);
  const at = (setting: Setting): Probe => own.find((probe) => probe.setting.text === setting.text)!;
  const [first, last] = [at(range.from), at(range.to)];
  const ends = [first, last].map((probe) => aim.holds(probe.figures));
  if (ends[0] === ends[1]) {
    const outcome = ends[0]! ? 'holds' : 'breaks';
    const isSure = [first, last].every(({ figures }) => aim.isSure(figures));
    return { variant, outcome, holds: null, breaks: null, isSure };
  }
  // The two neighbours with different results that are closest to each other.
  const [good, bad] = [true, false].map((is) =>
    own.filter((probe) => aim.holds(probe.figures) === is),
  );
  const toward = (a: Probe, b: Probe): number => a.setting.number! - b.setting.number!;
  const isRising =
    (ends[0]! ? first : last).setting.number! < (ends[0]! ? last : first).setting.number!;
  const holding = [...good!].sort(toward).at(isRising ? -1 : 0)!;
  const breaking = [...bad!].sort(toward).at(isRising ? 0 : -1)!;
  return {
    variant,
    outcome: 'found',
    holds: holding.setting,
    breaks: breaking.setting,
    isSure: aim.isSure(holding.figures) && aim.isSure(breaking.figures),
  };
}

function nextOf({ range, resolution }: Search, edge: FoundEdge): Setting | null {
  if (edge.outcome !== 'found') return null;
  const [a, b] = [edge.holds!.number!, edge.breaks!.number!];
  const isNear = Math.abs(a - b) <= resolution * Math.max(Math.abs(a), Math.abs(b));
  return isNear ? null : range.middle(edge.holds!, edge.breaks!);
}
