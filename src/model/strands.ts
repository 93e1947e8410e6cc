import type { Stamped } from '../kernel/lanes.js';
import { Slots, widenFloat64, widenInt32, widenUint8 } from '../kernel/pool.js';

/** Slots there are from the first on; few runs have more requests under way at once. */
const CAPACITY = 16_384;

/** What a strand is doing. */
export const STATE = Object.freeze({
  /** On the way to its instance. */
  TRANSIT: 0,
  /** Waits in front of the workers. */
  QUEUED: 1,
  /** About to go on: through the instant ring, or stalled at the gate of a frozen instance. */
  READY: 2,
  /** Uses or waits for a core. */
  CPU: 3,
  /** async runtimes: waits for a worker to go on with work. */
  RESUMING: 4,
  SLEEP: 5,
  CALLING: 6,
  JOINING: 7,
  /** The work has ended, the answer is on its way. */
  REPLYING: 8,
  /** The request or the answer was lost on the wire; only the caller's giving up ends this. */
  LOST: 9,
  /** In an act: a step that something else than the machinery of calls carries out. */
  ACTING: 10,
} as const);

/** What the end of a job is told to. */
export const RETURN = Object.freeze({
  /** A frame, over the wire. */
  frame: 0,
  /** A user request: the load that made it. */
  root: 1,
  /** Nobody: background work. */
  none: 2,
  /** A connection that is being opened: its TLS handshake. */
  connection: 3,
  /** Whoever has something done in an instance, such as a consumer of messages. */
  task: 4,
} as const);

/** In the column `once`: the result of an earlier execution was its answer, and nothing was executed. */
export const REPLAYED = -2;

/** What became of an answer that left before the work ended (`respond` with `then`); lost = nobody took it. */
export const ANSWERED = Object.freeze({ no: 0, onTheWire: 1, delivered: 2, lost: 3 } as const);

/** Loop registers of a strand. */
export const REGISTERS = 4;

/**
 * Columns of strands. A strand runs a program on an instance; the first strand of a job is at the same
 * time the attempt that brought it: one try on the wire, from its sending until its answer has arrived
 * or, if everybody left, until its work has ended. Branches of a `parallel` are strands with a parent.
 *
 * Two counters protect a slot: `life` is the identity of the attempt (cancel messages, patience),
 * `stamp` its present continuation (wake-ups). Both survive the reuse of the slot.
 */
