import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { AMBIGUOUS, OUTCOME, PENDING, relayed, withStatus } from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PlanSaga, PlanSagaStart } from '../../../contracts/plan/sagas.js';
import type { Act } from '../../data/acts.js';
import { Draws } from '../../path/draws.js';
import type { ActRun } from '../../data/run.js';
import { Isolation, LOCK } from './isolation.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './phases.js';
import type { Records } from './records.js';
import { strands } from '../../data/strands/strands.js';

/** Outcome of a saga that conflicts with another one. */
export const CONFLICT = withStatus(OUTCOME.clientError, 409);

/** Callbacks to the driver of the sagas. */
export interface AdmissionListener {
  /** The saga was accepted. */
  begun(slot: number): void;
  /** No other saga blocks it any more. */
  go(slot: number): void;
  /** Another saga blocks it; none of its steps has run. */
  refused(slot: number): void;
}

/** The start and end of sagas: isolation, and strands that wait for the result. */
export class SagaAdmission {
  /** Null if sagas are not isolated from each other. */
  readonly isolation: Isolation | null;
  private readonly startOp: number;
  private readonly lockedOp: number;
  private readonly draws = new Draws(this.world);

  constructor(
    private readonly world: ActRun,
    plan: PlanSaga,
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly listener: AdmissionListener,
  ) {
    const { kind } = plan.spec.isolation;
    const isIsolated = kind === 'semanticLock' || kind === 'reread';
    this.isolation = isIsolated ? new Isolation(world, plan) : null;
    this.lockedOp = engine.define('saga-lock', (slot, turn) => {
      if (records.turn[slot] !== turn || !this.isolation!.waits(slot)) return;
      this.isolation!.refused();
      records.cause[slot] = CONFLICT;
      listener.refused(slot);
    });
    this.startOp = engine.define('saga', (slot, turn) => {
      if (records.turn[slot] !== turn) return;
      if (records.cause[slot] === CONFLICT) listener.refused(slot);
      else listener.go(slot);
    });
  }

  /** The act of a step that starts a saga. */
  startOf(step: PlanSagaStart): Act {
    return {
      begin: (strand, pc) => this.start(strand, pc, step.await),
      left: (strand) => {
        // The waiting strand has ended; the saga continues.
        const slot = this.ledger.find(strand);
        if (slot >= 0 && this.records.waiter[slot] === strand) this.records.waiter[slot] = -1;
      },
    };
  }

  /**
   * A saga has ended: starts the next one that waits for its value, and notifies the strand that waits for the result.
   */
  finished(slot: number, phase: number): void {
    invariant(
      this.ledger.phase[slot] === phase,
      'the ledger knows how a saga ended before others hear of it',
    );
    const { records, world } = this;
    // A parked saga waits for a human and keeps its lock.
    if (phase === PHASE_OF.parked) return;
    this.hand(slot, phase === PHASE_OF.completed);
    const waiter = records.waiter[slot];
    if (waiter < 0 || phase === PHASE_OF.lost) return;
    records.waiter[slot] = -1;
    if (strands.stamp[waiter] !== records.waiterStamp[slot]) return;
    world.interpreter.acted(waiter, this.answerOf(slot));
  }

  private start(strand: number, pc: number, awaits: boolean): Outcome {
    const { ledger, records } = this;
    // A saga has the identity of its request, so starting it again has no effect.
    const known = ledger.find(strand);
    const slot = known >= 0 ? known : ledger.accept(strand);
    if (known < 0) {
      records.begin(slot, strand, this.draws.tag(strand, pc));
      this.enter(slot, strand);
      this.listener.begun(slot);
    }
    if (!awaits) return OUTCOME.ok;
    if (ledger.phase[slot] !== PHASE_OF.running) return this.answerOf(slot);
    invariant(records.waiter[slot] < 0, 'a saga has one strand that waits for it');
    records.waiter[slot] = strand;
    records.waiterStamp[slot] = strands.stamp[strand];
    return PENDING;
  }

  private enter(slot: number, strand: number): void {
    const { records } = this;
    const turn = records.turn[slot];
    const lock = this.isolation?.enter(slot, strand) ?? LOCK.taken;
    if (lock === LOCK.refused) records.cause[slot] = CONFLICT;
    if (lock === LOCK.waits) {
      const until = engine.now + this.isolation!.waitNs;
      engine.at(until, PHASE.TIMER, this.lockedOp, slot, turn, 0);
    } else {
      engine.soon(PHASE.COMPLETION, this.startOp, slot, turn, 0);
    }
  }

  private hand(slot: number, completed: boolean): void {
    if (this.isolation === null) return;
    const next = this.isolation.leave(slot, completed);
    if (next < 0 || this.records.waiting[next] === 1) return;
    engine.soon(PHASE.COMPLETION, this.startOp, next, this.records.turn[next], 0);
  }

  /** The result for a strand that waits for a saga: success, or the failure that ended it. */
  private answerOf(slot: number): Outcome {
    if (this.ledger.phase[slot] === PHASE_OF.completed) return OUTCOME.ok;
    const cause = this.records.cause[slot];
    return relayed((cause === 0 ? OUTCOME.timeout : cause) & ~AMBIGUOUS);
  }
}
