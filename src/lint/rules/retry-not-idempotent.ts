import { harmedBy, harmedText, onceYaml } from '../twice.js';
import { repeatsWork, retryOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, inPolicy } from '../words.js';
import type { Call } from '../calls.js';

/** Retries of work that may have been executed and is not idempotent. */
export const retryNotIdempotent: Rule = {
  name: 'retry-not-idempotent',
  severity: 'error',
  reason:
    'After a timeout, a reset or a 500 it is unknown whether the work was done, so a retry may do it twice.',
  remedy:
    'Make the callee idempotent by a key per request, so that it makes its own calls once too, or retry only what was certainly not executed.',
  check: (subject) =>
    subject.calls.flatMap((call) => {
      const retry = retryOf(call.layers);
      const harmed = retry === null ? null : harmedBy(call, subject);
      if (retry === null || harmed === null) return [];
      if (retry.methods !== null && !retry.methods.includes(methodOf(call, subject))) return [];
      const risky = repeatsWork(retry);
      return risky.length === 0 ? [] : [findingOf(call, risky, harmed, subject)];
    }),
};

/** The method by which a retry selects a call. */
function methodOf({ to, callee }: Call, { scenario }: Subject): string {
  const part = to.slice(callee.length + 1);
  const route = scenario.gateways.get(callee)?.routes.find(({ name }) => name === part);
  const methods = route?.methods ?? [
    scenario.services.get(callee)?.endpoints.get(part)?.method ?? 'GET',
  ];
  return methods.length === 1 ? methods[0] : 'GET';
}

function findingOf(
  call: Call,
  risky: readonly string[],
  harmed: string,
  subject: Subject,
): Finding {
  const safe = 'retry:\n  on: [connect, overload, throttled]';
  return {
    ...inPolicy(call, 'retry', 'on'),
    message: `${callText(call)} is retried although ${harmedText(call, harmed)}`,
    measured: `retried after ${risky.join(', ')}`,
    limit: 'only what was surely not done: connect, overload, throttled',
    fix: onceYaml(call, harmed, subject) ?? bundleYaml(call, safe),
  };
}
