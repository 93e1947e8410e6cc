import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { aborted } from '../knobs/aborted.js';

const schema = z.strictObject({
  status: whole({ min: 400, max: 599 })
    .prefault(503)
    .describe('Status of the injected response. Unit: HTTP status, 400 to 599. Defaults to 503.'),
});

/** `abort`: a share of calls is answered by the proxy of the caller. */
export const abort: FaultKind<typeof schema> = {
  kind: 'abort',
  summary:
    'Answers a share of the calls to a component, or of an edge `a->b`, in the proxies of its callers, as the fault ' +
    'injection of Istio does: before the retries, limits and balancers of the proxy, so nothing ' +
    'of it retries them, and they never reach the callee. Retries of the application do. ' +
    'Without a service mesh the policies of a call are those of the proxy, except its fallback ' +
    'and coalesce. Use `error` for failures of the callee itself.',
  sources: [
    'envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc (decodeHeaders)',
    'Istio VirtualService HTTPFaultInjection.Abort; istio/istio issues 13705, 20928',
  ],
  targets: ['instance', 'endpoint', 'edge'],
  schema,
  example:
    '- { id: chaos, kind: abort, target: payments, status: 503, share: 50%, at: 10s, for: 20s }\n',
  takesShare: true,
  ofWhole: true,
  atCaller: true,
  edits: (config, strength, share = 1) => [
    { knob: aborted, value: share * strength, more: { status: config.status } },
  ],
};
