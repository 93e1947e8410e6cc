import { z } from 'zod';
import { layerNames, orderPresets } from '../../patterns/layers.js';
import { balancerKinds, outlierKinds } from '../../patterns/registry.js';
import type { PolicyKind } from '../../spec/policy.js';
import { entryText, inheriting, nameText, onceSchema, withShort } from './common.js';
import type { OnceOutput } from './common.js';
import { distribution, duration, share, whole } from '../../spec/quantities.js';
import { REFERENCE_PATTERN } from './common.js';
import { connectionsSchema } from './connections.js';
import type { ConnectionsOutput } from './connections.js';
import type { Subset, ZoneAware } from '../../spec/balancer.js';

/** A strict object of zod whose fields are not known here. */
export type AnyObject = z.ZodObject<Readonly<Record<string, z.ZodType>>, z.core.$strict>;

/** A way to pick an instance as it stands after validation. */
export interface BalancingOutput {
  readonly kind: string;
  readonly panicThreshold?: number;
  readonly failTrafficOnPanic: boolean;
  readonly zoneAware?: boolean | ZoneAware;
  readonly subset?: Subset;
  readonly level: 'request' | 'connection';
  readonly [field: string]: unknown;
}

/** An outlier detection as it stands after validation; without a kind it is of the default one. */
export interface OutlierOutput {
  readonly kind?: string;
  readonly [field: string]: unknown;
}

/** What `zoneAware: true` stands for, field by field. */
export const zoneAwareSchema = z.strictObject({
  routingEnabled: share()
    .prefault('100%')
    .describe('Part of the picks that look at zones. Unit: share. Defaults to 100%.'),
  minClusterSize: whole({ min: 0, max: 100_000 })
    .prefault(6)
    .describe(
      'Instances that have to be up, at least, for zones to be looked at. Unit: count. Defaults to 6.',
    ),
});

/** Fields of `loadBalancing` whatever its kind. */
const balancingCommon = {
  panicThreshold: share()
    .optional()
    .describe(
      'With less than this share of the instances not ejected or shut they are all picked again, as ' +
        'the few could not carry the load; at 1 / 1.4 of them or more never. 0: never. Unit: share. ' +
        'Defaults to 50% with outlierDetection, to `minHealthPercent` with that of Istio, else to 0.',
    ),
  failTrafficOnPanic: z
    .boolean()
    .default(false)
    .describe(
      'Below `panicThreshold` calls are refused instead of going to all instances. Unit: boolean. ' +
        'Defaults to false.',
    ),
  zoneAware: z
    .union([z.boolean(), zoneAwareSchema])
    .optional()
    .describe(
      'Keeps calls in the zone of the caller, as Envoy does: all of them where the zone has at least as ' +
        'great a share of the callee as of the callers, else as many as fit; the rest goes to zones with ' +
        'room to spare. Needs two zones on both sides. Defaults to false.',
    ),
  subset: z
    .strictObject({
      size: whole({ min: 1, max: 100_000 }).describe(
        'Instances that each calling instance sees. Unit: count. Required.',
      ),
      kind: z
        .enum(['deterministic', 'random'])
        .default('deterministic')
        .describe(
          '`deterministic`: callers are dealt in rounds in which every instance has one of them; ' +
            '`random`: each caller draws, and takes the next it drew for one that is down. Defaults to ' +
            'deterministic.',
        ),
    })
    .optional()
    .describe(
      'Lets each calling instance see only some of the instances, which bounds the connections. ' +
        'Defaults to all of them.',
    ),
  level: z
    .enum(['request', 'connection'])
    .default('request')
    .describe(
      'What an instance is picked for: each attempt, or, as an L4 balancer does, each connection that is ' +
        'opened; that needs `connections`. Defaults to request.',
    ),
};

/** Which instance of the callee takes a call: the union of all kinds. */
export const loadBalancingSchema = balancingSchema();

