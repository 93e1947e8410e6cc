import type { Stamped } from '../../../kernel/lanes.js';
import { emptyColumns, Slots, widenColumns } from '../../../kernel/pool.js';

/** Initial number of slots; few runs have more requests in flight. */
const CAPACITY = 16_384;

/** States of a strand. */
export const STATE = Object.freeze({
  /** On the way to its instance. */
  TRANSIT: 0,
  /** Waits for a worker in the queue. */
  QUEUED: 1,
  /** About to continue: through the instant ring, or stalled in a frozen instance. */
  READY: 2,
  /** Uses or waits for a core. */
  CPU: 3,
  /** async runtimes: waits for a worker to continue. */
  RESUMING: 4,
  SLEEP: 5,
  CALLING: 6,
  JOINING: 7,
  /** The work has ended, the answer is on its way. */
  REPLYING: 8,
  /** The request or the answer was lost on the wire; this ends only when the caller gives up. */
  LOST: 9,
  /** In an act: a step performed outside the call machinery. */
  ACTING: 10,
} as const);

/** Receivers of the end of a job. */
export const RETURN = Object.freeze({
  /** A frame, over the wire. */
  frame: 0,
  /** A user request: the load that made it. */
  root: 1,
  /** No receiver: background work. */
  none: 2,
  /** A connection that is being opened: its TLS handshake. */
  connection: 3,
  /** The owner of a task, such as a consumer of messages. */
  task: 4,
  /** No receiver: it only owns what is inside a time limit that its caller may leave, see path/apart.ts. */
  apart: 5,
} as const);

/** In the column `once`: the strand was answered with the result of an earlier execution, without its own. */
export const REPLAYED = -2;

/** State of an answer sent before the work ended (`respond` with `then`); lost = no caller received it. */
export const ANSWERED = Object.freeze({ no: 0, onTheWire: 1, delivered: 2, lost: 3 } as const);

/** Where the operation of an execution is, see model/data/strands/operations.ts. */
export const OPERATION = Object.freeze({
  /** It is its lineage: each attempt above it is the first one. */
  plain: 0,
  /** In columns of its own: an attempt above it is not the first one. A plain strand may have the same operation. */
  given: 1,
  /** In columns of its own, of a task that has effects: the first run of the handler of a message. It comes once as such. */
  handler: 2,
  /** The same, of another run, or of another copy of the message. */
  again: 3,
  /** In columns of its own, of another task, or below a task. No plain strand has the same operation. */
  ofTask: 4,
} as const);

/** Loop registers of a strand. */
export const REGISTERS = 4;
const ENTRIES = { registers: REGISTERS };

/**
 * Columns of strands. A strand runs a program on an instance. The first strand of a job is also the attempt that
 * brought it: one try on the wire, from its sending until its answer has arrived or, if its callers have left, until
 * its work has ended. Branches of a `parallel` are strands with a parent.
 *
 * Two counters protect a slot: `life` identifies the attempt (cancel messages, patience), `stamp` its current
 * continuation (wake-ups). Both survive the reuse of the slot.
 */
