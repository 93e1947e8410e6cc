import { alertsOf } from '../../contracts/scenario/alerts.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Rule } from '../rule.js';

/** An alert that waits for longer than the run. */
export const alertCannotFire: Rule = {
  name: 'alert-cannot-fire',
  severity: 'warning',
  reason:
    'An alert fires once its expression has held for the whole of `for`, and the run ends before that.',
  remedy: 'Shorten `for`, or lengthen `run.duration`.',
  check: ({ scenario: { alerts, run } }) => {
    if (alerts === undefined) return [];
    const lengthNs = run.durationNs + (run.drainNs ?? 0);
    return alertsOf(alerts)
      .filter(({ forNs }) => forNs > 0 && forNs >= lengthNs)
      .map(({ name, path, forNs }) => ({
        path: [...path, 'for'],
        entities: [`alerts.${name}`],
        message: `the alert ${name} can never fire in this run`,
        measured: `for: ${formatDuration(forNs)}`,
        limit: `a run of ${formatDuration(lengthNs)}`,
        fix: `run:\n  duration: ${formatDuration(2 * forNs)}`,
      }));
  },
};
