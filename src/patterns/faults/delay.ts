import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution, whole } from '../../contracts/quantities/quantities.js';
import { heldBack } from '../knobs/held-back.js';
import { scaled } from '../mechanisms/scaled.js';

const schema = z.strictObject({
  add: distribution().describe(
    'Time for which a call is held, the `fixedDelay` of Istio. A ramp scales it up from 0. ' +
      'Unit: distribution of durations. Required.',
  ),
  maxActive: whole({ min: 1 })
    .optional()
    .describe(
      'A call is held only if fewer calls of its process are held at that time, as with ' +
        '`max_active_faults` of Envoy; the others pass at once. Unit: count, 1 or more. ' +
        'Defaults to no limit.',
    ),
});

/** `delay`: a share of calls waits in the proxy of the caller. Calls that passed it before the fault are not held. */
export const delay: FaultKind<typeof schema> = {
  kind: 'delay',
  summary:
    'Holds a share of the calls to a component, or of an edge `a->b`, in the proxies of its callers, as the fault ' +
    'injection of Istio does: before the time limits, retries, limits and balancers of the ' +
    'proxy. A call is held once, whatever its tries; the timeouts of the route begin after the ' +
    'delay, and it takes no place of a limit and no connection meanwhile. The application waits, ' +
    'with its own timeouts. A call that `abort` hits too fails after the delay. Without a service ' +
    'mesh the policies of a call are those of the proxy, except its fallback and coalesce. Use ' +
    '`latency` for a slow network and `slow` for a slow callee.',
  sources: [
    'envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc (maybeSetupDelay, postDelayInjection)',
    'Istio VirtualService HTTPFaultInjection.Delay',
  ],
  targets: ['instance', 'endpoint', 'edge'],
  schema,
  example:
    '- { id: slow-proxy, kind: delay, target: payments, add: 2s, share: 10%, at: 10s, for: 20s }\n',
  takesShare: true,
  ofWhole: true,
  atCaller: true,
  edits({ add, maxActive }, strength, share = 1) {
    if (strength === 0) return [];
    const more = {
      distribution: strength === 1 ? add : scaled(add, strength),
      maxActive: maxActive ?? Infinity,
    };
    return [{ knob: heldBack, value: share, more }];
  },
};