class Strands {
  readonly slots = new Slots(CAPACITY);
  /** Whether any program of the run loops or counts messages; otherwise no one reads the registers and `messages`. */
  loops = false;
  instance: Int32Array = new Int32Array(CAPACITY);
  part: Int32Array = new Int32Array(CAPACITY);
  edge: Int32Array = new Int32Array(CAPACITY);
  /** Of an attempt on its way its link, of a task its record, of a branch its number in its join. */
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
  /** OPERATION of the operation columns below. */
  operation: Uint8Array = new Uint8Array(CAPACITY);
  /**
   * Lineage that it would have if every attempt above it were the first one: the same for all executions of one
   * operation of one request. Read only where `operation` says so, see `operationOf`.
   */
  operationA: Int32Array = new Int32Array(CAPACITY);
  operationB: Int32Array = new Int32Array(CAPACITY);
  /** Lineage of the user request, for keys. */
  rootA: Int32Array = new Int32Array(CAPACITY);
  rootB: Int32Array = new Int32Array(CAPACITY);
  /** Part id of the user request. */
  request: Int32Array = new Int32Array(CAPACITY);
  pc: Int32Array = new Int32Array(CAPACITY);
  parent: Int32Array = new Int32Array(CAPACITY);
  child: Int32Array = new Int32Array(CAPACITY);
  sibling: Int32Array = new Int32Array(CAPACITY);
  /** For a join: branches in progress, total branches, branches started, successes, place of its FORK. */
  joining: Int32Array = new Int32Array(CAPACITY);
  branches: Int32Array = new Int32Array(CAPACITY);
  started: Int32Array = new Int32Array(CAPACITY);
  succeeded: Int32Array = new Int32Array(CAPACITY);
  fork: Int32Array = new Int32Array(CAPACITY);
  /** Outcome handed over at the next continuation (a call that ended), or the first failure of a join. */
  outcome: Int32Array = new Int32Array(CAPACITY);
  /** Calling instance; only if a key uses it, or if traced. */
  caller: Int32Array = new Int32Array(CAPACITY);
  /** Index into the plan's `onces` of the key it came with, -1, or REPLAYED; only if keys are sent. */
  once: Int32Array = new Int32Array(CAPACITY);
  /** The last fallback answer that was used, 0 = none. */
  degraded: Int32Array = new Int32Array(CAPACITY);
  stamp: Int32Array = new Int32Array(CAPACITY);
  life: Int32Array = new Int32Array(CAPACITY);
  registers: Int32Array = new Int32Array(CAPACITY * REGISTERS);
  /** Number of messages that its task handles; 1 in any other execution. */
  messages: Int32Array = new Int32Array(CAPACITY);
  /** Frame of the call in progress, or the act. */
  call: Int32Array = new Int32Array(CAPACITY);
  attempt: Int32Array = new Int32Array(CAPACITY);
  /** Index of its priority in plan.priorities; set only if requests differ in priority. */
  priority: Int32Array = new Int32Array(CAPACITY);
  /** Number of calls above it, 0 for a user request. */
  level: Uint8Array = new Uint8Array(CAPACITY);
  /** The resources that it releases when it ends, see slot-bits.ts. */
  slot: Uint8Array = new Uint8Array(CAPACITY);
  /** 1 once it was notified that its caller has left. */
  cancelNotified: Uint8Array = new Uint8Array(CAPACITY);
  /** State of an answer that was sent before the end of the work, see ANSWERED. */
  answered: Uint8Array = new Uint8Array(CAPACITY);
  /** 1 once its execution counts as wasted, so that it is counted only once. */
  wasted: Uint8Array = new Uint8Array(CAPACITY);
  /** The outcome that is on its way to the caller. */
  answer: Int32Array = new Int32Array(CAPACITY);
  /** Measuring cells of its arrival and of its sending, -1 outside. */
  cell: Int32Array = new Int32Array(CAPACITY);
  sentCell: Int32Array = new Int32Array(CAPACITY);
  /** An injected outcome that replaces that of the work, 0 = none. */
  injected: Int32Array = new Int32Array(CAPACITY);
  deadline: Float64Array = new Float64Array(CAPACITY);
  sent: Float64Array = new Float64Array(CAPACITY);
  arrived: Float64Array = new Float64Array(CAPACITY);
  begun: Float64Array = new Float64Array(CAPACITY);
  ended: Float64Array = new Float64Array(CAPACITY);
  /** End of its current wait; -1 if the speed of the instance does not affect that wait. */
  wakes: Float64Array = new Float64Array(CAPACITY);
  /** Time at which the caller gave up; -1 while it waits. */
  callerLeftAt: Float64Array = new Float64Array(CAPACITY);
  /** Trace ids: of this attempt, and of the execution that made it; 0 = not traced. */
  trace: Float64Array = new Float64Array(CAPACITY);
  traceParent: Float64Array = new Float64Array(CAPACITY);
  /** Trace id of the user request, 0 = not traced; negative in its background work. */
  traceRoot: Float64Array = new Float64Array(CAPACITY);
  /** Trace id of the row that it belongs to, see TraceRecord.via; only if traced. */
  via: Float64Array = new Float64Array(CAPACITY);
  /** See TraceRecord.number; only if traced. */
  number: Int32Array = new Int32Array(CAPACITY);
  /** Outcome that its server has recorded, 0 = none, and when; only if traced. */
  served: Int32Array = new Int32Array(CAPACITY);
  servedAt: Float64Array = new Float64Array(CAPACITY);
  /** LEFT: how its caller has left it; only if traced. */
  left: Uint8Array = new Uint8Array(CAPACITY);
  /** Time of the call, before waits and back-offs of policies; only if traced. */
  called: Float64Array = new Float64Array(CAPACITY);
  /** Retry hint of the answer; stale if its outcome is not HINTED. */
  hint: Float64Array = new Float64Array(CAPACITY);
  /** Arrival number of a user request; in its calls only if a key is a sequence. */
  arrival: Float64Array = new Float64Array(CAPACITY);

