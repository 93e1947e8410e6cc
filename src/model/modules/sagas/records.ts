import { invariant } from '../../../kernel/invariant.js';
import { derive, lineage } from '../../../kernel/rng.js';
import { identify, TaskDraft, Traces, type TaskContext } from '../../data/strands/task-context.js';
import type { Run } from '../../data/run.js';
import type { Ledger } from './ledger.js';
import { operationOf } from '../../data/strands/operations.js';
import { strands } from '../../data/strands/strands.js';

/** State of a step, as its orchestrator knows it. */
export const FATE = Object.freeze({
  none: 0,
  succeeded: 1,
  failed: 2,
  /** It may have had its effect, so it is compensated as well. */
  unknown: 3,
  undone: 4,
} as const);

/** Distinguishes the tries after a failed write of the state. */
const SAVE_TAG = 0x10000;

/**
 * The persisted state of each saga: its position and the responses so far. Columns are indexed by ledger slot; per-step
 * columns hold the steps of a slot one after another.
 */
export class Records {
  /** Raised when the slot is reused, which voids timers of the earlier saga. */
  turn: Int32Array = new Int32Array(0);
  /** Index of the instance that drives it. */
  instance: Int32Array = new Int32Array(0);
  /** 1 = it is compensating. */
  back: Uint8Array = new Uint8Array(0);
  /** 1 = its orchestrator has crashed and no other instance has taken over. */
  waiting: Uint8Array = new Uint8Array(0);
  /** 1 = its state is being read; and how often a read was started. */
  reading: Uint8Array = new Uint8Array(0);
  reads: Int32Array = new Int32Array(0);
  /** Earliest time of a takeover. */
  due: Float64Array = new Float64Array(0);
  /** 1 = it timed out while it waited. */
  overdue: Uint8Array = new Uint8Array(0);
  stage: Int32Array = new Int32Array(0);
  /** Commands in flight, including pauses before retries. */
  open: Int32Array = new Int32Array(0);
  /** First failure of a step; failure of a compensation; 0 = none. */
  cause: Int32Array = new Int32Array(0);
  compensationCause: Int32Array = new Int32Array(0);
  /** The strand that waits for the end, with its stamp; -1 = none. */
  waiter: Int32Array = new Int32Array(0);
  waiterStamp: Int32Array = new Int32Array(0);
  fate: Uint8Array = new Uint8Array(0);
  /** By step: 1 = an earlier try may have had its effect; while compensating: an earlier try of the compensation. */
  doubtful: Uint8Array = new Uint8Array(0);
  tries: Int32Array = new Int32Array(0);
  /** By step: how often its state could not be written, or its lease expired. */
  saves: Int32Array = new Int32Array(0);
  /** By step: its command in flight; -1 = none. */
  command: Int32Array = new Int32Array(0);
  private operationA: Int32Array = new Int32Array(0);
  private operationB: Int32Array = new Int32Array(0);
  private lineageA: Int32Array = new Int32Array(0);
  private lineageB: Int32Array = new Int32Array(0);
  private request: Int32Array = new Int32Array(0);
  private priority: Int32Array = new Int32Array(0);
  private level: Uint8Array = new Uint8Array(0);
  private arrival: Float64Array = new Float64Array(0);
  private readonly traces = new Traces();
  private readonly scratch = new TaskDraft();

  constructor(
    private readonly world: Run,
    private readonly ledger: Ledger,
  ) {
    const { steps } = ledger;
    ledger.slots.addColumns<Records>(this, {
      fate: steps,
      doubtful: steps,
      tries: steps,
      saves: steps,
      command: steps,
    });
    ledger.causes = () => this.cause;
  }

