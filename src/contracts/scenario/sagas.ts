import { z } from 'zod';
import { critical, entryText, extending, inheriting } from '../fields/common.js';
import { nameText, REFERENCE_PATTERN, withShort } from '../fields/common.js';
import { entry, type Filled } from '../fields/entry.js';
import { absent, field, required, requiredIf } from '../fields/field.js';
import {
  count,
  countDistribution,
  duration,
  durationOrNone,
  factor,
} from '../quantities/quantities.js';
import type { Ns } from '../../kernel/time.js';
import type { Described } from './described.js';
import type { Bundle } from './steps.js';
import type { Query, Target } from './target.js';

const SAGA_ENGINES = [
  'simple',
  'temporal',
  'conductor',
  'stepFunctions',
  'camunda',
  'eventuate',
] as const;

export type SagaEngine = (typeof SAGA_ENGINES)[number];

const reference = z.string().regex(REFERENCE_PATTERN).max(200);
const references = z.union([reference, z.array(reference).min(1)]);

function stepSchema<B>(bundle: z.ZodType<B>) {
  return entry(
    {
      name: field.of(
        nameText(),
        required,
        'Name of the step, unique in the saga; metrics refer to it.',
      ),
      call: field.of(reference, required, 'Endpoint that executes the step.'),
      compensation: field.of(
        reference,
        absent('none, which only `readOnly` steps allow'),
        'Endpoint that undoes the step.',
      ),
      kind: field.choice(
        ['compensable', 'pivot', 'retryable'],
        'compensable',
        '`compensable`: undone when a later step fails; `pivot`: once it has succeeded, the saga runs to its end; ' +
          '`retryable`: follows the pivot and is repeated until it succeeds.',
      ),
      policy: field.of(bundle, absent('that of `outbound`'), 'Policy bundle of its calls.'),
      readOnly: field.of(
        z.boolean(),
        false,
        'Whether the step has no effect, so that there is nothing to undo.',
      ),
    },
    'One step: the endpoint that executes it and the endpoint that undoes it.',
  );
}
type WrittenSagaStep = z.output<ReturnType<typeof stepSchema<unknown>>>;

/** A step of a saga. */
export interface SagaStep extends Omit<WrittenSagaStep, 'call' | 'compensation' | 'policy'> {
  readonly call: Target;
  readonly compensation: Target | null;
  readonly policy: Bundle | null;
}

const retry = entry(
  {
    attempts: count({ min: 1 })
      .optional()
      .describe(
        'Largest number of attempts of a command, each with the retries of its policy, before it counts as ' +
          'failed. A client error is not retried, except a 409 to a compensation that may still be running. ' +
          'Unit: attempts, or `unlimited`. Defaults by engine: simple and eventuate 1, temporal unlimited, ' +
          'conductor and stepFunctions 4, camunda 3.',
      ),
    intervalNs: duration()
      .optional()
      .describe(
        'Pause before the second attempt. Unit: duration. Defaults by engine: 1s, conductor 60s, camunda 0s.',
      ),
    factor: factor()
      .optional()
      .describe(
        'Ratio of each further pause to the one before. Unit: factor. Defaults by engine: 2, conductor and ' +
          'camunda 1.',
      ),
    maxNs: field.timeLimit(
      absent('100 times the interval, for stepFunctions to none'),
      'Longest pause.',
      { allowZero: true },
    ),
  },
  'Retries of a command by the orchestrator itself.',
);

/** Retries of a command by the orchestrator itself, in addition to those of the policy; Infinity = no limit. */
export type SagaRetry = Filled<z.output<typeof retry>, keyof z.output<typeof retry>>;

const persistence = entry(
  {
    query: field.of(reference, required, 'Database operation that writes the state.'),
    read: field.of(
      reference,
      absent('none: reading takes no time'),
      'Database operation that reads the state before another instance continues the saga after a crash, or ' +
        'after its lease. A try that temporal or conductor repeats is not read: the engine hands it out with its ' +
        'state.',
    ),
    before: field.of(
      z.boolean(),
      true,
      'Whether the state is also written before each command, not only after each reply.',
    ),
  },
  'How the state of a saga is stored.',
);

/** How the state of a saga is stored: the database operations that write and read it. */
export interface SagaPersistence
  extends Query, Omit<z.output<typeof persistence>, 'query' | 'read'> {
  readonly read: Target | null;
}

const invariant = entry(
  {
    if: field.of(nameText(), required, 'Step whose effect exists.'),
    then: field.of(nameText(), required, 'Step whose effect must then exist too.'),
  },
  'A business rule on the effects of one saga.',
);
export type WrittenInvariant = z.output<typeof invariant>;

/** A business rule: if step `if` has an effect that is not undone, step `then` must have one too. Indices into `steps`. */
export type SagaInvariant = Readonly<Record<keyof WrittenInvariant, number>>;

