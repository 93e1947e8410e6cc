import { widenFloat64, widenInt32, widenUint8 } from '../../kernel/pool.js';
import { derive, lineage } from '../../kernel/rng.js';
import type { TaskContext } from '../tasks.js';
import type { World } from '../world.js';
import type { Ledger } from './ledger.js';
import { strands } from '../strands.js';

/** What became of a step, as its orchestrator knows it. */
export const FATE = Object.freeze({
  none: 0,
  succeeded: 1,
  failed: 2,
  /** It may have had its effect, so it is undone as well. */
  unknown: 3,
  undone: 4,
} as const);

/** Sets tries apart whose state could not be written. */
const SAVE_TAG = 0x10000;

type Scratch = { -readonly [Field in keyof TaskContext]: TaskContext[Field] };

/**
 * What an orchestrator has saved of each saga: its program counter and what it was told. Columns by the
 * slot of the ledger; those by step come behind each other.
 */
export class Records {
  /** Raised when the slot begins anew: voids timers of the one before. */
  turn: Int32Array = new Int32Array(0);
  /** Index of the instance that drives it. */
  instance: Int32Array = new Int32Array(0);
  /** 1 = steps are undone. */
  back: Uint8Array = new Uint8Array(0);
  /** 1 from the crash of its orchestrator until another one has taken over. */
  waiting: Uint8Array = new Uint8Array(0);
  /** 1 = its state is being read again, and how often that was begun. */
  reading: Uint8Array = new Uint8Array(0);
  reads: Int32Array = new Int32Array(0);
  /** From when on another one may take over. */
  due: Float64Array = new Float64Array(0);
  /** 1 = its time was up while it waited. */
  overdue: Uint8Array = new Uint8Array(0);
  stage: Int32Array = new Int32Array(0);
  /** Commands under way, pauses before another try included. */
  open: Int32Array = new Int32Array(0);
  /** First failure of a step, and of a compensation; 0 = none. */
  cause: Int32Array = new Int32Array(0);
  trouble: Int32Array = new Int32Array(0);
  /** The strand that waits for the end, with its stamp, or -1. */
  waiter: Int32Array = new Int32Array(0);
  waiterStamp: Int32Array = new Int32Array(0);
  fate: Uint8Array = new Uint8Array(0);
  /** By step: 1 = one of its tries may have had its effect unseen; on the way back, of those that undo it. */
  doubtful: Uint8Array = new Uint8Array(0);
  tries: Int32Array = new Int32Array(0);
  /** By step: how often its state could not be written, or its lease ran out. */
  saves: Int32Array = new Int32Array(0);
  /** By step: command under way, -1 = none. */
  command: Int32Array = new Int32Array(0);
  private lineageA: Int32Array = new Int32Array(0);
  private lineageB: Int32Array = new Int32Array(0);
  private request: Int32Array = new Int32Array(0);
  private priority: Int32Array = new Int32Array(0);
  private level: Uint8Array = new Uint8Array(0);
  private arrival: Float64Array = new Float64Array(0);
  private readonly world: World;
  private readonly ledger: Ledger;
  /** Of traced requests: ids of the request and of the execution that began the saga. */
  private readonly traces = new Map<number, readonly [root: number, parent: number]>();
  private readonly scratch: Scratch = emptyContext();

  constructor(world: World, ledger: Ledger) {
    this.world = world;
    this.ledger = ledger;
    ledger.slots.onGrow((capacity) => this.widen(capacity));
    ledger.causes = () => this.cause;
  }

  /** A saga that a strand begins; `tag` tells it from what else the strand makes. */
  begin(slot: number, strand: number, tag: number): void {
    const { instances } = this.world;
    derive(strands.lineageA[strand], strands.lineageB[strand], tag);
    this.lineageA[slot] = lineage.a;
    this.lineageB[slot] = lineage.b;
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
    const root = strands.traceRoot[strand];
    if (root !== 0) this.traces.set(slot, [root, strands.traceOf(strand)]);
  }

