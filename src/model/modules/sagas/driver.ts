import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { Orchestration } from '../../../contracts/scenario/sagas.js';
import type { PlanSaga, PlanSagaCommand, PlanSagaStart } from '../../../contracts/plan/sagas.js';
import type { Act } from '../../data/acts.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Commands, commandAct, HELD } from './commands.js';
import { Orchestrators } from './orchestrators.js';
import { Abandonment } from './abandonment.js';
import { CONFLICT, SagaAdmission } from './admission.js';
import { Leases } from './leases.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './phases.js';
import { FATE, Records } from './records.js';
import { Recovery } from './recovery.js';
import { isConflict, isRefused, isRepeated, isUnclear, pauseOf } from './repetitions.js';
import { strands } from '../../data/strands/strands.js';

/**
 * Drives the sagas of one orchestrator. Each command is a task on one of its instances; the next step is decided here,
 * from the saga's record, which is outside of the instance.
 */
export class Driver {
  private readonly commands = new Commands();
  private readonly orchestrators: Orchestrators;
  /** Stage of the pivot; Infinity = none. */
  private readonly pivot: number;
  private readonly admission: SagaAdmission;
  private readonly againOp: number;
  private readonly overdueOp: number;
  private readonly leases: Leases;
  private readonly abandonment: Abandonment;
  private readonly recovery: Recovery;
  /** Its commands are not measured as requests of the orchestrator. */
  readonly silent = true;
  private readonly spec: Orchestration = this.plan.spec.orchestration!;
  /** The engine does not see that a process dies, and keeps the state of its sagas. */
  private readonly isBlind: boolean =
    !this.spec.detection.seesDeath && this.spec.persistence !== null;
  private readonly records = new Records(this.world, this.ledger);
  private readonly owner: number = this.world.tasks.register(this);

  constructor(
    private readonly world: BackgroundRun,
    private readonly plan: PlanSaga,
    private readonly ledger: Ledger,
  ) {
    const { steps, stages } = plan.spec;
    const isFinal = (step: number): boolean => steps[step].kind !== 'compensable';
    const pivot = stages.findIndex((stage) => stage.some(isFinal));
    this.pivot = pivot < 0 ? Infinity : pivot;
    this.admission = new SagaAdmission(world, plan, ledger, this.records, {
      begun: (slot) => this.begun(slot),
      go: (slot) => this.advance(slot),
      refused: (slot) => this.finish(slot, PHASE_OF.compensated),
    });
    this.againOp = engine.define('saga-again', (command) => this.again(command));
    this.overdueOp = engine.define('saga-timeout', (slot, turn) => {
      if (this.records.turn[slot] === turn) this.timedOut(slot);
    });
    this.abandonment = new Abandonment(world, this.spec, ledger, this.records, this.commands);
    this.leases = new Leases(world, plan, this.commands, {
      expired: (command, isTry) => this.expired(command, isTry),
    });
    this.orchestrators = new Orchestrators(world, plan, ledger, this.records, {
      died: (slot, instance, drives) => {
        if (this.isBlind)
          this.records.eachCommand(slot, (command) => this.leases.lose(command, instance));
        else if (drives) this.interrupt(slot);
      },
      started: (slot, isDue) => {
        if (isDue) this.recovery.takeOver(slot);
        if (this.isBlind) this.records.eachCommand(slot, (command) => this.runWaiting(command));
      },
    });
    this.recovery = new Recovery(world, plan, this.records, this.orchestrators, (slot) =>
      this.resumed(slot),
    );
  }

  /** The act of a step that starts a saga. */
  startOf(step: PlanSagaStart): Act {
    return this.admission.startOf(step);
  }

  /** The acts of the orchestrator's program around a command. */
  actOf({ what }: PlanSagaCommand): Act {
    return commandAct(this.plan, this.commands, what);
  }

