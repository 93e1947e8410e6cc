import { z } from 'zod';
import { distribution, duration, whole } from '../../spec/quantities/quantities.js';
import { ON_EMPTY } from '../../spec/scenario/discovery.js';

import { nameText, withShort } from '../../spec/fields/common.js';
import { choice, cost, limit } from '../../spec/quantities/fields.js';

export const hopSchema = z
  .strictObject({
    latency: distribution()
      .optional()
      .describe(
        'One-way latency between the balancer and the instances. Unit: distribution. Defaults to `network.latency`.',
      ),
    work: cost().describe(
      'Time of a worker of the balancer for each request. Unit: distribution. Defaults to 0ms.',
    ),
    concurrency: limit().describe(
      'Workers of each replica of the balancer; each is held until the response has passed. More requests wait. ' +
        'Unit: requests. Defaults to unlimited.',
    ),
    replicas: whole({ min: 1, max: 1000 })
      .prefault(2)
      .describe('Replicas of the balancer. Unit: count. Defaults to 2.'),
  })
  .describe('The balancer of `mode: server`: a gateway `NAME-balancer` that faults can target.');

const registry = nameText().describe(
  'Entry of `registries` in which its instances are registered, and where its callers look them up. Required.',
);

/** Fields of every `discovery` that say when callers have which list. */
const listFields = {
  refresh: duration({ allowZero: false })
    .optional()
    .describe(
      'Interval at which a holder of the list fetches it, with registries of kind eureka and consul; its first ' +
        'fetch comes after a random part of it. If a fetch fails, the holder keeps its list. Unit: duration. ' +
        'Defaults to 30s.',
    ),
  onEmpty: choice(ON_EMPTY, 'fail').describe(
    'Reaction to an empty list. `fail`: calls are refused; `lastKnown`: they keep the last list that ' +
      'was not empty; `panic`: they call all instances, up or not. Defaults to fail.',
  ),
};

const SHORT = { type: 'string', description: 'Name of the registry: short for `registry`.' };

const SUMMARY =
  'How this component is registered and how its callers find its instances. Each caller has its own list, which can ' +
  'be old: a call to an instance that is gone fails as its death says. Defaults to callers that know the ready ' +
  'instances at once, or after `platform.endpointPropagation`.';

/** `discovery` of a service. */
export const discoverySchema = withShort(
  z.strictObject({
    registry,
    mode: z
      .enum(['client', 'server', 'dns'])
      .optional()
      .describe(
        'The holder of the list, which selects the instance. `client`: each calling instance (with kubernetes, the ' +
          'kube-proxy on its node). `server`: a balancer in front of this component, one hop more (`hop`); its ' +
          'callers need no list. `dns`: each calling instance, which resolves the name; only with a registry of ' +
          'kind dns. Defaults to client, with a registry of kind dns to dns.',
      ),
    ...listFields,
    hop: hopSchema.optional(),
  }),
  SHORT,
).describe(SUMMARY);

/** `discovery` of a gateway, which has no balancer in front of it: the kind of its registry decides the mode. */
export const gatewayDiscoverySchema = withShort(
  z.strictObject({
    registry,
    ...listFields,
  }),
  SHORT,
).describe(SUMMARY);

export type HopOutput = z.output<typeof hopSchema>;
export type DiscoveryOutput = z.output<typeof discoverySchema>;
