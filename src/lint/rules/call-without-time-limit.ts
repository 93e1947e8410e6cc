import type { Rule } from '../rule.js';
import { isStore } from '../stores.js';
import { unlimited, unlimitedFinding } from '../unlimited.js';

/** A call that nothing ends when its callee hangs. */
export const callWithoutTimeLimit: Rule = {
  name: 'call-without-time-limit',
  severity: 'error',
  reason:
    'A callee that hangs keeps the worker of its caller for ever, and then the workers of its callers too.',
  remedy:
    'Give the call a `timeout` above the slowest answer you would still use, or a `deadline` that is handed on.',
  check: (subject) =>
    unlimited(subject)
      .filter(({ callee }) => !isStore(subject.scenario, callee))
      .map((call) => unlimitedFinding(call, subject)),
};