const isolation = entry(
  {
    kind: field.of(
      z.enum(['none', 'semanticLock', 'commutative', 'reread']),
      required,
      'Isolation between sagas on the same value of `key`. `none`: no isolation, and anomalies are counted; ' +
        '`semanticLock`: the second saga waits for the first, or is refused; `commutative`: their order does not ' +
        'matter; `reread`: a saga that finds the value changed before its pivot, or at its end, is compensated.',
    ),
    lockTimeoutNs: field.duration(
      absent('0s'),
      'With semanticLock: longest wait for the saga that holds the lock; a saga that waits longer is refused.',
      { allowZero: true },
    ),
  },
  'Isolation between sagas on the same value.',
);

/** Isolation between sagas with the same key value. */
export type SagaIsolation =
  | { readonly kind: 'none' | 'commutative' | 'reread' }
  | { readonly kind: 'semanticLock'; readonly lockTimeoutNs: Ns };

const sagaFields = <B>(bundle: z.ZodType<B>) => {
  const step = stepSchema(bundle);
  return {
    kind: field.of(
      z.enum(['orchestrated', 'choreographed']),
      required,
      '`orchestrated`: a service drives the saga; `choreographed`: services react to events, and the saga only ' +
        'observes them.',
    ),
    engine: field.choice(SAGA_ENGINES, 'simple', 'Product whose defaults apply.'),
    orchestrator: field.of(
      nameText(),
      requiredIf('where orchestrated'),
      'Service whose instances drive the saga.',
    ),
    steps: field.of(
      z.array(z.union([step, z.array(step).min(1)])).min(1),
      required,
      'Steps in order. Steps of a list inside the list run in parallel and are undone in parallel.',
    ),
    timeoutNs: field.timeLimit(
      'none',
      'Longest time until every step up to and including the pivot has succeeded; after it, the saga is ' +
        'compensated.',
    ),
    compensationOrder: field.of(
      z.enum(['reverse', 'parallel']),
      absent('reverse, with `engine: camunda` to parallel'),
      'Order of the compensations. `reverse`: one stage after the other, the last one first; `parallel`: all at ' +
        'once.',
    ),
    compensationPolicy: field.of(
      bundle,
      absent('that of `outbound`'),
      'Policy bundle of the compensation calls.',
    ),
    onCompensationFailure: z
      .enum(['retry', 'park', 'fail'])
      .optional()
      .describe(
        'Handling of a failed compensation: `retry` repeats it, `park` leaves the saga waiting for a human, ' +
          '`fail` ends the saga as it is. A repeated compensation that gets a 409 has not failed: its ' +
          'participant is still working, and the compensation is sent again. Defaults by engine: simple and ' +
          'temporal retry, camunda park, others fail.',
      ),
    ambiguous: field.choice(
      ['compensate', 'retry', 'treatAsFailed'],
      'compensate',
      'Handling of a step that ended in a timeout or reset, and may have had its effect: `compensate` undoes it ' +
        'too; `retry` repeats it until its outcome is known (a success, or a client error, which shows that it ' +
        'had no effect; a 409 means that it is still running); `treatAsFailed` treats it as failed. A pivot is ' +
        'also repeated with `compensate`.',
    ),
    retry: retry.optional(),
    persistence: field.of(
      withShort(persistence, { type: 'string', pattern: REFERENCE_PATTERN.source }),
      absent('none: a crash loses the sagas in flight'),
      'How its state is stored: at the start, before each command and after each reply.',
    ),
    recoveryDelayNs: field.duration(
      absent(
        '0s; with temporal 10s (workflow task timeout) where the call has no time limit, conductor 1h and camunda ' +
          '5m without a lease',
      ),
      'Time from a crash of the orchestrator instance until another instance continues the saga, for an engine ' +
        'that sees the crash. Temporal, Conductor and Camunda see none: they notice that a command is not ' +
        'answered, when `leaseTimeout` or the time limit of the call has passed since its start. If you write a ' +
        'value, they see it too.',
      { allowZero: true },
    ),
    leaseNs: durationOrNone({ allowZero: false })
      .optional()
      .describe(
        'Lease of an orchestrator instance on a command, which covers writing its state and waiting for the ' +
          'participant. When it expires, another instance gets the command. The first one continues, but its ' +
          'responses no longer count: only the holder of the lease completes, parks or ends the saga. With ' +
          'temporal and conductor, an expired lease is a failed try, which is retried after the pause of ' +
          '`retry`. Needs `persistence`. Unit: duration or `none`. Defaults to none, with persistence conductor ' +
          '1h (responseTimeoutSeconds), camunda 5m (timeout of a job). With temporal, a worker that dies or ' +
          'freezes also loses the command when the time limit of its call (start-to-close timeout) has passed.',
      ),
    heartbeatNs: field.duration(
      absent('none: commands give no sign of life'),
      'Longest time from one heartbeat of a command to the next, for engine temporal. The worker sends them ' +
        'while it works, at most each 0.8 of this time (or 60s), as its SDK throttles them. If none comes in ' +
        'time, the worker is gone, and the command is tried again after the pause of `retry`. It counts beside ' +
        'the time limit of the call. Needs `persistence`.',
    ),
    startedBy: field.of(
      references,
      requiredIf('where choreographed'),
      'Endpoints whose success starts the saga.',
    ),
    completedBy: field.of(
      references,
      requiredIf('where choreographed'),
      'Endpoints whose success completes the saga.',
    ),
    cancelledBy: field.of(
      references,
      requiredIf('where choreographed'),
      'Endpoints whose success ends the saga as compensated.',
    ),
    stuckAfterNs: field.duration(
      absent('3 times the timeout, without one to 5m'),
      'Age at which a saga that has not ended counts as stuck.',
    ),
    invariants: z
      .array(invariant)
      .prefault([])
      .describe('Rules whose violation makes a saga inconsistent. Defaults to none.'),
    value: field.of(
      countDistribution(),
      absent(),
      'Amount of one saga, such as money.',
      'count or distribution of counts',
    ),
    tombstones: field.of(
      z.boolean(),
      false,
      'Whether participants remember the steps they have undone, and refuse a step that arrives after its ' +
        'compensation.',
    ),
    key: field.of(
      nameText(),
      absent(),
      'Key whose value identifies what a saga works on; several sagas may work on the same value.',
    ),
    isolation: field.of(
      withShort(isolation, { type: 'string' }),
      absent(),
      'Isolation between sagas on the same value; needs a `key`.',
    ),
  };
};

