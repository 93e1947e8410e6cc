import type { Rule } from '../rule.js';
import { isStore } from '../stores.js';
import { unlimited, unlimitedFinding } from '../unlimited.js';

/** A query that nothing ends. */
export const queryWithoutTimeLimit: Rule = {
  name: 'query-without-time-limit',
  severity: 'warning',
  reason:
    'A query that waits for a lock or a dead database keeps a worker and a connection until somebody kills it.',
  remedy: 'Give the query a `timeout`, as a driver or a statement timeout does.',
  check: (subject) =>
    unlimited(subject)
      .filter(({ callee }) => isStore(subject.scenario, callee))
      .map((call) => unlimitedFinding(call, subject)),
};
