import { z } from 'zod';
import { withShort } from '../../contracts/fields/common.js';
import { objectOf, unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { balancingCommon } from '../../contracts/scenario/balancing.js';
import { balancerKinds } from '../../patterns/registry.js';

/** Validated load balancing. */
export interface BalancingOutput extends z.output<z.ZodObject<typeof balancingCommon>> {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Schema of `loadBalancing`: the union of all kinds. */
export const loadBalancingSchema = balancingSchema();

function balancingSchema(): z.ZodType<BalancingOutput> {
  const options = balancerKinds.map(({ balancer, schema, summary }) =>
    objectOf(schema)
      .safeExtend({ kind: z.literal(balancer).describe(summary), ...(balancingCommon as object) })
      .describe(summary),
  );
  const bare = balancerKinds.filter(({ schema }) => schema.safeParse({}).success);
  return valuesOf<BalancingOutput>(
    withShort(unionOfKinds(options).describe('How callers pick an instance of the callee.'), {
      enum: bare.map(({ balancer }) => balancer),
    }).meta({ id: 'loadBalancing' }),
  );
}
