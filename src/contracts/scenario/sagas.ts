import type { CountDistribution } from '../../kernel/counts.js';
import type { Ns } from '../../kernel/time.js';
import type { Target } from './target.js';
import type { Bundle } from './steps.js';
import type { Described } from './described.js';

/** A saga: steps whose effects must all happen or be undone by compensations. */
export interface Saga extends Described {
  readonly steps: readonly SagaStep[];
  /** Steps that run concurrently, as indices into `steps`; the stages run one after the other. */
  readonly stages: readonly (readonly number[])[];
  /** null = choreographed: the steps are not called from here. */
  readonly orchestration: Orchestration | null;
  /** null = orchestrated. */
  readonly choreography: Choreography | null;
  /** Time after which an unfinished saga counts as stuck. */
  readonly stuckAfterNs: Ns;
  readonly invariants: readonly SagaInvariant[];
  /** Value of one saga, such as an amount of money; null = none. */
  readonly value: CountDistribution | null;
  /** A compensation that arrives before its step is recorded, and the late step is refused. */
  readonly tombstones: boolean;
  /** Key whose value two sagas share if they change the same data; null = none. */
  readonly key: string | null;
  readonly isolation: SagaIsolation;
}

export interface SagaStep {
  readonly name: string;
  /** The endpoint that runs the step, and the one that compensates it. */
  readonly call: Target;
  readonly compensation: Target | null;
  readonly kind: 'compensable' | 'pivot' | 'retryable';
  /** The step has no effect to undo. */
  readonly readOnly: boolean;
  readonly policy: Bundle | null;
}

/** A business rule: if step `if` has an effect that is not undone, step `then` must have one too. */
export interface SagaInvariant {
  /** Indices into `steps`. */
  readonly if: number;
  readonly then: number;
}

/** Isolation between sagas with the same key value. */
export type SagaIsolation =
  | { readonly kind: 'none' }
  | { readonly kind: 'commutative' }
  | { readonly kind: 'reread' }
  | { readonly kind: 'semanticLock'; readonly lockTimeoutNs: Ns };

export const SAGA_ENGINES = [
  'simple',
  'temporal',
  'conductor',
  'stepFunctions',
  'camunda',
  'eventuate',
] as const;

export type SagaEngine = (typeof SAGA_ENGINES)[number];

/** Settings of an orchestrated saga. */
export interface Orchestration {
  readonly engine: SagaEngine;
  readonly orchestrator: string;
  readonly timeoutNs: Ns | null;
  readonly compensationOrder: 'reverse' | 'parallel';
  readonly compensationPolicy: Bundle | null;
  readonly onCompensationFailure: 'retry' | 'park' | 'fail';
  readonly ambiguous: 'compensate' | 'retry' | 'treatAsFailed';
  readonly retry: SagaRetry;
  readonly persistence: SagaPersistence | null;
  /** From the death of an instance until another one continues; null = only a lease that expires shows the death. */
  readonly recoveryDelayNs: Ns | null;
  /** How long an instance can hold a command before another one takes it over; null = for ever. */
  readonly leaseNs: Ns | null;
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

/** Retries of a command by the orchestrator itself, in addition to those of the policy. */
export interface SagaRetry {
  /** Total number of tries; Infinity = until success. */
  readonly attempts: number;
  readonly intervalNs: Ns;
  readonly factor: number;
  readonly maxNs: Ns;
}

export interface SagaPersistence {
  readonly database: string;
  readonly operation: string;
  /** Database operation with which another instance reads the state before it takes over; null = free. */
  readonly read: Target | null;
  /** Whether the state is also saved before each command, not only after each reply. */
  readonly before: boolean;
}

/** Endpoints that mark the start and the end of a choreographed saga. */
export interface Choreography {
  readonly startedBy: readonly Target[];
  readonly completedBy: readonly Target[];
  readonly cancelledBy: readonly Target[];
}

/**
 * Name of the part of an orchestrator that runs the commands of a saga. The colon keeps it distinct from
 * user-written names.
 */
export function driverName(saga: string): string {
  return `saga:${saga}`;
}
