import type { PolicyName } from '../../contracts/patterns/policy-traits.js';
import { kindAt } from '../judged.js';
import { layerOf } from '../layers.js';
import type { Rule } from '../rule.js';
import type { Subject } from '../subject.js';

/** Policies that refuse a call at once. */
const REFUSING: readonly PolicyName[] = [
  'circuitBreaker',
  'bulkhead',
  'rateLimit',
  'concurrencyLimit',
];

/** Metrics of a workload that fall, or rise, when its requests fail. */
const OF_FAILURES: ReadonlySet<string> = new Set([
  'success',
  'goodput',
  'availability',
  'apdex',
  'share',
  'outcomes',
  'statuses',
  'statusShare',
  'recovery',
  'outage',
]);

/** A latency budget over all requests of users that fast failures can hold. */
export const latencyBudgetWithoutSuccess: Rule = {
  name: 'latency-budget-without-success',
  severity: 'warning',
  reason:
    'A budget on `latency` counts failed requests too, so a variant that refuses most of them at once holds it.',
  remedy: 'Use `successLatency`, or add a budget on the success of the same workload.',
  check: (subject) => {
    const refusing = refusingIn(subject);
    if (refusing === null) return [];
    const judged = new Set(
      subject.budgets
        .filter(({ name }) => OF_FAILURES.has(name[0] ?? '') && name[1] !== 'degraded')
        .map((metric) => workloadOf(metric, subject)),
    );
    return subject.budgets.flatMap((metric, i) => {
      const workload = workloadOf(metric, subject);
      if (metric.name[0] !== 'latency' || workload === null || judged.has(workload)) return [];
      return {
        path: subject.budgetPaths[i]!,
        entities: [workload],
        message: `fast failures can hold the ${kindAt(subject, i)} on ${metric.text}`,
        measured: `${refusing}, and no budget or expectation on the success of ${workload}`,
        limit: 'a budget on success, or on successLatency',
        fix: `# in budgets\n- ${workload}.success >= 99%`,
      };
    });
  },
};

/** The first call, or service, that refuses requests; null if none does. */
function refusingIn({ calls, scenario }: Subject): string | null {
  for (const { from, to, layers } of calls) {
    const policy = REFUSING.find((name) => layerOf(layers, name) !== undefined);
    if (policy !== undefined) return `${policy} on ${from}->${to}`;
  }
  for (const [name, { admission }] of [...scenario.services, ...scenario.gateways]) {
    if (admission !== null) return `admission of ${name}`;
  }
  return null;
}

function workloadOf(
  { subject: of }: Subject['budgets'][number],
  { scenario }: Subject,
): string | null {
  if (of.kind !== 'component' || !scenario.workloads.has(of.at.component)) return null;
  return of.at.component;
}
