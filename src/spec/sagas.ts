import type { CountDistribution } from '../kernel/counts.js';
import type { Ns } from '../kernel/time.js';
import type { Bundle, Target } from './scenario.js';

/** A saga: steps whose effects belong together, and what undoes them. */
export interface Saga {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  readonly steps: readonly SagaStep[];
  /** Steps that run at once, by their places in `steps`; one stage after the other. */
  readonly stages: readonly (readonly number[])[];
  /** Null: choreographed, so that nobody calls the steps from here. */
  readonly orchestration: Orchestration | null;
  /** Null: orchestrated. */
  readonly choreography: Choreography | null;
  /** From when on one that has reached no end counts as stuck. */
  readonly stuckAfterNs: Ns;
  readonly invariants: readonly SagaInvariant[];
  /** Amount of one saga; null = none. */
  readonly value: CountDistribution | null;
  /** A compensation that comes before its step is remembered, and the late step refused. */
  readonly tombstones: boolean;
  /** Key whose value two sagas share that touch the same; null = none. */
  readonly key: string | null;
  readonly isolation: SagaIsolation;
}

export interface SagaStep {
  readonly name: string;
  /** The endpoint that does it, and the one that undoes it. */
  readonly call: Target;
  readonly compensation: Target | null;
  readonly kind: 'compensable' | 'pivot' | 'retryable';
  /** Has no effect that could be undone. */
  readonly readOnly: boolean;
  readonly policy: Bundle | null;
}

/** Where an effect of one step stands that is not undone, one of another has to stand too. */
export interface SagaInvariant {
  /** Places in `steps`. */
  readonly if: number;
  readonly then: number;
}

/** What two sagas on the same value do to each other. */
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

/** How an orchestrator drives its sagas. */
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
  readonly recoveryDelayNs: Ns;
  /** How long an instance may have a command before another one is given it; null = for ever. */
  readonly leaseNs: Ns | null;
}

/** Repetitions of a command by the orchestrator itself, around those of its policy. */
export interface SagaRetry {
  /** Tries in all, Infinity = until success. */
  readonly attempts: number;
  readonly intervalNs: Ns;
  readonly factor: number;
  readonly maxNs: Ns;
}

export interface SagaPersistence {
  readonly database: string;
  readonly operation: string;
  /** Operation of a database that reads the state again before somebody else goes on; null = it costs nothing. */
  readonly read: Target | null;
  /** Written before each command too, not after each reply alone. */
  readonly before: boolean;
}

/** Endpoints by which the beginning and the end of a saga are recognised. */
export interface Choreography {
  readonly startedBy: readonly Target[];
  readonly completedBy: readonly Target[];
  readonly cancelledBy: readonly Target[];
}

/** What a `saga` step does. */
export interface SagaStartStep {
  readonly saga: string;
  /** Waits for its end. */
  readonly await: boolean;
}

/** A saga in a plan. */
export interface PlanSaga {
  readonly component: number;
  readonly spec: Saga;
  /** By step: part id. */
  readonly parts: readonly number[];
  /** Of an orchestrated one: the part of the orchestrator that runs its commands, else -1. */
  readonly driver: number;
  /** By step: where the program of its command and of its compensation starts, -1 = it has none. */
  readonly entries: readonly number[];
  readonly undoEntries: readonly number[];
  /** Where a reply is saved that could not be saved at once; -1 = nothing is saved. */
  readonly saveEntry: number;
  /** Where the state is read again; -1 = it is not. */
  readonly readEntry: number;
  /** Count id of its value, or -1. */
  readonly value: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
}

/** A step that begins a saga. */
export interface PlanSagaStart {
  readonly act: 'saga';
  /** Part id whose program begins it. */
  readonly from: number;
  /** Index into plan.sagas. */
  readonly saga: number;
  readonly await: boolean;
}

/** What the program of an orchestrator does around a command. */
export interface PlanSagaCommand {
  readonly act: 'command';
  readonly saga: number;
  /** `resume`: goes on where the saga stands; `issue`: the command is sent; `reply`: it was answered. */
  readonly what: 'resume' | 'issue' | 'reply';
}

/** Where an endpoint begins or ends that means something to sagas. */
export interface PlanSagaMark {
  readonly act: 'mark';
  readonly at: 'begin' | 'end';
  readonly roles: readonly SagaRole[];
  /** Whether a second execution of the endpoint for one request does no harm. */
  readonly repeatable: boolean;
}

/** What an endpoint is to a saga. */
export interface SagaRole {
  readonly saga: number;
  readonly role: 'do' | 'undo' | 'start' | 'complete' | 'cancel';
  /** Place among its steps; -1 where it is none. */
  readonly step: number;
}

/** Name of the part of an orchestrator that runs the commands of a saga; nobody can write it. */
export function driverName(saga: string): string {
  return `saga:${saga}`;
}
