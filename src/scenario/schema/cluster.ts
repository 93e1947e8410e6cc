import { z } from 'zod';
import { entryText, inheriting, nameText } from '../../contracts/fields/common.js';
import { absent, field } from '../../contracts/fields/field.js';
import { objectOf, valuesOf } from '../../contracts/fields/kinds.js';
import type { BundleOutput } from './bundle.js';

/** A validated cluster. */
export interface ClusterOutput extends BundleOutput {
  readonly callees?: readonly string[];
}

/** Fields of a bundle that a cluster has: those with a state that outlives a call. */
const OF_CLUSTERS = [
  ...[
    'extends',
    'retry',
    'throttle',
    'circuitBreaker',
    'rateLimit',
    'concurrencyLimit',
    'bulkhead',
  ],
  ...['connections', 'outlierDetection', 'loadBalancing', 'order'],
];

/** Schema of a cluster: the fields of a bundle that several bundles can share, and the callees. */
export function clusterSchema(bundle: z.ZodType<BundleOutput>): z.ZodType<ClusterOutput> {
  const { shape } = objectOf(bundle);
  const own = Object.fromEntries(
    [...Object.keys(entryText), ...OF_CLUSTERS].map((name) => [name, shape[name] as z.ZodType]),
  );
  return valuesOf<ClusterOutput>(
    inheriting(
      z.strictObject({
        ...own,
        callees: field.of(
          z.array(nameText()).min(1),
          absent('each callee by itself'),
          'Components that one state serves together, such as the callees of one thread pool or HTTP client: ' +
            'limits and breakers of the cluster count the calls to all of them. Connections stay those of each.',
          'list of names',
        ),
      }),
    )
      .describe('A cluster of Envoy, a named instance of resilience4j, or the client of a library.')
      .meta({ id: 'cluster' }),
  );
}