  /** The task of a command has ended: it has a response, or its state could not be written. */
  taskEnded(command: number, outcome: Outcome): void {
    const { commands, records, ledger } = this;
    if (commands.dropped[command] === 1) {
      commands.give(command);
      return;
    }
    if (commands.held[command] === HELD.dead && !isSuccess(outcome)) {
      invariant(commands.strand[command] >= 0, 'the task of a dead worker ends that has begun');
      commands.held[command] = HELD.reported;
      return;
    }
    commands.run[command]++;
    const slot = commands.saga[command];
    const step = commands.step[command];
    invariant(
      records.command[slot * ledger.steps + step] === command,
      'a response belongs to the command in flight',
    );
    if (!isSuccess(outcome)) {
      // A response that could not be saved is saved again; a command that could not be saved is started again.
      commands.strand[command] = -1;
      records.saves[slot * ledger.steps + step]++;
      this.pause(command, pauseOf(this.spec, records.tries[slot * ledger.steps + step], true));
      return;
    }
    const undo = commands.undo[command];
    const reply = commands.reply[command];
    commands.slots.give(command);
    records.command[slot * ledger.steps + step] = -1;
    records.open[slot]--;
    invariant(records.open[slot] >= 0, 'a command gets one response');
    if (undo === 1) this.undone(slot, step, reply);
    else this.done(slot, step, reply);
    if (records.open[slot] === 0) this.next(slot);
  }

  /** A saga was accepted: its timeout starts. */
  private begun(slot: number): void {
    const { timeoutNs } = this.spec;
    if (timeoutNs === null) return;
    const turn = this.records.turn[slot];
    engine.at(engine.now + timeoutNs, PHASE.TIMER, this.overdueOp, slot, turn, 0);
  }

  /** Issues the commands of the current stage. */
  private advance(slot: number): void {
    const { records, plan, ledger } = this;
    const { stages } = plan.spec;
    for (;;) {
      invariant(ledger.phase[slot] === PHASE_OF.running, 'only a running saga goes on');
      if (this.isOutdated(slot)) {
        records.cause[slot] = CONFLICT;
        records.turnBack(slot);
        records.stage[slot]--;
      }
      const at = records.stage[slot];
      invariant(at >= -1 && at <= stages.length, 'a saga stays within its stages');
      if (records.back[slot] === 0 && at === stages.length) {
        this.finish(slot, PHASE_OF.completed);
        return;
      }
      if (records.back[slot] === 1 && at < 0) {
        this.finish(slot, PHASE_OF.compensated);
        return;
      }
      const all = records.back[slot] === 1 && this.spec.compensationOrder === 'parallel';
      for (let stage = all ? 0 : at; stage <= at; stage++) {
        for (const step of stages[stage]) {
          if (this.isDue(slot, step)) this.issue(slot, step, records.back[slot]);
          if (ledger.phase[slot] !== PHASE_OF.running || records.waiting[slot] === 1) return;
        }
      }
      if (records.open[slot] > 0) return;
      records.stage[slot] = all ? -1 : at + (records.back[slot] === 1 ? -1 : 1);
    }
  }

  /** With `reread`: true if the value has changed. Checked before the pivot, or at the end if there is none. */
  private isOutdated(slot: number): boolean {
    const { records } = this;
    if (this.admission.isolation === null || records.back[slot] === 1) return false;
    const last = Math.min(this.pivot, this.plan.spec.stages.length);
    if (records.stage[slot] !== last) return false;
    const from = slot * this.ledger.steps;
    // A command that is sent again after a crash has passed this check before.
    for (const step of this.plan.spec.stages[last] ?? []) {
      if (records.doubtful[from + step] === 1) return false;
    }
    return this.admission.isolation.isOutdated(slot);
  }

  private isDue(slot: number, step: number): boolean {
    const at = slot * this.ledger.steps + step;
    const fate = this.records.fate[at];
    if (this.records.command[at] >= 0) return false;
    if (this.records.back[slot] === 0) return fate === FATE.none;
    const had = fate === FATE.succeeded || fate === FATE.unknown;
    return had && this.plan.undoEntries[step] >= 0;
  }

  private issue(slot: number, step: number, undo: number): void {
    const { commands, records, ledger } = this;
    invariant(records.command[slot * ledger.steps + step] < 0, 'a step has one command in flight');
    const command = commands.take(slot, step, undo);
    records.command[slot * ledger.steps + step] = command;
    records.open[slot]++;
    this.run(command);
  }