class Strands {
  readonly slots = new Slots(CAPACITY);
  instance: Int32Array = new Int32Array(CAPACITY);
  part: Int32Array = new Int32Array(CAPACITY);
  edge: Int32Array = new Int32Array(CAPACITY);
  link: Int32Array = new Int32Array(CAPACITY);
  state: Uint8Array = new Uint8Array(CAPACITY);
  returns: Uint8Array = new Uint8Array(CAPACITY);
  /** Frame that sent it, for RETURN.frame; load, for root; connection, for connection; owner, for task. */
  from: Int32Array = new Int32Array(CAPACITY);
  lineageA: Int32Array = new Int32Array(CAPACITY);
  lineageB: Int32Array = new Int32Array(CAPACITY);
  /** Lineage of the call: the idempotency key. */
  callA: Int32Array = new Int32Array(CAPACITY);
  callB: Int32Array = new Int32Array(CAPACITY);
  /** Lineage of the user request, for keys. */
  rootA: Int32Array = new Int32Array(CAPACITY);
  rootB: Int32Array = new Int32Array(CAPACITY);
  /** Part id of the user request. */
  request: Int32Array = new Int32Array(CAPACITY);
  pc: Int32Array = new Int32Array(CAPACITY);
  parent: Int32Array = new Int32Array(CAPACITY);
  child: Int32Array = new Int32Array(CAPACITY);
  sibling: Int32Array = new Int32Array(CAPACITY);
  /** Of a join: branches under way, branches in all, those started, successes, place of its FORK. */
  joining: Int32Array = new Int32Array(CAPACITY);
  branches: Int32Array = new Int32Array(CAPACITY);
  started: Int32Array = new Int32Array(CAPACITY);
  succeeded: Int32Array = new Int32Array(CAPACITY);
  fork: Int32Array = new Int32Array(CAPACITY);
  /** Outcome handed over at the next continuation (a call that ended), or the first failure of a join. */
  outcome: Int32Array = new Int32Array(CAPACITY);
  /** Calling instance; only where a key asks for it. */
  caller: Int32Array = new Int32Array(CAPACITY);
  /** Index into the plan's `onces` of the key it came with, -1, or REPLAYED; only where keys are sent. */
  once: Int32Array = new Int32Array(CAPACITY);
  /** The last answer of a fallback that was used, 0 = none was. */
  degraded: Int32Array = new Int32Array(CAPACITY);
  stamp: Int32Array = new Int32Array(CAPACITY);
  life: Int32Array = new Int32Array(CAPACITY);
  registers: Int32Array = new Int32Array(CAPACITY * REGISTERS);
  /** Frame of the call under way, or the act. */
  call: Int32Array = new Int32Array(CAPACITY);
  attempt: Int32Array = new Int32Array(CAPACITY);
  /** Level of its priority, an index into plan.priorities; written only where requests differ. */
  priority: Int32Array = new Int32Array(CAPACITY);
  /** Calls above it, 0 for a user request. */
  level: Uint8Array = new Uint8Array(CAPACITY);
  /** Bits: 1 = holds a worker, 2 = counts among the accepted requests of an async instance, 4 = see GATED, 8 = see HOLDS. */
  slot: Uint8Array = new Uint8Array(CAPACITY);
  /** 1 once it was told that its caller has left. */
  told: Uint8Array = new Uint8Array(CAPACITY);
  /** Where an answer is that left before the end of the work, see ANSWERED. */
  answered: Uint8Array = new Uint8Array(CAPACITY);
  /** 1 once its execution counts as wasted: what is cut short, and then answered to nobody, counts once. */
  wasted: Uint8Array = new Uint8Array(CAPACITY);
  /** The outcome that is on its way to the caller. */
  answer: Int32Array = new Int32Array(CAPACITY);
  /** Measuring cells of its arrival and of its sending, -1 outside. */
  cell: Int32Array = new Int32Array(CAPACITY);
  sentCell: Int32Array = new Int32Array(CAPACITY);
  /** An injected outcome that replaces the one of the work, 0 = none. */
  injected: Int32Array = new Int32Array(CAPACITY);
  deadline: Float64Array = new Float64Array(CAPACITY);
  sent: Float64Array = new Float64Array(CAPACITY);
  arrived: Float64Array = new Float64Array(CAPACITY);
  begun: Float64Array = new Float64Array(CAPACITY);
  ended: Float64Array = new Float64Array(CAPACITY);
  /** End of the wait it is in; -1 where that wait is not the instance's own. */
  wakes: Float64Array = new Float64Array(CAPACITY);
  /** When the caller gave up; -1 while it waits. */
  gone: Float64Array = new Float64Array(CAPACITY);
  /** Trace ids: of this attempt, of the execution that made it, of the request; 0 = not traced. */
  trace: Float64Array = new Float64Array(CAPACITY);
  traceParent: Float64Array = new Float64Array(CAPACITY);
  /** Id of the traced request, 0 where none is; negative in what it has done in the background. */
  traceRoot: Float64Array = new Float64Array(CAPACITY);
  /** When the call was made, before waits and back-offs of policies; only where traced. */
  called: Float64Array = new Float64Array(CAPACITY);
  /** What the answer says about asking again; stale where its outcome is not HINTED. */
  hint: Float64Array = new Float64Array(CAPACITY);
  /** Arrival number of a user request; below it only where a key is a sequence. */
  arrival: Float64Array = new Float64Array(CAPACITY);

  constructor() {
    this.reset();
  }

  /** Empties all columns for another run. Those that have grown are made anew, as small as they were. */
  reset(): void {
    const { slots } = this;
    if (slots.hasGrown) this.make();
    else this.clear(slots.touched);
    slots.reset();
    slots.onGrow((capacity) => {
      if (capacity > CAPACITY) this.widen(capacity);
    });
  }

