import { valuesOf } from '../../contracts/fields/kinds.js';
import { z } from 'zod';
import { STEP_VERBS } from '../verbs.js';
import type { BundleOutput } from './bundle.js';
import { publishFields } from '../../contracts/scenario/messaging.js';
import { sagaStepFields } from '../../contracts/scenario/saga-step.js';
import { appendFields, loadFields } from '../../contracts/scenario/event-stores.js';
import {
  cacheStepSchema,
  callSchema,
  choiceSchema,
  FAILURES,
  failSchema,
  lockSchema,
  loopSchema,
  modifierFields,
  parallelSchema,
  querySchema,
  respondSchema,
  timeSchema,
  transactionSchema,
} from '../../contracts/scenario/verbs.js';
import {
  NAME_PATTERN,
  CALL_PATTERN,
  REFERENCE_PATTERN,
  withShort,
} from '../../contracts/fields/common.js';

const DISTRIBUTION_SHORT = { $ref: '#/definitions/distribution' };

type Fields<Steps> = ReturnType<typeof verbs<Steps>> &
  ReturnType<typeof modifierFields<BundleOutput, Steps>>;

/** All fields of a step in its long form. */
export interface StepOutput extends z.output<z.ZodObject<Fields<StepOutput[]>>> {}

/** A list of steps. */
export function stepsSchema(bundle: z.ZodType<BundleOutput>): z.ZodType<StepOutput[]> {
  const steps: z.ZodType<StepOutput[]> = z.lazy(() => z.array(step));
  const step = valuesOf<StepOutput>(
    z
      .strictObject({ ...verbs(steps), ...modifierFields(bundle, steps) })
      .describe('One verb, and what modifies it.')
      .meta({
        id: 'step',
        oneOf: STEP_VERBS.map((verb) => ({ required: [verb] })),
      }),
  );
  return steps;
}

function verbs<Steps>(steps: z.ZodType<Steps>) {
  return {
    work: withShort(timeSchema, DISTRIBUTION_SHORT)
      .optional()
      .describe('CPU time: uses the cores of the instance.'),
    wait: withShort(timeSchema, DISTRIBUTION_SHORT).optional().describe('Time without CPU.'),
    call: withShort(callSchema, { type: 'string', pattern: CALL_PATTERN.source })
      .optional()
      .describe('A synchronous call through the policy.'),
    query: withShort(querySchema, { type: 'string', pattern: REFERENCE_PATTERN.source })
      .optional()
      .describe('An operation of a database over a connection of the pool.'),
    load: withShort(loadFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Loads the events of a stream and applies them, which takes CPU time.'),
    append: withShort(appendFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Appends events to a stream, all of them or none.'),
    publish: withShort(publishFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Publishes messages to a topic or queue.'),
    saga: withShort(sagaStepFields, { type: 'string', pattern: NAME_PATTERN.source })
      .optional()
      .describe('Starts a saga that this service drives.'),
    transaction: transactionSchema(steps)
      .optional()
      .describe('Runs steps in a transaction, on one connection of a database, and commits.'),
    lock: lockSchema(steps).optional().describe('Runs steps while holding a lock.'),
    cache: cacheStepSchema(steps).optional().describe('Reads or changes a value of a cache.'),
    parallel: withShort(parallelSchema(steps), {
      type: 'array',
      items: { $ref: '#/definitions/step' },
    })
      .optional()
      .describe('Runs branches in parallel.'),
    choose: z
      .array(choiceSchema(steps))
      .min(1)
      .optional()
      .describe('Runs one of several branches.'),
    loop: loopSchema(steps).optional().describe('Repeats several steps.'),
    fail: withShort(failSchema, {
      anyOf: [{ type: 'integer', minimum: 400, maximum: 599 }, { enum: [...FAILURES] }],
    })
      .optional()
      .describe('Ends the program with this outcome; `probability` makes it an error rate.'),
    respond: withShort(respondSchema(steps), { type: 'integer', minimum: 200, maximum: 599 })
      .optional()
      .describe('Ends the endpoint with this response.'),
  };
}
