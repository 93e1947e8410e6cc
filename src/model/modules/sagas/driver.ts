import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, isSuccess } from '../../../spec/outcome.js';
import type { Outcome } from '../../../spec/outcome.js';
import type { Orchestration } from '../../../spec/scenario/sagas.js';
import type { PlanSaga, PlanSagaCommand, PlanSagaStart } from '../../../spec/plan/sagas.js';
import type { Act } from '../../data/acts.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Commands, commandAct, HELD } from './commands.js';
import { Orchestrators } from './orchestrators.js';
import { CONFLICT, SagaAdmission } from './admission.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './phases.js';
import { FATE, Records } from './records.js';
import { Recovery } from './recovery.js';
import { isConflict, isRefused, isRepeated, isUnclear, pauseOf } from './repetitions.js';
import { FROZEN } from '../../data/instances/process.js';
import { strands } from '../../data/strands/strands.js';

/**
 * Drives the sagas of one orchestrator. Each command is a task on one of its instances; the next step is decided here,
 * from the saga's record, which is outside of the instance.
 */
export class Driver {
  private readonly world: BackgroundRun;
  private readonly plan: PlanSaga;
  private readonly ledger: Ledger;
  private readonly spec: Orchestration;
  private readonly records: Records;
  private readonly commands = new Commands();
  private readonly owner: number;
  private readonly orchestrators: Orchestrators;
  /** Stage of the pivot; Infinity = none. */
  private readonly pivot: number;
  private readonly admission: SagaAdmission;
  private readonly againOp: number;
  private readonly overdueOp: number;
  private readonly leaseOp: number;
  private readonly recovery: Recovery;
  /** The engine does not see that a process dies, and keeps the state of its sagas. */
  private readonly isBlind: boolean;
  /** Its commands are not measured as requests of the orchestrator. */
  readonly silent = true;