  constructor() {
    this.reset();
  }

  /** Empties all columns for another run. Columns that have grown are recreated at their initial size. */
  reset(): void {
    const { slots } = this;
    emptyColumns<Strands>(this, slots, CAPACITY, ENTRIES);
    slots.reset();
    slots.onGrow((capacity) => {
      if (capacity > CAPACITY) widenColumns<Strands>(this, capacity, ENTRIES);
    });
  }

  /** Takes a strand on an instance and clears everything that a job or branch relies on. */
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
    strands.operation[strand] = OPERATION.plain;
    strands.degraded[strand] = 0;
    strands.slot[strand] = 0;
    strands.cancelNotified[strand] = 0;
    strands.answered[strand] = ANSWERED.no;
    strands.wasted[strand] = 0;
    strands.callerLeftAt[strand] = -1;
    strands.arrived[strand] = -1;
    strands.begun[strand] = -1;
    strands.ended[strand] = -1;
    strands.trace[strand] = strands.traceParent[strand] = 0;
    if (strands.loops) strands.clearRegisters(strand);
    return strand;
  }

  private clearRegisters(strand: number): void {
    const { messages, registers } = strands;
    messages[strand] = 1;
    const at = strand * REGISTERS;
    registers[at] = 0;
    registers[at + 1] = 0;
    registers[at + 2] = 0;
    registers[at + 3] = 0;
  }

  /** Returns true while the slot belongs to a live strand. */
  alive(strand: number): boolean {
    return this.slots.has(strand);
  }

  /** Returns true for a request that has not reached its instance yet. */
  inTransit(strand: number): boolean {
    if (this.state[strand] !== STATE.TRANSIT || this.arrived[strand] >= 0) return false;
    return this.returns[strand] === RETURN.frame;
  }

  /**
   * Trace id of the job that a strand belongs to; branches have none. For background work it is the id of the job that
   * started it.
   */
  traceOf(strand: number): number {
    const job = this.jobOf(strand);
    return this.trace[job] === 0 ? this.traceParent[job] : this.trace[job];
  }

  /** The strand of the job that a strand is, or is a branch of. */
  jobOf(strand: number): number {
    let at = strand;
    while (this.parent[at] >= 0) at = this.parent[at];
    return at;
  }
}

/**
 * The strands of the current run of this thread; `assemble` empties them for each run. They are a module constant
 * instead of a part of the world because V8 then knows the address of every column: an access takes one instruction
 * after its bounds check, where a column of an object takes eight (docs/speed.md).
 */
export const strands = new Strands();

/** Owner of the timers of an attempt: its stamp changes from step to step, its life does not. */
export const lives: Stamped = {
  get stamp(): Int32Array {
    return strands.life;
  },
};
