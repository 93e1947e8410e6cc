import type { VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { formatSeconds, formatShare } from '../../text/figures.js';
import { isBroken } from '../view/budget-words.js';
import type { Words } from '../base/emphasis.js';
import { outdone, rankedTogether } from '../view/standing.js';
import type { View } from '../view/view.js';

const LATENCY = /^([\w-]+)\.latency\.(p50|p90|p95|p99|p999|max|mean)$/u;

/**
 * A latency budget that a variant with fewer successes holds while a better one breaks it. Failures count in it, so the
 * sentence says how many there are, and whether successes alone would break the limit.
 */
export function fastFailureWords(view: View): Words {
  const worse = outdone(view);
  const ranked = rankedTogether(view);
  const better = ranked.filter(({ name }) => !worse.has(name));
  for (const variant of ranked.filter(({ name }) => worse.has(name))) {
    const held = variant.budgets.find(
      (budget) =>
        budget.verdict === 'pass' &&
        LATENCY.test(budget.metric) &&
        better.some((one) => one.budgets.some((b) => b.text === budget.text && isBroken(b))),
    );
    if (held === undefined) continue;
    const words = becauseOf(variant, held);
    if (words !== null) return [{ strong: variant.name }, words];
  }
  return [];
}

function becauseOf(variant: VariantResult, { metric, text, limit }: BudgetResult): string | null {
  const [, subject, statistic] = LATENCY.exec(metric)!;
  const component = variant.components[subject!];
  if (component === undefined || component.success === null || limit === null) return null;
  const failed = formatShare(1 - component.success);
  const all = component.latency[statistic as 'p99'];
  const good = component.successLatency[statistic as 'p99'];
  if (all !== null && good !== null && all <= limit && good > limit)
    return ` holds “${text}” only because its failures, ${failed} of the requests, are fast: ${statistic} of successes is ${formatSeconds(good)}. `;
  return ` holds “${text}”, which counts failures, and ${failed} of its requests fail. `;
}