function balancingSchema(): z.ZodType<BalancingOutput> {
  const options = balancerKinds.map(({ balancer, schema, summary }) =>
    (schema as unknown as AnyObject)
      .safeExtend({ kind: z.literal(balancer).describe(summary), ...(balancingCommon as object) })
      .describe(summary),
  );
  const bare = balancerKinds.filter(({ schema }) => schema.safeParse({}).success);
  return withShort(
    z
      .discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject])
      .describe('How callers pick among the instances of the callee.'),
    { enum: bare.map(({ balancer }) => balancer) },
  ).meta({ id: 'loadBalancing' }) as unknown as z.ZodType<BalancingOutput>;
}

/** Which instances are not called for a while: the union of all kinds. */
export const outlierDetectionSchema = outlierSchema();

function outlierSchema(): z.ZodType<OutlierOutput> {
  const options = outlierKinds.map(({ outlier, isDefault, schema, summary }) => {
    const name = z.literal(outlier).describe(summary);
    return (schema as unknown as AnyObject)
      .safeExtend({ kind: isDefault ? name.optional() : name })
      .describe(summary);
  });
  return z
    .discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject])
    .describe(
      outlierKinds.find(({ isDefault }) => isDefault)!.summary,
    ) as unknown as z.ZodType<OutlierOutput>;
}

const scope = z
  .enum(['instance', 'caller', 'global'])
  .default('instance')
  .describe(
    'Whose state it is: of each instance of the caller, of the calling component, of all callers of this ' +
      'bundle. Defaults to instance.',
  );
const per = z
  .enum(['callee', 'endpoint', 'target'])
  .default('callee')
  .describe(
    'Split of the state by component, endpoint or instance (`target`) called. Defaults to callee.',
  );
const perTarget = z
  .enum(['target'])
  .default('target')
  .describe('One state for each instance called. Always target.');

const perKey = z
  .enum(['callee', 'endpoint', 'target', 'key'])
  .default('callee')
  .describe(
    'Split of the state by component, endpoint or instance (`target`) called; `key` is by component and the value of ' +
      '`key`. Defaults to callee.',
  );
const key = nameText()
  .optional()
  .describe(
    'Key of `keys`, or `client`, `workload`, `caller`, `request`: one state for each of its values, ' +
      'beside the split of `per`. One that would decide as a new one does is forgotten. Unit: name. ' +
      'Defaults to none.',
  );

const dryRun = z
  .boolean()
  .default(false)
  .describe(
    'Decides and records as always but lets every call pass; what it would have refused is the metric ' +
      '`wouldReject`. Unit: boolean. Defaults to false.',
  );

function perOf(kind: PolicyKind): z.ZodType {
  if (kind.perTarget === true) return perTarget;
  return kind.keyed !== undefined ? perKey : per;
}

/** Policies whose shared state may be in a store. */
const STORED: ReadonlySet<string> = new Set([
  'bulkhead',
  'circuitBreaker',
  'concurrencyLimit',
  'rateLimit',
  'throttle',
]);
const store = z
  .strictObject({
    latency: distribution()
      .optional()
      .describe(
        'Time of one question and its answer, waited for before each decision; before the call of ' +
          '`of`. Unit: distribution. Required without `of`, else defaults to 0ms.',
      ),
    of: z
      .string()
      .regex(REFERENCE_PATTERN)
      .optional()
      .describe(
        'The endpoint or database operation that is asked: a call of the same caller under its ' +
          '`outbound`, before each decision. Defaults to none: only the latency counts.',
      ),
    onError: z
      .enum(['allow', 'reject'])
      .optional()
      .describe(
        'What a failed question means: `allow` lets the call pass as if there were no such policy, ' +
          '`reject` refuses it as the policy would. Needs `of`. Defaults to allow.',
      ),
    cache: duration({ allowZero: false })
      .optional()
      .describe(
        'After an answer that refuses, the calling instance refuses so long (that value of `key`) ' +
          'without asking, whatever happens to the shared state meanwhile; what passes asks each time. ' +
          'Unit: duration. Defaults to none.',
      ),
  })
  .optional()
  .describe(
    'Where a state that instances share is, for scope caller and global; what an ended call changes is ' +
      'written without waiting. Unit: map. Defaults to none: asking is free.',
  );

/** Policies whose bare value is their field `after`. */
const AFTER: ReadonlySet<string> = new Set(['timeout', 'deadline']);

