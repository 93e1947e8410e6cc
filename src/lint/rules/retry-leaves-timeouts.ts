import type { Call } from '../calls.js';
import { leastTime, retryOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { leavesTimeouts, onceYaml } from '../twice.js';
import { bundleYaml, callText, timeText } from '../words.js';

/** Retries around a time limit that end with the first timeout, because the callee is not said to be idempotent. */
export const retryLeavesTimeouts: Rule = {
  name: 'retry-leaves-timeouts',
  severity: 'hint',
  reason:
    'A retry without a list leaves timeouts alone unless the callee is idempotent, because a call that timed out may have been executed.',
  remedy:
    'Say that the callee is `idempotent`, if it is, or list `timeout` in `on`; or leave it as it is.',
  check: (subject) => subject.calls.flatMap((call) => findingOf(call, subject) ?? []),
};

function findingOf(call: Call, subject: Subject): Finding | null {
  const { layers, policyPath, from, to } = call;
  const retry = retryOf(layers);
  // A list says what is meant.
  if (retry === null || retry.isListed || !leavesTimeouts(call, subject)) return null;
  const at = layers.findIndex(({ policy, dryRun }) => policy === 'retry' && !dryRun);
  const limitNs = leastTime(layers.slice(at + 1), ['timeout']);
  if (limitNs === Infinity) return null;
  return {
    path: [...policyPath, 'retry'],
    entities: [from, to],
    message: `${callText(call)} does not retry its timeouts`,
    measured: `a limit of ${timeText(limitNs)} for each try, and ${to} is not idempotent`,
    limit: 'an idempotent callee, or timeout in the list',
    fix:
      onceYaml(call, to, subject) ?? bundleYaml(call, 'retry:\n  on: [connect, timeout, gateway]'),
  };
}
