import type { Ns } from '../../kernel/time.js';
import type { Saga } from '../scenario/sagas.js';

export interface PlanSaga {
  readonly component: number;
  readonly spec: Saga;
  /** By step: part id. */
  readonly parts: readonly number[];
  /** Part of the orchestrator that runs the commands; -1 = choreographed. */
  readonly driver: number;
  /** By step: start of the program of its command and of its compensation; -1 = none. */
  readonly entries: readonly number[];
  readonly undoEntries: readonly number[];
  /**
   * By step: from the start of its command, or of its compensation, until the engine gives it to another instance;
   * null = never.
   */
  readonly leases: readonly (Ns | null)[];
  readonly undoLeases: readonly (Ns | null)[];
  /** Program that repeats a failed save of a reply; -1 = nothing is saved. */
  readonly saveEntry: number;
  /** Program that reads the saved state; -1 = it is not read. */
  readonly readEntry: number;
  /** Count id of its value, or -1. */
  readonly value: number;
  /** Index into plan.keys, or -1. */
  readonly key: number;
}

export interface PlanSagaStart {
  readonly act: 'saga';
  /** Part id of the program that starts it. */
  readonly from: number;
  /** Index into plan.sagas. */
  readonly saga: number;
  readonly await: boolean;
}

/** Actions of the orchestrator's program around a command. */
export interface PlanSagaCommand {
  readonly act: 'command';
  readonly saga: number;
  /** `resume`: continues the saga from its current state; `issue`: sends the command; `reply`: handles the reply. */
  readonly what: 'resume' | 'issue' | 'reply';
}

/** Start or end of an endpoint that has a role in sagas. */
export interface PlanSagaMark {
  readonly act: 'mark';
  readonly at: 'begin' | 'end';
  readonly roles: readonly SagaRole[];
  /** Whether a second execution of the endpoint for one request is harmless. */
  readonly repeatable: boolean;
}

export interface SagaRole {
  readonly saga: number;
  readonly role: 'do' | 'undo' | 'start' | 'complete' | 'cancel';
  /** Index of the step; -1 = the endpoint is not a step. */
  readonly step: number;
}
