import { z } from 'zod';
import {
  count,
  countDistribution,
  duration,
  durationOrNone,
  factor,
} from '../../spec/quantities/quantities.js';
import { SAGA_ENGINES } from '../../spec/scenario/sagas.js';
import type { BundleOutput } from './bundle.js';
import {
  critical,
  entryText,
  extending,
  inheriting,
  nameText,
  withShort,
  REFERENCE_PATTERN,
} from './common.js';

const reference = z.string().regex(REFERENCE_PATTERN).max(200);
const references = z.union([reference, z.array(reference).min(1)]);

/** A validated step of a saga. */
export interface SagaStepEntry {
  readonly name: string;
  readonly call: string;
  readonly compensation?: string;
  readonly kind: 'compensable' | 'pivot' | 'retryable';
  readonly policy?: BundleOutput;
  readonly readOnly: boolean;
}

function stepSchema(bundle: z.ZodType<BundleOutput>) {
  return z
    .strictObject({
      name: nameText().describe(
        'Name of the step, unique in the saga; metrics refer to it. Required.',
      ),
      call: reference.describe('Endpoint that executes the step. Required.'),
      compensation: reference
        .optional()
        .describe('Endpoint that undoes it. Defaults to none, which only `readOnly` steps may.'),
      kind: z
        .enum(['compensable', 'pivot', 'retryable'])
        .default('compensable')
        .describe(
          '`compensable`: undone when a later step fails; `pivot`: once it has succeeded the saga runs ' +
            'to its end; `retryable`: comes after the pivot and is repeated until it succeeds. ' +
            'Defaults to compensable.',
        ),
      policy: bundle.optional().describe('Bundle of its calls. Defaults to that of `outbound`.'),
      readOnly: z
        .boolean()
        .default(false)
        .describe('Has no effect, so there is nothing to undo. Defaults to false.'),
    })
    .describe('One step: what does it and what undoes it.');
}

const retry = z
  .strictObject({
    attempts: count({ min: 1 })
      .optional()
      .describe(
        'Tries of a command in all, each with the retries of its policy, before its failure counts; ' +
          'a refusal by a client error is never repeated, but for a 409 to a compensation that may be under way. Unit: count or `unlimited`. Defaults by engine: ' +
          'simple and eventuate 1, temporal unlimited, conductor and stepFunctions 4, camunda 3.',
      ),
    interval: duration()
      .optional()
      .describe(
        'Pause before the second try. Unit: duration. Defaults by engine: 1s, conductor 60s, camunda 0s.',
      ),
    factor: factor()
      .optional()
      .describe(
        'Of each further pause to the one before. Unit: factor. Defaults by engine: 2, conductor and camunda 1.',
      ),
    max: durationOrNone()
      .optional()
      .describe(
        'Longest pause. Unit: duration or `none`. Defaults to 100 times the interval, for stepFunctions to none.',
      ),
  })
  .describe('Repetitions of a command by the orchestrator itself.');

const persistence = z
  .strictObject({
    query: reference.describe('Operation of a database that writes the state. Required.'),
    read: reference
      .optional()
      .describe(
        'Operation of a database that reads the state before another instance goes on after a crash. ' +
          'Defaults to none: it takes no time.',
      ),
    before: z
      .boolean()
      .default(true)
      .describe('Written before each command too, not only after each reply. Defaults to true.'),
  })
  .describe('Where the state of a saga is kept.');

const invariant = z
  .strictObject({
    if: nameText().describe('Step whose effect exists. Required.'),
    then: nameText().describe('Step whose effect must then exist too. Required.'),
  })
  .describe('A rule of the business over the effects of one saga.');

const isolation = z
  .strictObject({
    kind: z
      .enum(['none', 'semanticLock', 'commutative', 'reread'])
      .describe(
        'Isolation between sagas on the same value of `key`. `none`: no isolation, anomalies are counted; ' +
          '`semanticLock`: the second saga waits for the first, or is refused; `commutative`: their order does not ' +
          'matter; `reread`: a saga that finds the value changed before its pivot, or at its end, is undone. ' +
          'Required.',
      ),
    lockTimeout: duration()
      .optional()
      .describe(
        'With semanticLock: longest wait for the saga that is there; one that waits longer is refused. ' +
          'Unit: duration. Defaults to 0s.',
      ),
  })
  .describe('Isolation between sagas on the same value.');

