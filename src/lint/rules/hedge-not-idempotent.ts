import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, inPolicy } from '../words.js';
import type { Call } from '../calls.js';
import { harmedBy, harmedText, onceYaml } from '../twice.js';

/** Hedged calls of work that is not idempotent: a second copy is sent while the first may still succeed. */
export const hedgeNotIdempotent: Rule = {
  name: 'hedge-not-idempotent',
  severity: 'error',
  reason:
    'A hedge sends a second copy although nothing has failed, so the callee executes slow requests twice.',
  remedy:
    'Make the callee idempotent by a key per request, so that it makes its own calls once too, or hedge only calls that read.',
  check: (subject) =>
    subject.calls.flatMap((call) => {
      if (layerOf(call.layers, 'hedge') === undefined) return [];
      const harmed = harmedBy(call, subject);
      return harmed === null ? [] : [findingOf(call, harmed, subject)];
    }),
};

function findingOf(call: Call, harmed: string, subject: Subject): Finding {
  return {
    ...inPolicy(call, 'hedge'),
    message: `${callText(call)} is hedged although ${harmedText(call, harmed)}`,
    measured: 'a second copy while the first is in progress',
    limit: 'no hedge of work that must be done once',
    fix: onceYaml(call, harmed, subject) ?? bundleYaml(call, 'hedge: none'),
  };
}
