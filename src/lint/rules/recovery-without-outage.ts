import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Expression } from '../../contracts/scenario/expression.js';
import { kindAt } from '../judged.js';
import type { Rule } from '../rule.js';

/** Metrics with which a budget sees requests that fail while a fault lasts. */
const OF_FAILURES: ReadonlySet<string> = new Set([
  ...['success', 'availability', 'goodput', 'throughput', 'apdex', 'outage', 'abandoned'],
  ...['share', 'outcomes', 'statuses', 'statusShare'],
]);

/** A budget on recovery from a fault that lasts longer than its limit, in a file of which no budget sees the fault itself. */
export const recoveryWithoutOutage: Rule = {
  name: 'recovery-without-outage',
  severity: 'hint',
  reason:
    'A budget on `recovery` counts from the end of the fault. Requests that fail for minutes until then do not break it.',
  remedy:
    'Add a budget on `outage`, which counts the time of the fault too, or on the success during it.',
  check: (subject) => {
    const { expressions, harms } = subject;
    if (expressions.some(seesFaults)) return [];
    const lasting = [...harms.values()].flat();
    return expressions.flatMap((expression, i) => {
      // An expectation says how it behaves, and not that this is enough.
      if (kindAt(subject, i) !== 'budget') return [];
      const { metric, window, limit } = expression;
      if (metric.name[0] !== 'recovery' || window?.kind !== 'after' || limit.kind !== 'quantity')
        return [];
      const found = lasting.find(({ fault }) => fault === window.fault);
      const limitNs = limit.quantity.value * 1e9;
      if (found === undefined || found.lastsNs <= limitNs || found.lastsNs === Infinity) return [];
      const of = metric.text.replace(/\.?recovery$/u, '');
      const users = of === 'cascade' ? ([...subject.scenario.workloads.keys()][0] ?? of) : of;
      return {
        path: subject.budgetPaths[i]!,
        entities: [users],
        message: `the budget on ${metric.text} does not count the time of ${window.fault}`,
        measured: `${window.fault} lasts ${formatDuration(found.lastsNs)}, and no budget or expectation sees it`,
        limit: `a limit of ${formatDuration(limitNs)} after its end`,
        fix: `# in budgets\n- ${users}.outage < ${formatDuration(limitNs)}`,
      };
    });
  },
};

function seesFaults({ metric, window }: Expression): boolean {
  return OF_FAILURES.has(metric.name[0]!) && window?.kind !== 'after' && window?.kind !== 'before';
}
