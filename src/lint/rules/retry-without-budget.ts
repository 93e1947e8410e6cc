import { retriesFailures, retryOf } from '../layers.js';
import type { Call } from '../calls.js';
import type { Finding, Rule } from '../rule.js';
import { formatNumber } from '../../text/figures.js';
import { bundleYaml, callText, inPolicy } from '../words.js';

/** Number of sequential calls from which a path counts as deep. */
const DEEP = 3;

/** Retries without a budget on a deep path. */
export const retryWithoutBudget: Rule = {
  name: 'retry-without-budget',
  severity: 'hint',
  reason:
    'On a deep path a failure at the end is retried for every request at once, which keeps the callee down.',
  remedy:
    'Limit the retries of all calls together with a `budget`, such as 20 % of the first tries.',
  check({ calls, graph }): readonly Finding[] {
    const above = graph.fold(0, true, (part, of) =>
      Math.max(0, ...graph.into(part).map(({ from }) => 1 + of(from))),
    );
    const below = graph.fold(0, false, (part, of) =>
      Math.max(0, ...graph.from(part).map(({ to }) => 1 + of(to))),
    );
    return calls.flatMap((call) => {
      const retry = retryOf(call.layers);
      if (retry === null || retry.budgetGrowth !== null || !retriesFailures(retry)) return [];
      const depth = above(call.from) + 1 + below(call.to);
      return depth < DEEP ? [] : [findingOf(call, depth, retry.attempts)];
    });
  },
};

function findingOf(call: Call, depth: number, attempts: number): Finding {
  return {
    ...inPolicy(call, 'retry'),
    message: `the retries of ${callText(call)} have no budget`,
    measured: `${formatNumber(attempts)} attempts on a path of ${depth} calls`,
    limit: `a budget from ${DEEP} calls on`,
    fix: bundleYaml(call, 'retry:\n  budget: { ratio: 20%, minPerSecond: 1 }'),
  };
}
