import { alertsOf } from '../../contracts/scenario/alerts.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Rule } from '../rule.js';

/** A window of an alert that is longer than what the monitoring has seen before the first fault. */
export const alertWindowBeyondHistory: Rule = {
  name: 'alert-window-beyond-history',
  severity: 'warning',
  reason:
    'A window that is mostly empty holds few good requests beside the failures, so the alert fires sooner than in ' +
    'production, where the calm hours before the fault are in it.',
  remedy: 'Write `alerts.history` as long as the longest window.',
  check: ({ scenario: { alerts, run, faults } }) => {
    if (alerts === undefined) return [];
    const starts = faults.flatMap(({ spans }) => spans.map(({ fromNs }) => fromNs));
    if (starts.length === 0) return [];
    const seenNs = alerts.historyNs + Math.min(run.durationNs, ...starts);
    return alertsOf(alerts)
      .filter(({ windowNs }) => windowNs > seenNs)
      .map(({ name, path, windowNs }) => ({
        path,
        entities: [`alerts.${name}`],
        message: `the alert ${name} looks back further than the monitoring has seen`,
        measured: `a window of ${formatDuration(windowNs)}`,
        limit: `${formatDuration(seenNs)} before the first fault`,
        fix: `alerts:\n  history: ${formatDuration(windowNs)}`,
      }));
  },
};