  /** Runs a command on the instance that drives its saga; if no instance is up, the saga is interrupted. */
  private run(command: number): void {
    const { commands, records } = this;
    invariant(commands.dropped[command] === 0, 'an abandoned command does not run');
    invariant(records.open[commands.saga[command]] > 0, 'a command that runs is counted');
    const slot = commands.saga[command];
    const step = commands.step[command];
    const instance = this.orchestrators.place(slot);
    invariant(
      commands.held[command] !== HELD.dead,
      'a command whose worker has died waits for its lease',
    );
    if (instance < 0 && this.isBlind) {
      commands.held[command] = HELD.nobody;
      return;
    }
    if (instance < 0) {
      records.command[slot * this.ledger.steps + step] = -1;
      records.open[slot]--;
      commands.slots.give(command);
      this.interrupt(slot);
      return;
    }
    this.leases.start(command, instance);
    const context = records.context(slot, step, commands.undo[command]);
    const strand = this.world.tasks.start(this.owner, command, instance, this.plan.driver, context);
    if (strand < 0 || commands.strand[command] >= 0) return;
    // Its instance is frozen, so the command has not begun.
    commands.strand[command] = strand;
    commands.life[command] = strands.life[strand];
  }

  /** An instance is up again: it runs a command that found none. */
  private runWaiting(command: number): void {
    if (this.commands.held[command] === HELD.nobody) this.run(command);
  }

  /** A step has its response. */
  private done(slot: number, step: number, reply: Outcome): void {
    const { records, spec } = this;
    const at = slot * this.ledger.steps + step;
    invariant(records.fate[at] === FATE.none, 'a step is decided once');
    if (isSuccess(reply)) {
      records.fate[at] = FATE.succeeded;
      return;
    }
    const { kind } = this.plan.spec.steps[step];
    const asksAgain =
      spec.ambiguous === 'retry' || (kind === 'pivot' && spec.ambiguous === 'compensate');
    // If an earlier try may have had its effect, only a client error of the participant rules that out; 409 means that
    // the participant is still working on it.
    const refused = isRefused(reply) && !isConflict(reply);
    const doubted = records.doubtful[at] === 1 && asksAgain && !refused;
    const unclear = isUnclear(reply) || doubted;
    if (unclear) records.doubtful[at] = 1;
    if (
      kind === 'retryable' ||
      (unclear && asksAgain) ||
      isRepeated(this.spec, records.tries[at], reply)
    ) {
      this.repeat(slot, step, 0);
      return;
    }
    const unknown =
      records.doubtful[at] === 1 && spec.ambiguous === 'compensate' && kind === 'compensable';
    records.fate[at] = unknown ? FATE.unknown : FATE.failed;
    if (records.cause[slot] === 0) records.cause[slot] = reply;
  }

  /** A compensation has its response. */
  private undone(slot: number, step: number, reply: Outcome): void {
    const { records, spec } = this;
    const at = slot * this.ledger.steps + step;
    invariant(
      records.fate[at] === FATE.succeeded || records.fate[at] === FATE.unknown,
      'only a step that may have had its effect is undone',
    );
    if (isSuccess(reply)) {
      records.fate[at] = FATE.undone;
      return;
    }
    if (isUnclear(reply)) records.doubtful[at] = 1;
    // An earlier try, sent by this driver or its predecessor, is still being processed: this is no failure, so the
    // command is repeated until that ends (stripe-node: RequestSender.ts retries on 409).
    const isUnderWay = records.doubtful[at] === 1 && isConflict(reply);
    const again = isUnderWay || isRepeated(spec, records.tries[at], reply);
    if (again || spec.onCompensationFailure === 'retry') this.repeat(slot, step, 1);
    else records.compensationCause[slot] = reply;
  }

  /** Schedules another try after a pause. */
  private repeat(slot: number, step: number, undo: number): void {
    const { commands, records, ledger } = this;
    const command = commands.take(slot, step, undo);
    const at = slot * ledger.steps + step;
    invariant(records.command[at] < 0, 'a step is tried again after its last command has ended');
    const endless = records.tries[at] >= this.spec.retry.attempts;
    const pause = pauseOf(this.spec, records.tries[at], endless);
    records.tries[at]++;
    records.command[at] = command;
    records.open[slot]++;
    this.pause(command, pause);
  }

