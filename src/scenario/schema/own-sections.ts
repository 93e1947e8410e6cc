import { valuesOf } from '../../contracts/fields/kinds.js';
import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { admissionSchema } from './admission.js';
import { bundleSchema, outlierDetectionSchema, type BundleOutput } from './bundle.js';
import { clusterSchema } from './cluster.js';
import { named } from '../../contracts/fields/common.js';
import { databaseSchema } from '../../contracts/scenario/database.js';
import { endpointSchema } from '../../contracts/scenario/services.js';
import { gatewaySchema } from './components.js';
import { serviceSchema } from './services.js';
import { faultSchema } from './fault.js';
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

/** A validated mesh. */
export type MeshOutput = NonNullable<z.output<OwnSections['first']['mesh']>>;
