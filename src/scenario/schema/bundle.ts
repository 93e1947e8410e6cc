import { objectOf, unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { absent, field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { LEAVINGS } from '../../contracts/patterns/client.js';
import { clientKinds } from '../../patterns/clients.js';
import { layerNames, orderPresets } from '../../patterns/layers.js';
import { outlierKinds } from '../../patterns/registry.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import {
  entryText,
  inheriting,
  nameText,
  onceSchema,
  withShort,
} from '../../contracts/fields/common.js';
import { choice } from '../../contracts/quantities/fields.js';
import { connectionsSchema } from '../../contracts/scenario/connections.js';
import { policyStoreSchema } from '../../contracts/scenario/limiter-store.js';
import { loadBalancingSchema } from './balancing.js';

/** A validated outlier detection; without a kind it has the default one. */
export interface OutlierOutput {
  readonly kind?: string;
  readonly [field: string]: unknown;
}

/** Schema of `outlierDetection`: the union of all kinds. */
export const outlierDetectionSchema = outlierSchema();

function outlierSchema(): z.ZodType<OutlierOutput> {
  const options = outlierKinds.map(({ outlier, isDefault, schema, summary }) => {
    const name = z.literal(outlier).describe(summary);
    return objectOf(schema)
      .safeExtend({ kind: isDefault ? name.optional() : name })
      .describe(summary);
  });
  return valuesOf<OutlierOutput>(
    unionOfKinds(options).describe(outlierKinds.find(({ isDefault }) => isDefault)!.summary),
  );
}

const scope = field.choice(
  ['instance', 'caller', 'global'],
  'instance',
  'Scope of the state: per instance of the caller, per calling component (caller), or shared by all callers ' +
    'of this bundle (global).',
);
const per = field.choice(
  ['callee', 'endpoint', 'target'],
  'callee',
  'Splits the state by component, endpoint or instance (`target`) called.',
);
const perTarget = choice(['target'], 'target').describe(
  'One state per instance called. Always target.',
);

const perKey = field.choice(
  ['callee', 'endpoint', 'target', 'key'],
  'callee',
  'Split of the state by component, endpoint or instance (`target`) called; `key` is by component and the ' +
    'value of `key`.',
);
const key = field.of(
  nameText(),
  absent(),
  'Key of `keys`, or `client`, `workload`, `caller`, `request`: one state per value, in addition to the ' +
    'split of `per`. A state that would decide like a new one is discarded.',
  'name',
);

const dryRun = field.flag(
  false,
  'Whether the policy only records its decisions and lets every call pass; the metric `wouldReject` counts ' +
    'calls that it would have refused.',
);

function perOf(kind: PolicyKind): z.ZodType {
  if (kind.perTarget === true) return perTarget;
  return kind.keyed !== undefined ? perKey : per;
}

/** Policies whose shared state can be in a store. */
const STORED: ReadonlySet<string> = new Set([
  'bulkhead',
  'circuitBreaker',
  'concurrencyLimit',
  'rateLimit',
  'throttle',
]);
const store = field.of(
  policyStoreSchema,
  absent('none: lookups are free'),
  'Store of a state shared by instances, for scope caller and global. Updates after a call are written ' +
    'without waiting.',
  'map',
);

/** Policies that can be written as a bare value for the field `after`. */
const AFTER: ReadonlySet<string> = new Set(['timeout', 'deadline']);

/**
 * Schema of a policy in a bundle: the union of its kinds, each with `kind` and, if it has state, its scope. A field
 * `steps` of a kind is a list of steps.
 */
function policySchema(kinds: readonly PolicyKind[], steps: z.ZodType): z.ZodType {
  const options = kinds.map((kind) => {
    const name = z.literal(kind.kind).describe(kind.summary);
    const own = objectOf(kind.schema);
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
  return unionOfKinds(options).describe(
    kinds.find((kind) => kind.isDefault)?.summary ?? kinds[0].summary,
  );
}

function stepsField({ description }: z.ZodType, steps: z.ZodType): z.ZodType {
  return steps.optional().describe(description ?? '');
}

/** What a bundle shares with others; its policies come after these fields, and `own` after them. */
const sharing = {
  cluster: field.of(
    nameText(),
    absent(),
    'Cluster or named instance of `clusters` whose connections, limits and breakers these calls share. Its ' +
      'policies come under those of this bundle, and neither may write a policy of the other.',
    'name',
  ),
  state: field.of(
    z.enum(['own', 'shared']),
    absent(
      '`shared` with order envoy, grpc or resilience4j and for proxies of a mesh, else to `own`',
    ),
    'Whose state an inherited policy has: `own`, that of this bundle; `shared`, that of the bundle it is ' +
      'written in, as routes share the cluster of Envoy and call sites an instance of resilience4j. A policy ' +
      'that this bundle writes or changes has a state of its own, one of `cluster` never has.',
  ),
};

const presets = [...orderPresets.keys()] as [string, ...string[]];

/** Fields of a bundle beside its policies. */
const own = {
  idempotencyKey: field.of(
    withShort(onceSchema(), { type: 'string' }),
    absent(),
    'Idempotency key sent with the call: the callee executes it once per value; repetitions get the stored ' +
      'result, or 409 while it is running. Timeouts and resets can then be retried.',
    'name of a key, or map',
  ),
  loadBalancing: field.of(
    loadBalancingSchema,
    absent(
      'that of the callee; with `order: grpc`, without outlierDetection and without one of the callee (its service ' +
        'config) or of a mesh to first',
    ),
    'How these calls pick an instance, or one of the replicas that the route of a read allows. Not allowed ' +
      'for shards, which have different rows.',
  ),
  connections: connectionsSchema.optional(),
  outlierDetection: outlierDetectionSchema.optional(),
  client: field.of(
    z.enum(clientKinds.map(({ client }) => client) as [string, ...string[]]),
    absent(
      'that of the product of `order`: completable with resilience4j, blocking with hystrix, which leave the ' +
        'work; envoy, grpc and dotnet, which end it. Without such an order ' +
        'completable with a bulkhead of kind threadPool, blocking with hystrix; else the work ends too',
    ),
    'Kind of the client of these calls, which says what becomes of work that its caller leaves at a time limit, ' +
      'as the loser of a hedge, or because its own caller has left. `onTimeout` of the timeout goes before it. ' +
      clientText() +
      '.',
  ),
  order: field.of(
    z.union([z.enum(presets), z.array(z.enum(layerNames as [string, ...string[]]))]),
    absent('`default`'),
    'Layers, outermost first, or the name of a preset.',
  ),
};

/**
 * Schema of a bundle after `extends` is applied: every policy of the registry, `order`, load balancing and more.
 * `steps` is the schema of a list of steps, which can contain bundles.
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
  const bundle = z.strictObject({
    ...entryText,
    extends: z
      .union([nameText(), z.array(nameText())])
      .optional()
      .describe('Bundle or bundles that this one extends; later ones take precedence.'),
    ...sharing,
    ...shape,
    ...own,
  });
  return valuesOf<BundleOutput>(
    withShort(inheriting(bundle.describe('Policies of one call.')), {
      type: 'string',
      description: 'Name of a bundle in `policies`, or `none`.',
    }),
  );
}

/** What each kind of client does, by what becomes of the work. */
function clientText(): string {
  return LEAVINGS.map((leaving) => {
    const those = clientKinds.filter(({ leaves }) => leaves === leaving);
    return `${leaving}: ${those.map(({ client }) => client).join(', ')}`;
  }).join('; ');
}

/** Policies of the registry in the order of their first kinds. */
function policiesOf(kinds: readonly PolicyKind[]): string[] {
  return [...new Set(kinds.map((kind) => kind.policy))];
}

/** A validated bundle: policies by name, and its other fields. */
export interface BundleOutput extends z.output<z.ZodObject<typeof sharing & typeof own>> {
  readonly [policy: string]: unknown;
}

const SHORT_DURATION = {
  type: ['string', 'number'],
  description: 'A duration such as 800ms, or `none`: the short form of `after`.',
};