  private pause(command: number, time: Ns): void {
    engine.at(engine.now + time, PHASE.RETRY, this.againOp, command, 0, 0);
  }

  private again(command: number): void {
    if (this.commands.dropped[command] === 1) this.commands.slots.give(command);
    else this.run(command);
  }

  /** All commands of a stage have their responses. */
  private next(slot: number): void {
    const { records, spec } = this;
    if (records.waiting[slot] === 1) return;
    if (records.back[slot] === 1) {
      if (records.compensationCause[slot] !== 0) {
        const parks = spec.onCompensationFailure === 'park';
        this.finish(slot, parks ? PHASE_OF.parked : PHASE_OF.failed);
        return;
      }
      const all = spec.compensationOrder === 'parallel';
      records.stage[slot] = all ? -1 : records.stage[slot] - 1;
      this.advance(slot);
    } else if (records.cause[slot] !== 0) {
      this.turnBack(slot);
    } else {
      records.stage[slot]++;
      this.advance(slot);
    }
  }

  /** Starts to compensate the completed steps. */
  private turnBack(slot: number): void {
    invariant(this.records.cause[slot] !== 0, 'a saga turns back for a reason');
    this.records.turnBack(slot);
    this.advance(slot);
  }

  /**
   * The saga has timed out: it is compensated unless it has reached its pivot, and commands in flight are abandoned.
   */
  private timedOut(slot: number): void {
    const { records } = this;
    const decided = records.stage[slot] >= this.pivot;
    if (this.ledger.phase[slot] !== PHASE_OF.running || records.back[slot] === 1 || decided) return;
    if (records.waiting[slot] === 1) {
      records.overdue[slot] = 1;
      return;
    }
    this.abandonment.giveUp(slot, true);
    records.cause[slot] = OUTCOME.timeout;
    this.turnBack(slot);
  }

  /** The lease of a command has expired: the result of the instance that had it is ignored. */
  private expired(command: number, isTry: boolean): void {
    const { commands, records, orchestrators } = this;
    const slot = commands.saga[command];
    const step = commands.step[command];
    invariant(
      records.command[slot * this.ledger.steps + step] === command,
      'a lease expires of the command in flight',
    );
    const undo = commands.undo[command];
    this.abandonment.drop(command, false);
    const hasPassed = orchestrators.pass(slot);
    if (isTry) {
      if (hasPassed) orchestrators.tookOver();
      if (undo === 1) this.undone(slot, step, OUTCOME.timeout);
      else this.done(slot, step, OUTCOME.timeout);
      if (records.open[slot] === 0) this.next(slot);
      return;
    }
    records.saves[slot * this.ledger.steps + step]++;
    if (this.plan.readEntry >= 0) {
      this.abandonment.giveUp(slot, false);
      this.recovery.await(slot, 0);
      return;
    }
    if (hasPassed) orchestrators.tookOver();
    this.issue(slot, step, undo);
  }

  /** The saga has lost its driver: it is recovered after a delay if its state was persisted, and lost otherwise. */
  private interrupt(slot: number): void {
    const { records, spec } = this;
    if (records.waiting[slot] === 1) return;
    this.abandonment.giveUp(slot, false);
    if (spec.persistence === null) this.finish(slot, PHASE_OF.lost);
    else this.recovery.await(slot, spec.recoveryDelayNs!);
  }

  /** Another instance has taken over: commands that were in flight are sent again. */
  private resumed(slot: number): void {
    const { records } = this;
    const { isolation } = this.admission;
    if (records.overdue[slot] === 1) {
      records.overdue[slot] = 0;
      if (this.spec.ambiguous !== 'treatAsFailed') records.leaveUnknown(slot);
      records.cause[slot] = OUTCOME.timeout;
      this.turnBack(slot);
    } else if (isolation === null || !isolation.waits(slot)) {
      this.advance(slot);
    }
  }

  private finish(slot: number, phase: number): void {
    const { ledger, records } = this;
    invariant(records.open[slot] === 0, 'a saga ends without commands in flight');
    ledger.finish(slot, phase);
    this.orchestrators.over(slot);
    records.ended(slot);
    engine.note((this.plan.component << 5) | phase, records.lineageOf(slot));
    this.admission.finished(slot, phase);
  }
}