  /** A strand on an instance, with everything cleared that a job or branch relies on. */
  open(instance: number, lineageA: number, lineageB: number): number {
    const strand = strands.slots.take();
    strands.instance[strand] = instance | 0;
    strands.lineageA[strand] = lineageA | 0;
    strands.lineageB[strand] = lineageB | 0;
    strands.parent[strand] = -1;
    strands.child[strand] = -1;
    strands.sibling[strand] = -1;
    strands.outcome[strand] = 0;
    strands.injected[strand] = 0;
    strands.degraded[strand] = 0;
    strands.slot[strand] = 0;
    strands.told[strand] = 0;
    strands.answered[strand] = ANSWERED.no;
    strands.wasted[strand] = 0;
    strands.gone[strand] = -1;
    strands.arrived[strand] = -1;
    strands.begun[strand] = -1;
    strands.ended[strand] = -1;
    strands.trace[strand] = strands.traceParent[strand] = 0;
    const { registers } = strands;
    const at = strand * REGISTERS;
    registers[at] = 0;
    registers[at + 1] = 0;
    registers[at + 2] = 0;
    registers[at + 3] = 0;
    return strand;
  }

  /** True while the slot belongs to a live strand. */
  alive(strand: number): boolean {
    return this.slots.has(strand);
  }

  /** True for a request that has not reached its instance yet. */
  inTransit(strand: number): boolean {
    if (this.state[strand] !== STATE.TRANSIT || this.arrived[strand] >= 0) return false;
    return this.returns[strand] === RETURN.frame;
  }

  /**
   * Trace id of the job a strand belongs to: branches have none of their own. Background work has none either; it
   * belongs to the job that started it.
   */
  traceOf(strand: number): number {
    let at = strand;
    while (this.parent[at] >= 0) at = this.parent[at];
    return this.trace[at] === 0 ? this.traceParent[at] : this.trace[at];
  }

  private make(): void {
    for (const name of INT32_COLUMNS) this[name] = new Int32Array(CAPACITY);
    for (const name of UINT8_COLUMNS) this[name] = new Uint8Array(CAPACITY);
    for (const name of FLOAT64_COLUMNS) this[name] = new Float64Array(CAPACITY);
    this.registers = new Int32Array(CAPACITY * REGISTERS);
  }

  private clear(touched: number): void {
    for (const name of INT32_COLUMNS) this[name].fill(0, 0, touched);
    for (const name of UINT8_COLUMNS) this[name].fill(0, 0, touched);
    for (const name of FLOAT64_COLUMNS) this[name].fill(0, 0, touched);
    this.registers.fill(0, 0, touched * REGISTERS);
  }

  private widen(capacity: number): void {
    for (const name of INT32_COLUMNS) this[name] = widenInt32(this[name], capacity);
    for (const name of UINT8_COLUMNS) this[name] = widenUint8(this[name], capacity);
    for (const name of FLOAT64_COLUMNS) this[name] = widenFloat64(this[name], capacity);
    this.registers = widenInt32(this.registers, capacity * REGISTERS);
  }
}

const INT32_COLUMNS = [
  'instance',
  'part',
  'edge',
  'link',
  'from',
  'lineageA',
  'lineageB',
  'callA',
  'callB',
  'rootA',
  'rootB',
  'request',
  'pc',
  'parent',
  'child',
  'sibling',
  'joining',
  'branches',
  'started',
  'succeeded',
  'fork',
  'outcome',
  'caller',
  'once',
  'stamp',
  'life',
  'call',
  'attempt',
  'priority',
  'cell',
  'sentCell',
  'answer',
  'injected',
  'degraded',
] as const;
const UINT8_COLUMNS = ['state', 'returns', 'level', 'slot', 'told', 'answered', 'wasted'] as const;
const FLOAT64_COLUMNS = [
  'deadline',
  'sent',
  'arrived',
  'begun',
  'ended',
  'wakes',
  'gone',
  'trace',
  'traceParent',
  'traceRoot',
  'called',
  'hint',
  'arrival',
] as const;

/**
 * The strands of the run that this thread is at; `assemble` empties them for each. They stand here and not
 * in the world because V8 then knows the address of every column: an access is one instruction behind
 * the check of its bounds, where a column of an object is eight
 * (docs/speed.md).
 */
export const strands = new Strands();

/** Owner of the timers of an attempt as a whole: its stamp changes from step to step, its life does not. */
export const lives: Stamped = {
  get stamp(): Int32Array {
    return strands.life;
  },
};
