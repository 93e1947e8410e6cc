import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { PolicyKind } from '../../spec/patterns/policy.js';
import { admissionSchema } from './admission.js';
import type { BundleOutput } from './bundle.js';
import { brokerSchema } from '../brokers/index.js';
import { bundleSchema } from './bundle.js';
import { freeText, named } from './common.js';
import { databaseSchema, endpointSchema, gatewaySchema } from './components.js';
import { serviceSchema } from './services.js';
import { faultSchema } from './fault.js';
import { functionSchema } from './functions.js';
import { hostFields } from './host.js';
import { budgetSchema, hypothesisSchema, reportSchema, variantSchema } from './judgement.js';
import { cacheSchema } from './caching.js';
import { topicSchema } from './messaging.js';
import { middlewareSchema } from './middleware.js';
import { sagaSchema } from './sagas.js';
import { keySchema, networkSchema, runSchema } from './settings.js';
import type { StepOutput } from './steps.js';
import type { SweepOutput } from './sweeps.js';
import { sweepSchema } from './sweeps.js';
import { stepsSchema } from './steps.js';
import { platformSchema } from './platform.js';
import { messageQueueSchema } from '../queues/index.js';
import { storeSections } from './stores.js';
import { workloadSchema } from './workload.js';
import type { ScenarioOutput } from './scenario-output.js';

/** The sections that are written once per file, for all variants. */
export interface FrameOutput {
  readonly title: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly variants?: readonly z.output<typeof variantSchema>[];
  readonly budgets?: readonly z.output<typeof budgetSchema>[];
  readonly hypothesis?: z.output<typeof hypothesisSchema>;
  readonly sweeps?: Readonly<Record<string, SweepOutput>>;
}

export interface Schemas {
  /** The sections that a run is made of, after all merging. */
  readonly explicit: z.ZodType<ScenarioOutput>;
  /** The sections around them; those of `explicit` are not looked at. */
  readonly frame: z.ZodType<FrameOutput>;
  /** A whole file as written, for the JSON Schema. */
  readonly file: z.ZodType;
  /** The sections allowed at the top level of a file. */
  readonly sections: ReadonlySet<string>;
}

/** Sections of one variant's scenario; the others are written once per file. */
export const EXPLICIT_SECTIONS = [
  'run',
  'network',
  'platform',
  'keys',
  'policies',
  'gateways',
  'services',
  'functions',
  'databases',
  'topics',
  'brokers',
  'sagas',
  'queues',
  'caches',
  'eventStores',
  'projections',
  'workloads',
  'faults',
  'report',
] as const;

/** Variants of one file; each is a scenario of its own. */
export const VARIANTS_MAX = 200;

