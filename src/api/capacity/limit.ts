/** What a multiple of the load of the file shows. */
interface Tried {
  readonly holds: boolean;
  /** Share of its tightest resource that each component uses. Absent = use says nothing about this limit. */
  readonly uses?: ReadonlyMap<string, number>;
}

/** Runs a load, at a multiple of the load of the file; null if the search is over. */
type AskLoad = (factor: number) => Promise<Tried | null>;

/** The two ends of a limit. `breaks` is null if every factor holds, and `holds` 0 if none does. */
interface FoundLimit {
  readonly holds: number;
  readonly breaks: number | null;
}

/** Largest and smallest multiples that are tried; up to the larger one where use alone says that it is the limit. */
export const MOST = 16;
const MOST_BY_USE = 64;
/** A limit by use is this far off at most. */
const BEYOND = 1.5;
const LEAST = 1 / 16;
/** So often use says where to go on; after that the middle is nearer. */
const BY_USE = 3;

interface UsesAt {
  readonly factor: number;
  readonly uses: ReadonlyMap<string, number>;
}

/** How a limit is searched. */
interface LimitSearch {
  /** Factors to try first, as far as they are between the ends that are known by then. */
  readonly first: readonly number[];
  readonly resolution: number;
  /** The largest factor that is tried. Default: 16, or up to 64 where a guess or the use is beyond that. */
  readonly most?: number;
}

/**
 * Searches the largest factor that holds. It begins with the load of the file and goes on with `first`. Then the use of
 * two loads says at which one the first component is full: use grows in proportion to what is added. Where it says nothing,
 * the factor is doubled or halved until one holds and another does not, and then the geometric mean of both is taken, until
 * they differ by `resolution` of the larger at most. A load that holds, breaks and holds again has several limits, of which
 * it finds one.
 */
export async function limitOf(
  ask: AskLoad,
  { first, resolution, most }: LimitSearch,
): Promise<FoundLimit> {
  let [holds, breaks] = [0, Infinity];
  /** The last two loads, the later one last. */
  let last: readonly UsesAt[] = [];
  let furthest = Math.max(1, ...first);
  const end = (): number => most ?? Math.max(MOST, Math.min(MOST_BY_USE, BEYOND * furthest));
  let near: readonly number[] = first.map((one) => rounded(Math.min(one, end())));
  let byUse = 0;
  const isNew = (one: number): boolean =>
    one > holds && one < breaks && one >= LEAST && one <= end();
  const next = (): number | null => {
    if (holds > 0 && breaks < Infinity && 1 - holds / breaks <= resolution) return null;
    if (holds === 0 && breaks === Infinity) return 1;
    const isWide = 1 - holds / breaks > 2 * resolution;
    if (isWide && !near.some(isNew) && byUse++ < BY_USE) {
      const full = fullBy(last);
      if (full !== null && full < Infinity) furthest = Math.max(furthest, full);
      near = full === null ? [] : full < end() ? around(full, resolution) : [end()];
    }
    const inside = near.find(isNew);
    if (inside !== undefined) return inside;
    if (breaks === Infinity) return holds >= end() ? null : Math.min(end(), 2 * holds);
    if (holds === 0) return breaks <= LEAST ? null : Math.max(LEAST, breaks / 2);
    return rounded(Math.sqrt(holds * breaks));
  };
  for (let factor = next(); factor !== null; factor = next()) {
    const tried = await ask(factor);
    if (tried === null) break;
    if (tried.holds) holds = factor;
    else breaks = factor;
    if (tried.uses !== undefined) last = [...last.slice(-1), { factor, uses: tried.uses }];
  }
  return { holds, breaks: breaks === Infinity ? null : breaks };
}

/** Two factors that are nearer to each other than the ends of a limit may be, with a guess between them. */
export function around(guess: number, resolution: number): readonly number[] {
  return [1 - 0.4 * resolution, 1 + 0.4 * resolution].map((by) => rounded(guess * by));
}

/** The factor at which the first component is full, as the line through two loads says; null if they say nothing. */
function fullBy([one, other]: readonly UsesAt[]): number | null {
  if (other === undefined) return null;
  let full = Infinity;
  for (const [name, use] of other.uses) {
    const slope = (use - (one!.uses.get(name) ?? NaN)) / (other.factor - one!.factor);
    if (slope > 0) full = Math.min(full, other.factor + (1 - use) / slope);
  }
  return full;
}

/** Four digits: enough for a resolution of 0.5 %, and short in a command. */
function rounded(factor: number): number {
  return Number(factor.toPrecision(4));
}