  /** Nothing has been done yet. */
  clear(slot: number): void {
    const from = slot * this.ledger.steps;
    const to = from + this.ledger.steps;
    this.cause[slot] = 0;
    this.trouble[slot] = 0;
    this.fate.fill(FATE.none, from, to);
    this.doubtful.fill(0, from, to);
    this.tries.fill(1, from, to);
    this.saves.fill(0, from, to);
    this.command.fill(-1, from, to);
  }

  /** From here on what was done is undone: compensations have tries and doubts of their own. */
  turnBack(slot: number): void {
    const from = slot * this.ledger.steps;
    const to = from + this.ledger.steps;
    this.back[slot] = 1;
    this.doubtful.fill(0, from, to);
    this.tries.fill(1, from, to);
    this.saves.fill(0, from, to);
  }

  ended(slot: number): void {
    this.turn[slot]++;
    if (this.traces.size > 0) this.traces.delete(slot);
  }

  /** What was under way when its process died, and that nobody has an answer of, may have had its effect. */
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
   * What a command runs for; read at once, it is the same object each time. A command that is sent again
   * after a crash has the lineage that it had, and with it its keys and draws; a further try has its own.
   */
  context(slot: number, step: number, undo: number): TaskContext {
    const at = slot * this.ledger.steps + step;
    const tries = this.tries[at];
    return this.contextOf(slot, 2 * step + undo + 1, tries, tries + this.saves[at] * SAVE_TAG);
  }

  /** What its state is read again for. */
  readContext(slot: number): TaskContext {
    return this.contextOf(slot, 0, this.reads[slot], this.reads[slot]);
  }

  private contextOf(slot: number, effect: number, tries: number, tag: number): TaskContext {
    const { scratch, ledger } = this;
    derive(this.lineageA[slot], this.lineageB[slot], effect);
    scratch.callA = lineage.a;
    scratch.callB = lineage.b;
    derive(lineage.a, lineage.b, tag);
    scratch.lineageA = lineage.a;
    scratch.lineageB = lineage.b;
    scratch.attempt = tries;
    scratch.rootA = ledger.rootA[slot];
    scratch.rootB = ledger.rootB[slot];
    scratch.request = this.request[slot];
    scratch.priority = this.priority[slot];
    scratch.arrival = this.arrival[slot];
    scratch.level = this.level[slot];
    const trace = this.traces.size === 0 ? undefined : this.traces.get(slot);
    scratch.traceRoot = trace === undefined ? 0 : trace[0];
    scratch.traceParent = trace === undefined ? 0 : trace[1];
    return scratch;
  }

  private widen(capacity: number): void {
    const steps = capacity * this.ledger.steps;
    for (const name of COLUMNS) this[name] = widenInt32(this[name], capacity);
    for (const name of BYTES) this[name] = widenUint8(this[name], capacity);
    this.lineageA = widenInt32(this.lineageA, capacity);
    this.lineageB = widenInt32(this.lineageB, capacity);
    this.request = widenInt32(this.request, capacity);
    this.priority = widenInt32(this.priority, capacity);
    this.level = widenUint8(this.level, capacity);
    this.arrival = widenFloat64(this.arrival, capacity);
    this.due = widenFloat64(this.due, capacity);
    this.fate = widenUint8(this.fate, steps);
    this.doubtful = widenUint8(this.doubtful, steps);
    this.tries = widenInt32(this.tries, steps);
    this.saves = widenInt32(this.saves, steps);
    this.command = widenInt32(this.command, steps);
  }
}

const COLUMNS = [
  'turn',
  'instance',
  'stage',
  'open',
  'cause',
  'trouble',
  'waiter',
  'waiterStamp',
  'reads',
] as const;
const BYTES = ['back', 'waiting', 'reading', 'overdue'] as const;

function emptyContext(): Scratch {
  return {
    rootA: 0,
    rootB: 0,
    request: 0,
    priority: 0,
    arrival: 0,
    callA: 0,
    callB: 0,
    lineageA: 0,
    lineageB: 0,
    attempt: 1,
    level: 0,
    traceRoot: 0,
    traceParent: 0,
    deadline: Infinity,
  };
}
