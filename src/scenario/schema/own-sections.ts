import { valuesOf, objectOf, unionOfKinds } from '../../contracts/fields/kinds.js';
import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { admissionSchema } from './admission.js';
import { bundleSchema, outlierDetectionSchema, type BundleOutput } from './bundle.js';
import { named, entryText, inheriting, nameText } from '../../contracts/fields/common.js';
import { databaseSchema } from '../../contracts/scenario/database.js';
import { endpointSchema } from '../../contracts/scenario/services.js';
import { gatewaySchema } from './components.js';
import { serviceSchema } from './services.js';
import { functionSchema } from './functions.js';
import { hostFields } from '../../contracts/scenario/host.js';
import type { MiddlewareOutput } from './host.js';
import { loadBalancingSchema } from './balancing.js';
import { reportSchema } from '../../contracts/scenario/report.js';
import { keySchema } from '../../contracts/scenario/keys.js';
import { middlewareSchema } from './middleware.js';
import { alertsSchema } from '../../contracts/scenario/alerts.js';
import { runSchema } from '../../contracts/scenario/run.js';
import { networkSchema } from '../../contracts/scenario/network.js';
import { stepsSchema, type StepOutput } from './steps.js';
import { MESH_KINDS } from '../meshes.js';
import { meshSchema } from '../../contracts/scenario/mesh.js';
import { platformSchema } from '../../contracts/scenario/platform.js';
import { workloadSchema } from '../../contracts/scenario/workloads.js';
import { reading } from '../../contracts/fields/entry.js';
import { faultFields, type WrittenFault } from '../../contracts/scenario/faults.js';
import { absent, field } from '../../contracts/fields/field.js';

/** The sections of a run that are no modules: those before the modules, and those after them. */
export function ownSections(policies: readonly PolicyKind[], faults: readonly FaultKind[]) {
  const inside: z.ZodType = z.lazy(() => steps);
  const bundle = bundleSchema(policies, inside).meta({ id: 'policy' }) as z.ZodType<BundleOutput>;
  const middleware = valuesOf<MiddlewareOutput>(
    middlewareSchema(policies).meta({ id: 'middleware' }),
  );
  const steps: z.ZodType<StepOutput[]> = stepsSchema(bundle);
  const host = hostFields({
    bundle,
    middleware,
    admission: admissionSchema(policies),
    loadBalancing: loadBalancingSchema,
    outlierDetection: outlierDetectionSchema,
  });
  const endpoint = endpointSchema(steps);
  const service = serviceSchema(host, endpoint, steps);
  const gateway = gatewaySchema(host, bundle, middleware, steps);
  const workload = workloadSchema(bundle, steps);
  const first = {
    run: runSchema,
    network: networkSchema.prefault({}).describe('Network between instances.'),
    platform: platformSchema.prefault({}).describe('Platform that restarts processes.'),
    mesh: meshSchema(MESH_KINDS, bundle)
      .optional()
      .describe('Service mesh: proxies between services.'),
    keys: named(keySchema).optional().describe('Named populations of values.'),
    clusters: named(clusterSchema(bundle))
      .optional()
      .describe('Clusters and named instances: what several bundles share on the way to a callee.'),
    policies: named(bundle).optional().describe('Named bundles, attached to calls.'),
    gateways: named(gateway).optional().describe('Services with routes.'),
    services: named(service).optional().describe('Services with endpoints.'),
    functions: named(functionSchema(host, endpoint))
      .optional()
      .describe('Services that run in environments made on demand.'),
    databases: named(databaseSchema).optional().describe('Databases with operations and pools.'),
  };
  const last = {
    workloads: named(workload).optional().describe('Sources of requests.'),
    faults: z.array(faultSchema(faults)).optional().describe('Failures to inject.'),
    alerts: alertsSchema.optional(),
    report: reportSchema.prefault({}).describe('Presentation of results.'),
  };
  return { bundle, first, last };
}
export type OwnSections = ReturnType<typeof ownSections>;

export type MeshOutput = NonNullable<z.output<OwnSections['first']['mesh']>>;

/** Schema of a fault: the common fields, and those of its kind. */
function faultSchema(kinds: readonly FaultKind[]): z.ZodType<WrittenFault> {
  const { shape, explicit } = reading(faultFields);
  const options = kinds.map((kind) =>
    z
      .strictObject({ kind: z.literal(kind.kind).describe(kind.summary), ...shape })
      .safeExtend(objectOf(kind.schema).shape)
      .describe(kind.summary)
      .transform((own): WrittenFault => ({
        ...explicit(own),
        kind: kind.kind,
        config: configOf(own),
      })),
  );
  return valuesOf<WrittenFault>(unionOfKinds(options).describe('A failure for a limited time.'));

  /** The fields of the kind itself. */
  function configOf(own: object): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(own).filter(([name]) => name !== 'kind' && !Object.hasOwn(shape, name)),
    );
  }
}

interface ClusterOutput extends BundleOutput {
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
function clusterSchema(bundle: z.ZodType<BundleOutput>): z.ZodType<ClusterOutput> {
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
