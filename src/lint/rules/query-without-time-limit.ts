import type { Rule } from '../rule.js';
import { isStore } from '../stores.js';
import { unlimited, unlimitedFinding } from '../unlimited.js';

/** A query without a time limit. */
export const queryWithoutTimeLimit: Rule = {
  name: 'query-without-time-limit',
  severity: 'warning',
  reason:
    'A query that waits for a lock, or for a dead database or cache, holds a worker and a connection until an operator kills it.',
  remedy: 'Give the query a `timeout`, like a driver or statement timeout.',
  check: (subject) =>
    unlimited(subject)
      .filter(({ callee }) => isStore(subject.scenario, callee))
      .map((call) => unlimitedFinding(call, subject)),
};
