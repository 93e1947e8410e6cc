import type {
  SensitivityAnswer,
  SensitivityFigure,
  SensitivityTurn,
} from '../../contracts/result/sensitivity.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';

/** How the figures of a point become an answer. The metrics are those of the budgets, in order, and then the successes of each workload. */
export interface Asking {
  readonly budgets: readonly BudgetSource[];
  /** Place of the figure that is measured: the index of a variant and of a metric. */
  readonly figure: { readonly variant: number; readonly metric: number };
}

/** The answer of one point. */
export function answerOf(
  variants: readonly SweepFigures[],
  { budgets, figure }: Asking,
): SensitivityAnswer {
  const success = variants.map(({ figures }) => leastOf(figures.slice(budgets.length)));
  const broken = variants.map(({ points }) =>
    budgets.flatMap(({ text }, i) => (points[i] === 'fail' ? [text] : [])),
  );
  const judged = variants.map(({ points, stop }, v) =>
    stop !== null || points.every((verdict) => verdict === null) ? null : broken[v]!.length === 0,
  );
  const rank = (a: number, b: number): number =>
    broken[a]!.length - broken[b]!.length || (success[b] ?? -1) - (success[a] ?? -1) || a - b;
  return {
    holds: judged,
    ranking: variants.map((_, v) => v).sort(rank),
    success,
    broken,
    figure: variants[figure.variant]!.figures[figure.metric]?.value ?? null,
  };
}

/** The successes of the workload that has the fewest. */
function leastOf(figures: SweepFigures['figures']): number | null {
  const values = figures.flatMap(({ value }) => value ?? []);
  return values.length === 0 ? null : Math.min(...values);
}

/** A variant is better than another one from this difference of successes on; within it both are alike. */
const ALIKE = 0.0005;

/** Whether the best variant of the file is no longer the best, by more than chance changes. */
export function isReordered(usual: SensitivityAnswer, own: SensitivityAnswer): boolean {
  const [best] = usual.ranking;
  const [now] = own.ranking;
  if (best === undefined || now === undefined || best === now) return false;
  if (own.broken[best]!.length > own.broken[now]!.length) return true;
  return (own.success[now] ?? 0) - (own.success[best] ?? 0) >= ALIKE;
}

/** Index of the first variant whose verdict is another one; -1 if each is the same. */
export function turned(usual: SensitivityAnswer, own: SensitivityAnswer): number {
  return usual.holds.findIndex(
    (is, v) => is !== null && own.holds[v] !== null && is !== own.holds[v],
  );
}

/** The words of a turn that the report needs, without its place. */
export function turnOf(
  usual: SensitivityAnswer,
  own: SensitivityAnswer,
  names: readonly string[],
): Pick<SensitivityTurn, 'variant' | 'holds' | 'budgets'> {
  const v = turned(usual, own);
  if (v < 0) return { variant: names[own.ranking[0]!]!, holds: null, budgets: [] };
  const isHeld = own.holds[v]!;
  return {
    variant: names[v]!,
    holds: isHeld,
    budgets: isHeld ? usual.broken[v]! : own.broken[v]!,
  };
}

/** A metric that is read at each point. */
interface Read {
  readonly text: string;
  readonly unit: SensitivityFigure['unit'];
}

/** The figure that is measured: of the budget that is closest to its limit with the values of the file; else the successes. */
export function figureFor(
  variants: readonly SweepFigures[],
  budgets: readonly BudgetSource[],
  metrics: readonly Read[],
): { readonly place: Asking['figure']; readonly limit: number | null } {
  const usable = variants.flatMap(({ figures, points }, variant) =>
    budgets.flatMap(({ expression: { limit } }, metric) => {
      const value = figures[metric]?.value ?? null;
      if (points[metric] === null || value === null || limit.kind !== 'quantity') return [];
      const at = limit.quantity.value;
      const distance = distanceOf(value, at, metrics[metric]!.unit);
      return [{ place: { variant, metric }, limit: at, distance }];
    }),
  );
  const [closest] = usable.sort((a, b) => a.distance - b.distance);
  if (closest !== undefined) return { place: closest.place, limit: closest.limit };
  return { place: { variant: 0, metric: budgets.length }, limit: null };
}

/** 0 = at the limit, 1 = as far from it as can be. Near 100 % what is missing counts: 99.99 % is far from 99 %. */
function distanceOf(value: number, limit: number, unit: Read['unit']): number {
  const [a, b] = unit === 'share' && limit > 0.5 ? [1 - value, 1 - limit] : [value, limit];
  const scale = Math.max(Math.abs(a), Math.abs(b));
  return scale === 0 ? 0 : Math.min(1, Math.abs(a - b) / scale);
}

/** The figure in words. */
export function figureNamed(
  { place, limit }: ReturnType<typeof figureFor>,
  metrics: readonly Read[],
  names: readonly string[],
): SensitivityFigure {
  const { text, unit } = metrics[place.metric]!;
  return { text, unit, variant: names[place.variant]!, limit };
}