/** Names that users write, where they differ. */
export const SAGA_NAMES = { leaseNs: 'leaseTimeout', heartbeatNs: 'heartbeatTimeout' } as const;

/** One saga. */
export function sagaSchema<B>(bundle: z.ZodType<B>) {
  return inheriting(
    entry(
      { ...extending, ...entryText, critical, ...sagaFields(bundle) },
      'A saga: steps in several services that all take effect, or are compensated.',
      SAGA_NAMES,
    ),
  ).meta({ id: 'saga' });
}
interface WrittenSaga extends z.output<ReturnType<typeof sagaSchema<unknown>>> {}

/** Fields of an orchestrated saga only. */
export const ORCHESTRATED = [
  'orchestrator',
  'compensationOrder',
  'compensationPolicy',
  'onCompensationFailure',
  'retry',
  'persistence',
  'recoveryDelayNs',
  'leaseNs',
  'heartbeatNs',
] as const;

/** Fields of a choreographed saga: endpoints that mark its start and its ends. */
export const CHOREOGRAPHED = ['startedBy', 'completedBy', 'cancelledBy'] as const;

type Orchestrating = (typeof ORCHESTRATED)[number] | 'engine' | 'timeoutNs' | 'ambiguous';

/** Settings of an orchestrated saga. */
export interface Orchestration extends Filled<
  Omit<Pick<WrittenSaga, Orchestrating>, 'heartbeatNs' | 'retry' | 'persistence'>,
  'orchestrator' | 'compensationOrder' | 'onCompensationFailure'
> {
  readonly compensationPolicy: Bundle | null;
  readonly retry: SagaRetry;
  readonly persistence: SagaPersistence | null;
  /** Longest time from one sign of life of a command to the next; absent = it gives none. */
  readonly heartbeatNs?: Ns;
  readonly detection: DeathDetection;
}

/** How an engine finds out that the instance that holds a command is gone. */
export interface DeathDetection {
  /** It sees that the process dies. Otherwise only a command that is not answered in time shows it. */
  readonly seesDeath: boolean;
  /** Without a lease of its own, a command has the time limit of its call: its engine counts that itself. */
  readonly countsCallLimit: boolean;
  /** A lease that expires is a failed try, which the engine retries after its pause; otherwise it sends the command again. */
  readonly expiryIsTry: boolean;
}

/** Endpoints that mark the start and the end of a choreographed saga. */
export type Choreography = Readonly<Record<(typeof CHOREOGRAPHED)[number], readonly Target[]>>;

/** A saga: steps whose effects must all happen or be undone by compensations. */
export interface Saga extends Described, Pick<WrittenSaga, 'value' | 'tombstones' | 'key'> {
  readonly steps: readonly SagaStep[];
  /** Steps that run concurrently, as indices into `steps`; the stages run one after the other. */
  readonly stages: readonly (readonly number[])[];
  /** null = choreographed: the steps are not called from here. */
  readonly orchestration: Orchestration | null;
  /** null = orchestrated. */
  readonly choreography: Choreography | null;
  readonly stuckAfterNs: Ns;
  readonly invariants: readonly SagaInvariant[];
  readonly isolation: SagaIsolation;
}

/**
 * Name of the part of an orchestrator that runs the commands of a saga. The colon keeps it distinct from
 * user-written names.
 */
export function driverName(saga: string): string {
  return `saga:${saga}`;
}
