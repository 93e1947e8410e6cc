import { z } from 'zod';
import { nameText } from '../fields/common.js';
import { entry, type Explicit } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';

/** Fields of `zoneAware`, with the defaults that `zoneAware: true` means. */
export const zoneAwareSchema = entry({
  routingEnabled: field.share('100%', 'Share of the picks that consider zones.'),
  minClusterSize: field.whole(
    6,
    'Minimum number of instances that are up, below which zones are ignored.',
    { min: 0, max: 100_000 },
  ),
});

/** Zone-aware routing: calls stay in the zone of their caller as far as the shares of both sides allow. */
export type ZoneAware = z.output<typeof zoneAwareSchema>;

const zoneName = nameText();

/** Fields of `priorities`, with the defaults that `priorities: true` means. */
export const prioritiesSchema = entry({
  backup: field.of(
    z.array(z.number().int().min(0)).min(1),
    absent('levels by zone'),
    'Indices of instances that only get calls which the others cannot take, such as the `backup` servers of nginx ' +
      'and HAProxy.',
    'list of indices',
  ),
  failover: field.of(
    z.record(zoneName, z.array(zoneName).min(1)),
    absent(
      'the other zones of the region of the caller are the second level, those of other regions the third',
    ),
    'By zone of the caller: the zones of the second, third and following levels. By region of the caller: the ' +
      'regions of the levels after its own one, as in `failover` of Istio. Zones that are not named are the last level.',
    'map of zones or regions',
  ),
  failoverPriority: field.of(
    z
      .array(z.string().regex(/^[^=]+(=.*)?$/))
      .min(1)
      .max(100),
    absent(),
    'Labels that an instance must share with the caller, most important first: the level is the better, the more of ' +
      'them are equal before the first difference. `label=value` compares with this value instead. Labels are those ' +
      'of `labels`; `version` is the version, topology.kubernetes.io/zone the zone, topology.kubernetes.io/region its ' +
      'region. A label that both lack is equal.',
    'list of labels',
  ),
  distribute: field.of(
    z.record(zoneName, z.record(zoneName, z.number().min(0).max(1_000_000))),
    absent(),
    'By zone of the caller: the weights of the zones that its calls go to, instead of levels. A zone gets less ' +
      'than its weight if its available instances times `overprovisioningFactor` are fewer than all of them.',
    'map of weights by zone',
  ),
  overprovisioningFactor: field.factor(
    1.4,
    'A level takes the calls of all its instances while at least 1 / this share of them is available.',
    { min: 1 },
  ),
  switch: field.choice(
    ['gradual', 'whenEmpty'],
    'gradual',
    'When a level gives calls to the next one: as soon as it cannot carry all of them (Envoy), or only without any ' +
      'available instance (nginx, HAProxy).',
  ),
});

type WrittenPriorities = z.output<typeof prioritiesSchema>;

/** Levels of instances, each of which gets the calls that the ones before it cannot take. */
export interface Priorities extends Omit<
  WrittenPriorities,
  'failover' | 'failoverPriority' | 'distribute'
> {
  readonly failover: NonNullable<WrittenPriorities['failover']>;
  /** Missing = levels by place. */
  readonly failoverPriority?: readonly PriorityLabel[];
  readonly distribute: NonNullable<WrittenPriorities['distribute']>;
}

/** A label of `failoverPriority`. */
export interface PriorityLabel {
  readonly name: string;
  /** Value that counts as that of the caller; null = its own. */
  readonly value: string | null;
}

const subsetSchema = entry({
  size: field.whole(required, 'Instances that each calling instance sees.', {
    min: 1,
    max: 100_000,
  }),
  kind: field.choice(
    ['deterministic', 'random'],
    'deterministic',
    '`deterministic`: callers are assigned in rounds in which each instance gets one caller; `random`: each ' +
      'caller draws its instances, and replaces one that is down by its next draw.',
  ),
});

/** Subset of the instances that one caller sees. */
export type Subset = z.output<typeof subsetSchema>;

/** Common fields of `loadBalancing` of all kinds. */
export const balancingCommon = {
  panicThreshold: field.share(
    absent(
      '50% with outlierDetection or healthChecks, to `minHealthPercent` with the detection of Istio, else to 0',
    ),
    'Panic threshold. If less than this share of the instances is available (neither ejected nor ' +
      'unavailable), the balancer uses all of them, because the few could not carry the load; never at 1 / 1.4 ' +
      'of them or more. 0: never.',
  ),
  failTrafficOnPanic: field.flag(
    false,
    'Whether calls are refused below `panicThreshold` instead of going to all instances.',
  ),
  zoneAware: field.of(
    z.union([z.boolean(), zoneAwareSchema]),
    absent('false'),
    "Keeps calls in the zone of the caller, as Envoy does: all calls if the zone's share of the callee is at " +
      'least its share of the callers, otherwise as many as fit; the rest goes to zones with spare capacity. ' +
      'Needs two zones on both sides.',
  ),
  priorities: field.of(
    z.union([z.boolean(), prioritiesSchema]),
    absent('false, in a mesh of kind istio with outlierDetection to true'),
    'Levels of instances as in Envoy: calls go to the first level as far as its available instances can carry them, ' +
      'the rest to the next one; below `panicThreshold` a level uses all of its instances. `true`: the zone of the ' +
      'caller first, then all others, as in the locality failover of Istio.',
  ),
  subset: field.of(
    subsetSchema,
    absent('all of them'),
    'Restricts each calling instance to a subset of the instances, which bounds the number of connections.',
  ),
  level: field.choice(
    ['request', 'connection'],
    'request',
    'When an instance is picked: for each attempt (request) or, like an L4 balancer, for each new connection ' +
      '(connection; needs `connections`).',
  ),
};

/** Load balancing settings that apply to every kind of balancer. */
export interface BalancingCommon extends Omit<
  Explicit<typeof balancingCommon>,
  'zoneAware' | 'priorities'
> {
  readonly zoneAware: ZoneAware | null;
  /** null = no levels, even where a mesh has them; missing = as the mesh does. */
  readonly priorities?: Priorities | null;
}

/** Load balancing with no settings besides the kind. */
export const PLAIN_BALANCING: BalancingCommon = Object.freeze({
  panicThreshold: null,
  failTrafficOnPanic: false,
  zoneAware: null,
  subset: null,
  level: 'request',
});
