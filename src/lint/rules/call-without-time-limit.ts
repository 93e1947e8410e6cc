import type { Rule } from '../rule.js';
import { isStore } from '../stores.js';
import { unlimited, unlimitedFinding } from '../unlimited.js';

/** A call without a time limit, if its callee hangs. */
export const callWithoutTimeLimit: Rule = {
  name: 'call-without-time-limit',
  severity: 'error',
  reason:
    "A callee that hangs holds the worker of its caller indefinitely, and then the workers of the caller's own callers.",
  remedy:
    'Give the call a `timeout` above the slowest response that you can still use, or a `deadline` that is propagated.',
  check: (subject) =>
    unlimited(subject)
      .filter(({ callee }) => !isStore(subject.scenario, callee))
      .map((call) => unlimitedFinding(call, subject)),
};
