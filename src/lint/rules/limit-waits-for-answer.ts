import { takesCancelRequests } from '../../language/databases.js';
import { policyTraits } from '../../patterns/registry.js';
import type { Call } from '../calls.js';
import { hostOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, inPolicy, timeText } from '../words.js';

/** A time limit that asks the callee to stop, and has no end of its own if no answer comes. */
export const limitWaitsForAnswer: Rule = {
  name: 'limit-waits-for-answer',
  severity: 'warning',
  reason:
    'At the limit the client asks its callee to stop and waits for the answer. From a host that is gone none comes, and a callee that does not look answers when its work is done.',
  remedy: 'Add the `socketTimeout` of the driver, somewhat longer than the limit.',
  check: (subject) => subject.calls.flatMap((call) => findingOf(call, subject)),
};

function findingOf(call: Call, { scenario }: Subject): readonly Finding[] {
  const layer = call.layers.find(({ policy }) => policy === 'timeout');
  if (layer === undefined) return [];
  const { afterNs, asks, leftNs } = policyTraits('timeout', layer);
  if (!asks || leftNs < Infinity) return [];
  const host = hostOf(scenario, call.callee);
  const looks = host !== undefined && (takesCancelRequests(host) || host.cancellation !== 'ignore');
  return [
    {
      ...inPolicy(call, 'timeout'),
      message: `${callText(call)} waits for its callee after its limit of ${timeText(afterNs)}`,
      measured: looks
        ? 'no limit if no answer comes to its request to stop'
        : `${call.callee} finishes what it has begun, asked or not`,
      limit: 'a socketTimeout',
      fix: bundleYaml(
        call,
        `timeout:\n  after: ${timeText(afterNs).replace(' ', '')}\n  socketTimeout: ${timeText(2 * afterNs).replace(' ', '')}`,
      ),
    },
  ];
}
