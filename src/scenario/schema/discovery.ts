import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { ON_EMPTY } from '../../contracts/scenario/discovery.js';

import { nameText, withShort } from '../../contracts/fields/common.js';

export const hopSchema = z
  .strictObject({
    latency: field.cost(
      absent('`network.latency`'),
      'One-way latency between the balancer and the instances.',
    ),
    work: field.cost('0ms', 'Time of a worker of the balancer for each request.'),
    concurrency: field.limit(
      'unlimited',
      'Workers of each replica of the balancer; each is held until the response has passed. More requests wait.',
      { unit: 'requests' },
    ),
    replicas: field.whole(2, 'Replicas of the balancer.', { min: 1, max: 1000 }),
  })
  .describe('The balancer of `mode: server`: a gateway `NAME-balancer` that faults can target.');

const registry = field.of(
  nameText(),
  required,
  'Entry of `registries` in which its instances are registered, and where its callers look them up.',
);

/** Fields of every `discovery` that say when callers have which list. */
const listFields = {
  refresh: field.duration(
    absent('30s'),
    'Interval at which a holder of the list fetches it, with registries of kind eureka and consul; its first ' +
      'fetch comes after a random part of it. If a fetch fails, the holder keeps its list.',
  ),
  onEmpty: field.choice(
    ON_EMPTY,
    'fail',
    'Reaction to an empty list. `fail`: calls are refused; `lastKnown`: they keep the last list that was not ' +
      'empty; `panic`: they call all instances, up or not.',
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
    mode: field.of(
      z.enum(['client', 'server', 'dns']),
      absent('client, with a registry of kind dns to dns'),
      'The holder of the list, which selects the instance. `client`: each calling instance (with kubernetes, ' +
        'the kube-proxy on its node). `server`: a balancer in front of this component, one hop more (`hop`); its ' +
        'callers need no list. `dns`: each calling instance, which resolves the name; only with a registry of ' +
        'kind dns.',
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