/** One saga. */
export function sagaSchema(bundle: z.ZodType<BundleOutput>) {
  const step = stepSchema(bundle);
  return inheriting(
    z
      .strictObject({
        ...extending,
        ...entryText,
        critical,
        kind: z
          .enum(['orchestrated', 'choreographed'])
          .describe(
            '`orchestrated`: a service drives it; `choreographed`: services react to events, and the ' +
              'saga is only watched. Required.',
          ),
        engine: z
          .enum(SAGA_ENGINES)
          .default('simple')
          .describe('Product whose defaults it has. Defaults to simple.'),
        orchestrator: nameText()
          .optional()
          .describe('Service whose instances drive it. Required where orchestrated.'),
        steps: z
          .array(z.union([step, z.array(step).min(1)]))
          .min(1)
          .describe(
            'Steps in order; those of a list inside the list run at once and are undone at once. ' +
              'Required.',
          ),
        timeout: durationOrNone({ allowZero: false })
          .prefault('none')
          .describe(
            'Longest time until the last step before and with the pivot has succeeded; then it is undone. ' +
              'Unit: duration or `none`. Defaults to none.',
          ),
        compensationOrder: z
          .enum(['reverse', 'parallel'])
          .optional()
          .describe(
            '`reverse`: one stage after the other, the last first; `parallel`: all at once. Defaults to ' +
              'reverse, with `engine: camunda` to parallel.',
          ),
        compensationPolicy: bundle
          .optional()
          .describe('Bundle of the calls that undo. Defaults to that of `outbound`.'),
        onCompensationFailure: z
          .enum(['retry', 'park', 'fail'])
          .optional()
          .describe(
            'Handling of a failed compensation: it is repeated (`retry`), waits for a human (`park`), or ends the ' +
              'saga as it is (`fail`). A repeated compensation answered 409 has not failed: its participant is ' +
              'still working, and it is sent again. Defaults by engine: simple and temporal retry, camunda park, ' +
              'others fail.',
          ),
        ambiguous: z
          .enum(['compensate', 'retry', 'treatAsFailed'])
          .default('compensate')
          .describe(
            'Handling of a step that ended in a timeout or reset and may have had its effect: it is undone too ' +
              '(`compensate`), repeated until its outcome is known (`retry`: until it succeeds, or a client error ' +
              'shows that it had no effect; a 409 means that it is still running), or treated as failed ' +
              '(`treatAsFailed`). A pivot is repeated with `compensate` too. Defaults to compensate.',
          ),
        retry: retry.optional(),
        persistence: withShort(persistence, { type: 'string', pattern: REFERENCE_PATTERN.source })
          .optional()
          .describe(
            'Store of its state, written at its start, before each command and after each reply. Defaults to ' +
              'none: a crash loses sagas in flight.',
          ),
        recoveryDelay: duration()
          .optional()
          .describe(
            'Time from a crash of its orchestrator until another instance takes it over: how long the engine ' +
              'waits for a silent holder of a task. Unit: duration. Defaults to 0s, temporal 10s (workflow task ' +
              'timeout), conductor 1h (responseTimeoutSeconds), camunda 5m (timeout of a job).',
          ),
        leaseTimeout: durationOrNone({ allowZero: false })
          .optional()
          .describe(
            'Lease of an orchestrator instance on a command, which covers writing its state and waiting for the ' +
              'participant. When it expires, another instance gets the command. The first one continues, but its ' +
              'responses no longer count: only the holder of the lease completes, parks or ends the saga. Needs ' +
              '`persistence`. Unit: duration or `none`. Defaults to none, with persistence conductor 1h ' +
              '(responseTimeoutSeconds), camunda 5m (timeout of a job).',
          ),
        startedBy: references
          .optional()
          .describe('Endpoints whose success begins it. Required where choreographed.'),
        completedBy: references
          .optional()
          .describe('Endpoints whose success completes it. Required where choreographed.'),
        cancelledBy: references
          .optional()
          .describe('Endpoints whose success ends it as undone. Required where choreographed.'),
        stuckAfter: duration({ allowZero: false })
          .optional()
          .describe(
            'Age from which one that has reached no end counts as stuck. Unit: duration. Defaults to 3 ' +
              'times the timeout, without one to 5m.',
          ),
        invariants: z
          .array(invariant)
          .default([])
          .describe('Rules whose violation makes a saga inconsistent. Defaults to none.'),
        value: countDistribution()
          .optional()
          .describe(
            'Amount of one saga, such as money. Unit: count or distribution of counts. Defaults to none.',
          ),
        tombstones: z
          .boolean()
          .default(false)
          .describe(
            'Participants remember what they have undone, and refuse a step that comes after its ' +
              'compensation. Defaults to false.',
          ),
        key: nameText().optional().describe('Key whose values sagas may share. Defaults to none.'),
        isolation: withShort(isolation, { type: 'string' })
          .optional()
          .describe('Needs a `key`. Defaults to none.'),
      })
      .describe('A saga.'),
  ).meta({ id: 'saga' });
}
export type SagaOutput = z.output<ReturnType<typeof sagaSchema>>;