/** The schemas, from the patterns that exist. */
export function buildSchemas(
  policies: readonly PolicyKind[],
  faults: readonly FaultKind[],
): Schemas {
  const inside: z.ZodType = z.lazy(() => steps);
  const bundle = bundleSchema(policies, inside).meta({ id: 'policy' }) as z.ZodType<BundleOutput>;
  const middleware = middlewareSchema(policies).meta({ id: 'middleware' });
  const steps: z.ZodType<StepOutput[]> = stepsSchema(bundle);
  const host = hostFields(bundle, middleware, admissionSchema(policies));
  const endpoint = endpointSchema(steps);
  const service = serviceSchema(host, endpoint, steps);
  const gateway = gatewaySchema(host, bundle, middleware, steps);
  const workload = workloadSchema(bundle, steps);
  const explicit = {
    run: runSchema,
    network: networkSchema.prefault({}).describe('Network between instances.'),
    platform: platformSchema.prefault({}).describe('Platform that restarts processes.'),
    keys: named(keySchema).optional().describe('Named populations of values.'),
    policies: named(bundle).optional().describe('Named bundles, attached to calls.'),
    gateways: named(gateway).optional().describe('Services with routes.'),
    services: named(service).optional().describe('Services with endpoints.'),
    functions: named(functionSchema(host, endpoint))
      .optional()
      .describe('Services that run in environments made on demand.'),
    databases: named(databaseSchema).optional().describe('Databases with operations and pools.'),
    brokers: named(brokerSchema).optional().describe('Clusters that topics live on.'),
    sagas: named(sagaSchema(bundle))
      .optional()
      .describe('Sagas: steps whose effects belong together.'),
    topics: named(topicSchema(bundle))
      .optional()
      .describe('Every group of consumers gets every message.'),
    queues: named(messageQueueSchema(bundle))
      .optional()
      .describe('Every message goes to one consumer.'),
    caches: named(cacheSchema).optional().describe('Caches with their levels.'),
    ...storeSections,
    workloads: named(workload).optional().describe('Sources of requests.'),
    faults: z.array(faultSchema(faults)).optional().describe('Failures to inject.'),
    report: reportSchema.prefault({}).describe('Presentation of results.'),
  };
  const frame = {
    faultline: z.literal(1).describe('Version of the language. Required.'),
    title: freeText().min(1).describe('Heads every report. Required.'),
    description: freeText().optional().describe('Description.'),
    tags: z.array(freeText()).optional().describe('Tags to search for.'),
    include: z
      .array(z.string().max(400))
      .optional()
      .describe('Files below this folder that are laid under this one, in order.'),
    templates: named(z.unknown().meta({ anyOf: ENTRIES.map(definition) }))
      .optional()
      .describe('Fragments of components that entries may extend.'),
    defaults: z
      .strictObject({
        services: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('service')] })
          .describe('Laid under every service.'),
        gateways: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('gateway')] })
          .describe('Laid under every gateway.'),
        functions: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('function')] })
          .describe('Laid under every function.'),
        databases: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('database')] })
          .describe('Laid under every database.'),
        topics: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('topic')] })
          .describe('Laid under every topic.'),
        brokers: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('broker')] })
          .describe('Laid under every broker.'),
        sagas: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('saga')] })
          .describe('Laid under every saga.'),
        queues: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('queue')] })
          .describe('Laid under every queue.'),
        caches: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('cache')] })
          .describe('Laid under every cache.'),
        eventStores: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('eventStore')] })
          .describe('Laid under every event store.'),
        projections: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('projection')] })
          .describe('Laid under every projection.'),
        workloads: z
          .unknown()
          .optional()
          .meta({ anyOf: [definition('workload')] })
          .describe('Laid under every workload.'),
      })
      .optional()
      .describe('Laid under every entry of a section.'),
    variants: z
      .array(variantSchema)
      .min(1)
      .max(VARIANTS_MAX)
      .optional()
      .describe('Patches to compare.'),
    budgets: z.array(budgetSchema).optional().describe('Expectations that must hold.'),
    hypothesis: hypothesisSchema.optional(),
    sweeps: named(sweepSchema)
      .optional()
      .describe('Experiments over settings, run only by `faultline sweep`.'),
  };
  const unread = Object.fromEntries(
    EXPLICIT_SECTIONS.map((name) => [name, z.unknown().optional()]),
  );
  return {
    explicit: z.strictObject(explicit) as unknown as z.ZodType<ScenarioOutput>,
    frame: z.strictObject({ ...frame, ...unread }) as unknown as z.ZodType<FrameOutput>,
    file: z.strictObject({ ...frame, ...explicit }),
    sections: new Set(Object.keys({ ...frame, ...explicit })),
  };
}

/** What templates and defaults may hold: the fields of these. */
const ENTRIES: readonly string[] = [
  'service',
  'gateway',
  'function',
  'database',
  'topic',
  'broker',
  'queue',
  'cache',
  'eventStore',
  'projection',
  'saga',
  'workload',
];

function definition(name: string): { $ref: string } {
  return { $ref: `#/definitions/${name}` };
}
