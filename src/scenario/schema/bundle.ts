import { z } from 'zod';
import { layerNames, orderPresets } from '../../patterns/layers.js';
import { balancerKinds } from '../../patterns/registry.js';
import type { PolicyKind } from '../../spec/policy.js';
import { entryText, inheriting, nameText, withShort } from './common.js';

/** A strict object of zod whose fields are not known here. */
export type AnyObject = z.ZodObject<Readonly<Record<string, z.ZodType>>, z.core.$strict>;

/** A way to pick an instance as it stands after validation. */
export interface BalancingOutput {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Which instance of the callee takes a call: the union of all kinds. */
export const loadBalancingSchema = balancingSchema();

function balancingSchema(): z.ZodType<BalancingOutput> {
  const options = balancerKinds.map(({ balancer, schema, summary }) =>
    (schema as unknown as AnyObject)
      .safeExtend({ kind: z.literal(balancer).describe(summary) })
      .describe(summary),
  );
  const bare = balancerKinds.filter(({ schema }) => schema.safeParse({}).success);
  return withShort(
    z
      .discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject])
      .describe('How callers pick among the instances of the callee.'),
    { enum: bare.map(({ balancer }) => balancer) },
  ) as unknown as z.ZodType<BalancingOutput>;
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

const dryRun = z
  .boolean()
  .default(false)
  .describe(
    'Decides and records as always but lets every call pass; what it would have refused is the metric ' +
      '`wouldReject`. Unit: boolean. Defaults to false.',
  );

/** Policies whose bare value is their field `after`. */
const AFTER: ReadonlySet<string> = new Set(['timeout', 'deadline']);

/** One policy of a bundle: the union of its kinds, each with `kind` and, where it has state, its scope. */
export function policySchema(kinds: readonly PolicyKind[]): z.ZodType {
  const options = kinds.map((kind) => {
    const name = z.literal(kind.kind).describe(kind.summary);
    const fields = {
      ...(kind.state === 'scoped' ? { scope } : {}),
      ...(kind.state === 'scoped' && kind.perEndpoint !== true
        ? { per: kind.perTarget === true ? perTarget : per }
        : {}),
      ...(kind.dryRun === true ? { dryRun } : {}),
    };
    return (kind.schema as unknown as AnyObject)
      .safeExtend({ kind: kind.isDefault ? name.optional() : name, ...(fields as object) })
      .describe(kind.summary);
  });
  if (options.length === 1) return options[0];
  return z
    .discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject])
    .describe(kinds.find((kind) => kind.isDefault)?.summary ?? kinds[0].summary);
}

/** A bundle of policies as it stands after `extends`: every policy of the registry, `order`, balancing. */
export function bundleSchema(kinds: readonly PolicyKind[]): z.ZodType<BundleOutput> {
  const shape: Record<string, z.ZodType> = {};
  for (const policy of policiesOf(kinds)) {
    const schema = policySchema(kinds.filter((kind) => kind.policy === policy));
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
    loadBalancing: loadBalancingSchema.optional(),
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

/** What a validated bundle holds: the policies by name, beside these two. */
export interface BundleOutput {
  readonly order?: string | readonly string[];
  readonly loadBalancing?: BalancingOutput;
  readonly [policy: string]: unknown;
}

const SHORT_DURATION = {
  type: ['string', 'number'],
  description: 'A duration such as 800ms, or `none`: short for `after`.',
};
