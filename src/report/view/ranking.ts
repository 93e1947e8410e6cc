import { heldBudgets, type View } from './view.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { loadGroups } from './reference.js';
import { outdone } from './standing.js';

/**
 * Variants from the best to the worst: those that hold every budget, then those that no other one beats in success or
 * goodput; among equals by the fewest budgets missed, the most success, the lowest p99. Those with another load
 * follow, load by load; unfinished ones are last.
 */
export function ranked(view: View): readonly VariantResult[] {
  const { variants } = view.result;
  const worse = outdone(view);
  const groups = loadGroups(view);
  const loadOf = (variant: VariantResult): number =>
    groups.findIndex((one) => one.includes(variant));
  const keys = new Map(
    variants.map((variant) => [variant, keyOf(variant, worse, loadOf(variant))]),
  );
  return [...variants].sort((a, b) => {
    const [x, y] = [keys.get(a)!, keys.get(b)!];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? 0 : x[at]! - y[at]!;
  });
}

/** Metrics by which a budget judges how many requests are served. */
const SERVED =
  /\.(?:success|goodput|availability|apdex|abandoned|share|outcomes|statusShare|statuses)\b/u;

/** Ranking criteria, the most important first; less is better. */
function keyOf(
  variant: VariantResult,
  worse: ReadonlySet<string>,
  load: number,
): readonly number[] {
  const { held, of } = heldBudgets(variant);
  const { success, successLatency } = variant.summary;
  const isJudged = variant.budgets.some(({ metric }) => SERVED.test(metric));
  const holdsAll = held === of && isJudged;
  return [
    variant.unfinished === undefined ? 0 : 1,
    load,
    worse.has(variant.name) && !holdsAll ? 1 : 0,
    of - held,
    -(success.value ?? 0),
    successLatency.p99.value ?? Number.MAX_VALUE,
  ];
}