  /** Initializes a saga that a strand starts; `tag` distinguishes it from other things the strand makes. */
  begin(slot: number, strand: number, tag: number): void {
    const { instances } = this.world;
    derive(strands.lineageA[strand], strands.lineageB[strand], tag);
    this.lineageA[slot] = lineage.a;
    this.lineageB[slot] = lineage.b;
    operationOf(strand);
    derive(lineage.a, lineage.b, tag);
    this.operationA[slot] = lineage.a;
    this.operationB[slot] = lineage.b;
    this.request[slot] = strands.request[strand];
    if (this.world.prioritised) this.priority[slot] = strands.priority[strand];
    if (this.world.keys.inSequence) this.arrival[slot] = strands.arrival[strand];
    this.level[slot] = strands.level[strand];
    this.turn[slot]++;
    this.instance[slot] = instances[strands.instance[strand]].index;
    this.back[slot] = 0;
    this.waiting[slot] = 0;
    this.reading[slot] = 0;
    this.reads[slot] = 0;
    this.overdue[slot] = 0;
    this.stage[slot] = 0;
    this.open[slot] = 0;
    this.waiter[slot] = -1;
    this.clear(slot);
    this.traces.note(slot, strand);
  }

  /** Visits the commands of a saga in flight, in the order of their steps. */
  eachCommand(slot: number, act: (command: number) => void): void {
    const { steps } = this.ledger;
    for (let at = slot * steps; at < (slot + 1) * steps; at++) {
      if (this.command[at] >= 0) act(this.command[at]);
    }
  }

  /** Resets the progress of a saga. */
  clear(slot: number): void {
    const from = slot * this.ledger.steps;
    const to = from + this.ledger.steps;
    this.cause[slot] = 0;
    this.compensationCause[slot] = 0;
    this.fate.fill(FATE.none, from, to);
    this.doubtful.fill(0, from, to);
    this.tries.fill(1, from, to);
    this.saves.fill(0, from, to);
    this.command.fill(-1, from, to);
  }

  /** Switches to compensation, which counts tries and doubts from zero. */
  turnBack(slot: number): void {
    invariant(this.back[slot] === 0, 'a saga turns back once');
    const from = slot * this.ledger.steps;
    const to = from + this.ledger.steps;
    this.back[slot] = 1;
    this.doubtful.fill(0, from, to);
    this.tries.fill(1, from, to);
    this.saves.fill(0, from, to);
  }

  ended(slot: number): void {
    invariant(this.open[slot] === 0, 'a saga ends after its last command');
    this.turn[slot]++;
    this.traces.delete(slot);
  }

  /** Steps in flight when the process died may have had their effect, since their responses are lost. */
  leaveUnknown(slot: number): void {
    const from = slot * this.ledger.steps;
    for (let at = from; at < from + this.ledger.steps; at++) {
      if (this.fate[at] === FATE.none && this.doubtful[at] === 1) this.fate[at] = FATE.unknown;
    }
  }

  lineageOf(slot: number): number {
    return this.lineageA[slot];
  }

  /**
   * The task context of a command. It is the same object each time, so read it at once.
   *
   * A command sent again after a crash keeps its lineage, and with it its keys and random draws. A further try has a
   * new lineage.
   */
  context(slot: number, step: number, undo: number): TaskContext {
    const at = slot * this.ledger.steps + step;
    const tries = this.tries[at];
    return this.contextOf(slot, 2 * step + undo + 1, tries, tries + this.saves[at] * SAVE_TAG);
  }

  /** The task context for reading the state of a saga. */
  readContext(slot: number): TaskContext {
    return this.contextOf(slot, 0, this.reads[slot], this.reads[slot]);
  }

  private contextOf(slot: number, effect: number, tries: number, tag: number): TaskContext {
    const { scratch, ledger } = this;
    derive(this.lineageA[slot], this.lineageB[slot], effect);
    identify(scratch, lineage.a, lineage.b, tag);
    derive(this.operationA[slot], this.operationB[slot], effect);
    scratch.operationA = lineage.a;
    scratch.operationB = lineage.b;
    scratch.attempt = tries;
    scratch.rootA = ledger.rootA[slot];
    scratch.rootB = ledger.rootB[slot];
    scratch.request = this.request[slot];
    scratch.priority = this.priority[slot];
    scratch.arrival = this.arrival[slot];
    scratch.level = this.level[slot];
    this.traces.apply(slot, scratch);
    return scratch;
  }
}