/**
 * One policy of a bundle: the union of its kinds, each with `kind` and, where it has state, its scope. A
 * field `steps` of a kind is a list of steps.
 */
export function policySchema(kinds: readonly PolicyKind[], steps: z.ZodType): z.ZodType {
  const options = kinds.map((kind) => {
    const name = z.literal(kind.kind).describe(kind.summary);
    const own = kind.schema as unknown as AnyObject;
    const fields = {
      ...(kind.state === 'scoped' ? { scope } : {}),
      ...(kind.state === 'scoped' && kind.perEndpoint !== true ? { per: perOf(kind) } : {}),
      ...(kind.keyed !== undefined && !('key' in own.shape) ? { key } : {}),
      ...(kind.state === 'scoped' && STORED.has(kind.policy) ? { store } : {}),
      ...(kind.dryRun === true ? { dryRun } : {}),
      ...kind.callFields,
      ...('steps' in own.shape ? { steps: stepsField(own.shape['steps'], steps) } : {}),
    };
    return own
      .safeExtend({ kind: kind.isDefault ? name.optional() : name, ...(fields as object) })
      .describe(kind.summary);
  });
  if (options.length === 1) return options[0];
  return z
    .discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject])
    .describe(kinds.find((kind) => kind.isDefault)?.summary ?? kinds[0].summary);
}

function stepsField({ description }: z.ZodType, steps: z.ZodType): z.ZodType {
  return steps.optional().describe(description ?? '');
}

/**
 * A bundle of policies as it stands after `extends`: every policy of the registry, `order`, balancing.
 * `steps`: a list of steps, in which bundles may stand in turn.
 */
export function bundleSchema(
  kinds: readonly PolicyKind[],
  steps: z.ZodType,
): z.ZodType<BundleOutput> {
  const shape: Record<string, z.ZodType> = {};
  for (const policy of policiesOf(kinds)) {
    const schema = policySchema(
      kinds.filter((kind) => kind.policy === policy),
      steps,
    );
    const short = AFTER.has(policy) ? withShort(schema, SHORT_DURATION) : schema;
    shape[policy] = short.optional();
  }
  const presets = [...orderPresets.keys()] as [string, ...string[]];
  const bundle = z.strictObject({
    ...entryText,
    extends: z
      .union([nameText(), z.array(nameText())])
      .optional()
      .describe('Bundle or bundles this one builds on; later ones win.'),
    ...shape,
    idempotencyKey: withShort(onceSchema(), { type: 'string' })
      .optional()
      .describe(
        'Sent with the call, so that the callee executes it once for each value: repetitions get the ' +
          'stored result, and 409 while it is being executed. A retry may then follow timeouts and ' +
          'resets. Unit: name of a key, or map. Defaults to none.',
      ),
    loadBalancing: loadBalancingSchema
      .optional()
      .describe(
        'How these calls pick an instance, or one of the replicas that the route of a read allows. Refused ' +
          'for shards, which have different rows. Defaults to what the callee says.',
      ),
    connections: connectionsSchema.optional(),
    outlierDetection: outlierDetectionSchema.optional(),
    order: z
      .union([z.enum(presets), z.array(z.enum(layerNames as [string, ...string[]]))])
      .optional()
      .describe('Layers, outermost first, or the name of a preset. Defaults to `default`.'),
  });
  return withShort(inheriting(bundle.describe('Policies of one call.')), {
    type: 'string',
    description: 'Name of a bundle in `policies`, or `none`.',
  }) as unknown as z.ZodType<BundleOutput>;
}

/** Policies of the registry in the order in which they first appear. */
export function policiesOf(kinds: readonly PolicyKind[]): string[] {
  return [...new Set(kinds.map((kind) => kind.policy))];
}

/** What a validated bundle holds: the policies by name, beside these three. */
export interface BundleOutput {
  readonly order?: string | readonly string[];
  readonly loadBalancing?: BalancingOutput;
  readonly idempotencyKey?: OnceOutput;
  readonly connections?: ConnectionsOutput;
  readonly outlierDetection?: OutlierOutput;
  readonly [policy: string]: unknown;
}

const SHORT_DURATION = {
  type: ['string', 'number'],
  description: 'A duration such as 800ms, or `none`: short for `after`.',
};
