import { PHASE } from '../../kernel/phase.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import { AMBIGUOUS, OUTCOME, PENDING, isSuccess, relayed } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Orchestration, PlanSaga, PlanSagaCommand, PlanSagaStart } from '../../spec/sagas.js';
import type { Act } from '../acts.js';
import { Draws } from '../draws.js';
import type { Instance } from '../instance.js';
import type { World } from '../world.js';
import { Commands } from './commands.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './ledger.js';
import { FATE, Records } from './records.js';

/** Pause of what is repeated for ever by an engine that makes none. */
const ENDLESS_PAUSE_NS: Ns = NS_PER_SECOND;

/**
 * Drives the sagas of one orchestrator: each command is a task in one of its instances, and what comes
 * next is decided here, from the record outside the instance.
 */
export class Driver {
  private readonly world: World;
  private readonly plan: PlanSaga;
  private readonly ledger: Ledger;
  private readonly spec: Orchestration;
  private readonly records: Records;
  private readonly commands = new Commands();
  private readonly draws: Draws;
  private readonly owner: number;
  private readonly first: number;
  private readonly count: number;
  /** Stage of the pivot, Infinity = there is none. */
  private readonly pivot: number;
  private readonly goOp: number;
  private readonly againOp: number;
  private readonly overdueOp: number;
  private readonly recoverOp: number;
  /** Its commands are no requests of the orchestrator. */
  readonly silent = true;

  constructor(world: World, plan: PlanSaga, ledger: Ledger) {
    this.world = world;
    this.plan = plan;
    this.ledger = ledger;
    this.spec = plan.spec.orchestration!;
    this.records = new Records(world, ledger);
    this.draws = new Draws(world);
    this.owner = world.tasks.register(this);
    const { engine } = world;
    const { firstInstance, instances } =
      world.plan.components[world.plan.parts[plan.driver].component];
    this.first = firstInstance;
    this.count = instances;
    const { steps, stages } = plan.spec;
    const pivot = stages.findIndex((stage) =>
      stage.some((step) => steps[step].kind !== 'compensable'),
    );
    this.pivot = pivot < 0 ? Infinity : pivot;
    this.goOp = engine.define('saga', (slot, turn) => {
      if (this.records.turn[slot] === turn) this.advance(slot);
    });
    this.againOp = engine.define('saga-again', (command) => this.again(command));
    this.overdueOp = engine.define('saga-timeout', (slot, turn) => {
      if (this.records.turn[slot] === turn) this.timedOut(slot);
    });
    this.recoverOp = engine.define('saga-recovery', (slot, turn) => {
      if (this.records.turn[slot] === turn) this.recover(slot);
    });
    for (let index = 0; index < instances; index++) {
      const instance = world.instances[firstInstance + index];
      instance.residents.push({
        died: () => this.died(instance),
        started: () => this.started(),
      });
    }
  }

  /** The step that begins a saga. */
  startOf(step: PlanSagaStart): Act {
    return {
      begin: (strand, pc) => this.start(strand, pc, step.await),
      left: (strand) => {
        // Whoever waited has gone; the saga goes on.
        const slot = this.ledger.find(strand);
        if (slot >= 0 && this.records.waiter[slot] === strand) this.records.waiter[slot] = -1;
      },
    };
  }

  /** What the program does around a command. */
  actOf({ what }: PlanSagaCommand): Act {
    const { strands } = this.world;
    const { commands } = this;
    const begin = (strand: number): Outcome => {
      const command = strands.link[strand];
      if (what === 'resume') {
        const step = commands.step[command];
        commands.strand[command] = strand;
        commands.life[command] = strands.life[strand];
        const entries = commands.undo[command] === 1 ? this.plan.undoEntries : this.plan.entries;
        strands.pc[strand] = commands.reply[command] === 0 ? entries[step] : this.plan.saveEntry;
      } else if (what === 'issue') {
        strands.answer[strand] = OUTCOME.ok;
      } else {
        commands.reply[command] = strands.answer[strand];
      }
      return OUTCOME.ok;
    };
    return { begin, left: () => {} };
  }

