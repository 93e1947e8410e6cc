import { NS_PER_SECOND } from '../../kernel/time.js';
import { policyTraits } from '../../patterns/registry.js';
import { formatNumber, formatRate } from '../../text/figures.js';
import type { Call } from '../calls.js';
import { mostOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, inPolicy, timeText } from '../words.js';

/** A time limit that leaves more work behind than the threads or permits inside of it can hold. */
export const leftWorkFillsBulkhead: Rule = {
  name: 'left-work-fills-bulkhead',
  severity: 'warning',
  reason:
    'Callers leave, but their work keeps its thread or permit until the callee answers. Soon all of them are busy with work that has no caller, and new calls are refused.',
  remedy:
    'Size the bulkhead by the rate and the time of the callee instead of the time limit, or end the work too: `socketTimeout`, or `onTimeout: abort` if the client can.',
  check: (subject) => subject.calls.flatMap((call) => findingOf(call, subject)),
};

function findingOf(call: Call, subject: Subject): readonly Finding[] {
  const { layers } = call;
  const limit = layers.findIndex(({ policy }) => policy === 'timeout');
  const inner = layers.findIndex(({ policy }) => policy === 'bulkhead');
  if (limit < 0 || inner < limit) return [];
  const { afterNs, detaches, leftNs } = policyTraits('timeout', layers[limit]);
  const { permits } = policyTraits('bulkhead', layers[inner]);
  const heldNs = Math.min(subject.demands.of(call.to).elapsedNs, leftNs);
  if (!detaches || heldNs <= afterNs || permits.calls === Infinity) return [];
  const states = layers[inner].scope === 'instance' ? mostOf(subject.scenario, call.caller) : 1;
  const rate = ((subject.traffic.mean.get(call.from) ?? 0) * call.times) / states;
  const needed = Math.ceil((rate * heldNs) / NS_PER_SECOND);
  if (needed <= permits.calls) return [];
  return [
    {
      ...inPolicy(call, 'bulkhead', permits.field),
      message: `${callText(call)} leaves work behind after ${timeText(afterNs)} that lasts ${timeText(heldNs)}`,
      measured: `${formatRate(rate)} x ${timeText(heldNs)} = ${formatNumber(needed)} calls at once`,
      limit: `at most ${permits.calls}, the ${permits.field}`,
      fix: bundleYaml(call, `bulkhead:\n  ${permits.field}: ${needed}`),
    },
  ];
}
