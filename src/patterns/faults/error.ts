import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { errorAfter, errorBefore } from '../knobs/injected.js';

const schema = z.strictObject({
  status: whole({ min: 400, max: 599 })
    .prefault(500)
    .describe('Status of the injected response. Unit: HTTP status, 400 to 599. Defaults to 500.'),
  afterWork: flag(false).describe(
    'Whether the request fails after its work, so that its effect has happened. With false ' +
      'it fails on arrival and costs nothing. Unit: boolean. Defaults to false.',
  ),
});

/** `error`: a share of requests fails. Work under way is hit only with `afterWork`, at its end. */
export const error: FaultKind<typeof schema> = {
  kind: 'error',
  summary:
    'Fails a share of the requests, on arrival or after their work. Requests already in ' +
    'flight can fail only with afterWork, when their work ends.',
  sources: ['Envoy fault_filter.rst (abort)', 'Istio VirtualService HTTPFaultInjection'],
  targets: ['instance', 'endpoint'],
  schema,
  example:
    '- { id: flaky, kind: error, target: payments, status: 503, share: 20%, at: 10s, for: 20s }\n',
  takesShare: true,
  ofEveryNode: true,
  edits: (config, strength, share = 1) => [
    {
      knob: config.afterWork ? errorAfter : errorBefore,
      value: share * strength,
      more: { status: config.status },
    },
  ],
};