  /** The task of a command has ended: it was answered, or its state could not be written. */
  taskEnded(command: number, outcome: Outcome): void {
    const { commands, records, ledger } = this;
    if (commands.dropped[command] === 1) {
      commands.slots.give(command);
      return;
    }
    const slot = commands.saga[command];
    const step = commands.step[command];
    if (!isSuccess(outcome)) {
      // A reply that could not be saved is saved again; a command that could not, begun again.
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
    if (undo === 1) this.undone(slot, step, reply);
    else this.done(slot, step, reply);
    if (records.open[slot] === 0) this.next(slot);
  }

  private start(strand: number, pc: number, awaits: boolean): Outcome {
    const { ledger, records } = this;
    const { strands, engine } = this.world;
    // A saga has the identity of the request that it belongs to: to begin it again changes nothing.
    const known = ledger.find(strand);
    const slot = known >= 0 ? known : ledger.accept(strand);
    if (known < 0) {
      records.begin(slot, strand, this.draws.tag(strand, pc));
      const turn = records.turn[slot];
      engine.soon(PHASE.COMPLETION, this.goOp, slot, turn, 0);
      const { timeoutNs } = this.spec;
      if (timeoutNs !== null) {
        engine.at(engine.now + timeoutNs, PHASE.TIMER, this.overdueOp, slot, turn, 0);
      }
    }
    if (!awaits) return OUTCOME.ok;
    if (ledger.phase[slot] !== PHASE_OF.running) return this.answerOf(slot);
    records.waiter[slot] = strand;
    records.waiterStamp[slot] = strands.stamp[strand];
    return PENDING;
  }

  /** What who waits for a saga is told: success, or the failure that ended it. */
  private answerOf(slot: number): Outcome {
    if (this.ledger.phase[slot] === PHASE_OF.completed) return OUTCOME.ok;
    const cause = this.records.cause[slot];
    return relayed((cause === 0 ? OUTCOME.timeout : cause) & ~AMBIGUOUS);
  }

  /** Sends what is due at the stage it stands at. */
  private advance(slot: number): void {
    const { records, plan, ledger } = this;
    const { stages } = plan.spec;
    for (;;) {
      const at = records.stage[slot];
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
    const command = commands.take(slot, step, undo);
    records.command[slot * ledger.steps + step] = command;
    records.open[slot]++;
    this.run(command);
  }

  /** Runs a command in the instance that drives its saga; without any that is up it waits. */
  private run(command: number): void {
    const { commands, records } = this;
    const slot = commands.saga[command];
    const step = commands.step[command];
    const instance = this.place(slot);
    if (instance < 0) {
      records.command[slot * this.ledger.steps + step] = -1;
      records.open[slot]--;
      commands.slots.give(command);
      this.interrupt(slot);
      return;
    }
    const { tasks, strands } = this.world;
    const context = records.context(slot, step, commands.undo[command]);
    const strand = tasks.start(this.owner, command, instance, this.plan.driver, context);
    if (commands.strand[command] >= 0) return;
    // Its instance is frozen, and it has not begun.
    commands.strand[command] = strand;
    commands.life[command] = strands.life[strand];
  }

  /** An instance that is up: its own while that is, else the next one. */
  private place(slot: number): number {
    const { instances } = this.world;
    const own = this.records.instance[slot];
    for (let k = 0; k <= this.count; k++) {
      const index = k === 0 ? own : (own + slot + k) % this.count;
      if (instances[this.first + index].down) continue;
      this.records.instance[slot] = index;
      return this.first + index;
    }
    return -1;
  }

  /** A step was answered. */
  private done(slot: number, step: number, reply: Outcome): void {
    const { records, spec } = this;
    const at = slot * this.ledger.steps + step;
    if (isSuccess(reply)) {
      records.fate[at] = FATE.succeeded;
      return;
    }
    const { kind } = this.plan.spec.steps[step];
    const unclear = isUnclear(reply);
    if (unclear) records.doubtful[at] = 1;
    const asksAgain =
      spec.ambiguous === 'retry' || (kind === 'pivot' && spec.ambiguous === 'compensate');
    if (kind === 'retryable' || (unclear && asksAgain) || this.repeats(at, reply)) {
      this.repeat(slot, step, 0);
      return;
    }
    const unknown =
      records.doubtful[at] === 1 && spec.ambiguous === 'compensate' && kind === 'compensable';
    records.fate[at] = unknown ? FATE.unknown : FATE.failed;
    if (records.cause[slot] === 0) records.cause[slot] = reply;
  }

  /** Whether the engine tries once more; what is refused by a client error stays refused. */
  private repeats(at: number, reply: Outcome): boolean {
    return (
      this.records.tries[at] < this.spec.retry.attempts && (reply & 31) !== OUTCOME.clientError
    );
  }

  /** A compensation was answered. */
  private undone(slot: number, step: number, reply: Outcome): void {
    const { records, spec } = this;
    const at = slot * this.ledger.steps + step;
    if (isSuccess(reply)) records.fate[at] = FATE.undone;
    else if (this.repeats(at, reply) || spec.onCompensationFailure === 'retry') {
      this.repeat(slot, step, 1);
    } else {
      records.trouble[slot] = reply;
    }
  }

  /** Once more, as a further try after a pause. */
  private repeat(slot: number, step: number, undo: number): void {
    const { commands, records, ledger } = this;
    const command = commands.take(slot, step, undo);
    const at = slot * ledger.steps + step;
    const endless = records.tries[at] >= this.spec.retry.attempts;
    const pause = this.pauseOf(slot, step, endless);
    records.tries[at]++;
    records.command[at] = command;
    records.open[slot]++;
    this.pause(command, pause);
  }

  private pauseOf(slot: number, step: number, endless: boolean): Ns {
    const { intervalNs, factor, maxNs } = this.spec.retry;
    if (intervalNs === 0) return endless ? ENDLESS_PAUSE_NS : 0;
    const tries = this.records.tries[slot * this.ledger.steps + step];
    let pause = intervalNs;
    for (let k = 1; k < tries && pause < maxNs; k++) pause *= factor;
    return Math.round(Math.min(pause, maxNs));
  }

  private pause(command: number, time: Ns): void {
    const { engine } = this.world;
    engine.at(engine.now + time, PHASE.RETRY, this.againOp, command, 0, 0);
  }

  private again(command: number): void {
    if (this.commands.dropped[command] === 1) this.commands.slots.give(command);
    else this.run(command);
  }

  /** All commands of a stage are answered. */
  private next(slot: number): void {
    const { records, spec } = this;
    if (records.waiting[slot] === 1) return;
    if (records.back[slot] === 1) {
      if (records.trouble[slot] !== 0) {
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

  /** From here on what was done is undone. */
  private turnBack(slot: number): void {
    const { records, ledger } = this;
    records.back[slot] = 1;
    const from = slot * ledger.steps;
    records.tries.fill(1, from, from + ledger.steps);
    this.advance(slot);
  }

  /** Its time is up: what is not decided yet is undone, and nobody waits for what is under way. */
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

  /** Drops the commands under way; what they were sent for may happen. `running`: their tasks still run. */
  private giveUp(slot: number, running: boolean): void {
    const { records, commands, ledger, world } = this;
    const { strands } = world;
    const isBack = records.back[slot] === 1;
    for (let step = 0; step < ledger.steps; step++) {
      const at = slot * ledger.steps + step;
      const command = records.command[at];
      if (command < 0) continue;
      records.command[at] = -1;
      commands.dropped[command] = 1;
      const strand = commands.strand[command];
      if (!isBack) {
        records.doubtful[at] = 1;
        if (running && this.spec.ambiguous !== 'treatAsFailed') records.fate[at] = FATE.unknown;
      }
      if (!running || strand < 0) continue;
      if (strands.alive(strand) && strands.life[strand] === commands.life[command]) {
        world.server.stopJob(strand, OUTCOME.cancelled);
      }
    }
    records.open[slot] = 0;
  }

  /** The process of an instance has died: what it drove waits for another one, or is lost. */
  private died(instance: Instance): void {
    const { ledger, records } = this;
    for (let slot = 0; slot < ledger.slots.capacity; slot++) {
      if (!ledger.slots.has(slot) || ledger.phase[slot] !== PHASE_OF.running) continue;
      if (records.instance[slot] === instance.index) this.interrupt(slot);
    }
  }

  /** Nobody drives it now. Its state is read again after a while, where it was written. */
  private interrupt(slot: number): void {
    const { records, spec } = this;
    const { engine } = this.world;
    if (records.waiting[slot] === 1) return;
    this.giveUp(slot, false);
    if (spec.persistence === null) {
      this.finish(slot, PHASE_OF.lost);
      return;
    }
    records.waiting[slot] = 1;
    records.due[slot] = engine.now + spec.recoveryDelayNs;
    const turn = records.turn[slot];
    engine.at(engine.now + spec.recoveryDelayNs, PHASE.TIMER, this.recoverOp, slot, turn, 0);
  }

  /** Another instance takes over, where one is up: the commands that were under way are sent again. */
  private recover(slot: number): void {
    const { records } = this;
    if (records.waiting[slot] === 0 || this.place(slot) < 0) return;
    records.waiting[slot] = 0;
    if (records.overdue[slot] === 1) {
      records.overdue[slot] = 0;
      this.markUnknown(slot);
      records.cause[slot] = OUTCOME.timeout;
      this.turnBack(slot);
      return;
    }
    this.advance(slot);
  }

  /** Steps of the present stage that nobody has an answer of. */
  private markUnknown(slot: number): void {
    const { records, ledger, spec } = this;
    if (spec.ambiguous === 'treatAsFailed') return;
    for (let step = 0; step < ledger.steps; step++) {
      const at = slot * ledger.steps + step;
      const open = records.fate[at] === FATE.none && records.doubtful[at] === 1;
      if (open) records.fate[at] = FATE.unknown;
    }
  }

  /** An instance is up again: it takes over what waits and whose delay is over. */
  private started(): void {
    const { ledger, records } = this;
    const { engine } = this.world;
    for (let slot = 0; slot < ledger.slots.capacity; slot++) {
      if (!ledger.slots.has(slot) || records.waiting[slot] === 0) continue;
      if (ledger.phase[slot] !== PHASE_OF.running || records.due[slot] > engine.now) continue;
      engine.soon(PHASE.TIMER, this.recoverOp, slot, records.turn[slot], 0);
    }
  }

  private finish(slot: number, phase: number): void {
    const { ledger, records, world } = this;
    const { engine, strands, interpreter } = world;
    ledger.finish(slot, phase);
    records.ended(slot);
    engine.note((this.plan.component << 5) | phase, records.lineageOf(slot));
    const waiter = records.waiter[slot];
    if (waiter < 0 || phase === PHASE_OF.parked || phase === PHASE_OF.lost) return;
    records.waiter[slot] = -1;
    if (strands.stamp[waiter] === records.waiterStamp[slot]) {
      interpreter.acted(waiter, this.answerOf(slot));
    }
  }
}

/** Whether a step may have had its effect although it failed. */
function isUnclear(reply: Outcome): boolean {
  const kind = reply & 31;
  return (reply & AMBIGUOUS) !== 0 || kind === OUTCOME.timeout || kind === OUTCOME.reset;
}
