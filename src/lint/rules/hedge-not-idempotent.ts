import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, yamlAt } from '../words.js';
import type { Call } from '../calls.js';

/** Hedged calls of work that is not idempotent: a second copy is sent while the first may still succeed. */
export const hedgeNotIdempotent: Rule = {
  name: 'hedge-not-idempotent',
  severity: 'error',
  reason:
    'A hedge sends a second copy although nothing has failed, so the callee executes slow requests twice.',
  remedy:
    'Make the callee idempotent (a key per request) and declare it, or hedge only calls that read.',
  check: (subject) =>
    subject.calls.flatMap((call) =>
      layerOf(call.layers, 'hedge') === undefined || call.hasKey || subject.repeatable.has(call.to)
        ? []
        : [findingOf(call, subject)],
    ),
};

function findingOf(call: Call, { scenario }: Subject): Finding {
  const part = call.to.slice(call.callee.length + 1);
  return {
    path: [...call.policyPath, 'hedge'],
    entities: [call.from, call.to],
    message: `${callText(call)} is hedged although ${call.to} is not idempotent`,
    measured: 'a second copy while the first is in progress',
    limit: 'no hedge of work that must be done once',
    fix: scenario.services.has(call.callee)
      ? yamlAt(['services', call.callee, 'endpoints', part], 'idempotent: true')
      : bundleYaml(call, 'hedge: none'),
  };
}