  constructor(world: BackgroundRun, plan: PlanSaga, ledger: Ledger) {
    this.world = world;
    this.plan = plan;
    this.ledger = ledger;
    this.spec = plan.spec.orchestration!;
    this.isBlind = !this.spec.detection.seesDeath && this.spec.persistence !== null;
    this.records = new Records(world, ledger);
    this.owner = world.tasks.register(this);
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
    this.leaseOp = engine.define('saga-lease', (command, run) => {
      if (this.commands.run[command] === run) this.handOn(command);
    });
    this.orchestrators = new Orchestrators(world, plan, ledger, this.records, {
      died: (slot, instance, drives) => {
        if (this.isBlind) this.lose(slot, instance);
        else if (drives) this.interrupt(slot);
      },
      started: (slot, isDue) => {
        if (isDue) this.recovery.takeOver(slot);
        this.runWaiting(slot);
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
      this.pause(command, this.pauseOf(slot, step, true));
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
    const { tasks } = this.world;
    const leaseNs = this.leaseOf(command);
    const run = ++commands.run[command];
    commands.instance[command] = instance;
    commands.held[command] = HELD.yes;
    if (leaseNs !== null)
      engine.at(engine.now + leaseNs, PHASE.TIMER, this.leaseOp, command, run, 0);
    const context = records.context(slot, step, commands.undo[command]);
    const strand = tasks.start(this.owner, command, instance, this.plan.driver, context);
    if (strand < 0 || commands.strand[command] >= 0) return;
    // Its instance is frozen, so the command has not begun.
    commands.strand[command] = strand;
    commands.life[command] = strands.life[strand];
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
    const pause = this.pauseOf(slot, step, endless);
    records.tries[at]++;
    records.command[at] = command;
    records.open[slot]++;
    this.pause(command, pause);
  }

  private pauseOf(slot: number, step: number, endless: boolean): Ns {
    return pauseOf(this.spec, this.records.tries[slot * this.ledger.steps + step], endless);
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
    this.giveUp(slot, true);
    records.cause[slot] = OUTCOME.timeout;
    this.turnBack(slot);
  }

  /** Abandons the commands in flight; they may still have their effect. `running`: their tasks still run. */
  private giveUp(slot: number, running: boolean): void {
    const { records, commands, ledger, world } = this;
    for (let step = 0; step < ledger.steps; step++) {
      const command = records.command[slot * ledger.steps + step];
      if (command < 0) continue;
      this.drop(command, running);
      const strand = commands.strand[command];
      if (!running || strand < 0) continue;
      if (strands.alive(strand) && strands.life[strand] === commands.life[command]) {
        world.server.stopJob(strand, OUTCOME.cancelled);
      }
    }
  }

  /**
   * Abandons a command. A live driver knows whether it was sent (`known`). After a crash that is unknown, unless the
   * command only waited for its next try.
   */
  private drop(command: number, known: boolean): void {
    const { records, commands } = this;
    const slot = commands.saga[command];
    const at = slot * this.ledger.steps + commands.step[command];
    invariant(records.command[at] === command, 'a command is abandoned once');
    invariant(records.open[slot] > 0, 'an abandoned command was counted');
    commands.dropped[command] = 1;
    records.command[at] = -1;
    records.open[slot]--;
    const held = commands.held[command];
    const isKnown = known && held === HELD.yes;
    const wasRun = commands.strand[command] >= 0 || records.saves[at] > 0;
    // No event follows that would give its slot back.
    if (held === HELD.reported || held === HELD.nobody) commands.give(command);
    if (isKnown ? commands.sent[command] === 1 : wasRun) records.doubtful[at] = 1;
    if (records.back[slot] === 1) return;
    const unknown = known && records.doubtful[at] === 1 && this.spec.ambiguous !== 'treatAsFailed';
    if (unknown) records.fate[at] = FATE.unknown;
  }

  private leaseOf(command: number): Ns | null {
    const { leases, undoLeases } = this.plan;
    return (this.commands.undo[command] === 1 ? undoLeases : leases)[this.commands.step[command]];
  }

  /** The lease of a command has expired: another instance runs it, and the result of the first one is ignored. */
  private handOn(command: number): void {
    const { commands, records, orchestrators, spec } = this;
    if (commands.dropped[command] === 1 || this.endsByItself(command)) return;
    const slot = commands.saga[command];
    const step = commands.step[command];
    invariant(
      records.command[slot * this.ledger.steps + step] === command,
      'a lease expires of the command in flight',
    );
    const undo = commands.undo[command];
    const isTry = spec.detection.expiryIsTry && this.leaseOf(command) !== null;
    this.drop(command, false);
    const hasPassed = orchestrators.pass(slot);
    if (!isTry) records.saves[slot * this.ledger.steps + step]++;
    if (this.plan.readEntry >= 0 && !isTry) {
      this.giveUp(slot, false);
      this.recovery.await(slot, 0);
      return;
    }
    if (hasPassed) orchestrators.tookOver();
    if (!isTry) {
      this.issue(slot, step, undo);
      return;
    }
    if (undo === 1) this.undone(slot, step, OUTCOME.timeout);
    else this.done(slot, step, OUTCOME.timeout);
    if (records.open[slot] === 0) this.next(slot);
  }

  /** The lease of a command is the time limit of its call, which ends it where its instance works. */
  private endsByItself(command: number): boolean {
    const { commands, spec, world } = this;
    if (spec.leaseNs !== null || commands.held[command] !== HELD.yes) return false;
    return world.instances[commands.instance[command]].frozen === FROZEN.no;
  }

  /**
   * An instance has died, which the engine does not see: its commands are lost until their leases expire, or, without a
   * lease, until the recovery delay is over.
   */
  private lose(slot: number, instance: number): void {
    const { commands, records, ledger, spec } = this;
    for (let step = 0; step < ledger.steps; step++) {
      const command = records.command[slot * ledger.steps + step];
      if (command < 0 || commands.strand[command] < 0) continue;
      if (commands.instance[command] !== instance || commands.held[command] !== HELD.yes) continue;
      commands.held[command] = HELD.dead;
      invariant(records.open[slot] > 0, 'a command that dies with its worker is still counted');
      if (this.leaseOf(command) !== null) continue;
      const at = engine.now + spec.recoveryDelayNs!;
      engine.at(at, PHASE.TIMER, this.leaseOp, command, commands.run[command], 0);
    }
  }

  /** An instance is up again: it runs the commands that found none. */
  private runWaiting(slot: number): void {
    const { commands, records, ledger } = this;
    for (let step = 0; step < ledger.steps; step++) {
      const command = records.command[slot * ledger.steps + step];
      if (command >= 0 && commands.held[command] === HELD.nobody) this.run(command);
    }
  }

  /** The saga has lost its driver: it is recovered after a delay if its state was persisted, and lost otherwise. */
  private interrupt(slot: number): void {
    const { records, spec } = this;
    if (records.waiting[slot] === 1) return;
    this.giveUp(slot, false);
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
