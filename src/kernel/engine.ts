import { InstantQueue } from './instants.js';
import { describeMoments, invariant } from './invariant.js';
import { LaneTable, type Lane, type Stamped } from './lanes.js';
import { PHASES } from './phase.js';
import { EventQueue, PHASE_UNIT } from './queue.js';
import { Recent } from './recent.js';
import { renumber } from './renumber.js';
import { hasRoom } from './room.js';
import { HORIZON_MAX_NS, type Ns } from './time.js';

/** Handles an event: `target` and two int32 from the call that scheduled it. */
export type Handler = (target: number, a: number, b: number) => void;

/**
 * Why a run ended. 'horizon': the next event is beyond it; 'drained': no event is pending; 'budget': the event limit is
 * reached; 'instant': too many events at one instant (a loop without delay); 'halted': a handler asked for it;
 * 'memory': the thread has used up its memory.
 */
export type StopReason = 'horizon' | 'drained' | 'budget' | 'instant' | 'halted' | 'memory';

/** Events allowed at one instant before the run stops with 'instant'. */
export const INSTANT_LIMIT = 1_000_000;

/** Events at one instant after which the latest ones are recorded for the report. */
const INSTANT_SUSPECT = 900_000;

/** Events between two checks of the memory in use. */
const LOOK = 16_384;

/** Reserved ops: the head of a lane, and a lane's timer with its own place in the queue. */
const LANE_HEAD = 0;
const LANE_TIMER = 1;
const OWN_HANDLERS = 2;

/** Initial capacity for pending events. */
const SLOTS = 16_384;

const NO_TIMES = new Float64Array(0);

/** Bit of `hot` that stops the loop; the bits above it belong to the phases. */
const STOP_BIT = 1;

/**
 * Clock and agenda of one run. Handlers fire in exactly the order (time, phase, sequence of scheduling).
 *
 * Later events wait in a queue, events of the current instant in one FIFO per phase, and timers with a constant delay
 * in lanes. The order, the digest and the counts do not depend on where an event waited.
 *
 * Each thread has one engine, and its methods refer to it by name. V8 resolves `this` at each call, but knows the
 * address of an object that never moves, and of the columns of its queue.
 */
class Engine {
  now: Ns = NaN;
  /** Phase of the current event. */
  phase = 0;
  /** Op of the current or last event. */
  private op = LANE_HEAD;
  /** Hash of all facts passed to `note`, int32. */
  digest = 0;
  /** Events handled, without dead timers. */
  events = 0;
  /** Events handled from the instant queues. */
  private dueEvents = 0;
  /** Largest number of events waiting for a later time, dead timers included. */
  peakPending = 0;
  /** Test switch: false sends lane timers through the queue one by one. Set before the first arm. */
  useLanes = true;
  /** Test switch: renumbers all sequence numbers after this many pushes. */
  renumberEvery = Infinity;
  private readonly instants: InstantQueue[] = [];
  private readonly handlers: Handler[] = [];
  private readonly names: string[] = [];
  private readonly lanes = new LaneTable();
  /** Bit p + 1 is set while the instant queue of phase p is not empty. */
  private hot = 0;
  /**
   * The only event due when it was scheduled, and the bit of its phase in `hot`; 0 = none. It needs no queue: most events
   * that are due at once are alone.
   */
  private held = 0;
  private heldOp = 0;
  private heldTarget = 0;
  private heldA = 0;
  private heldB = 0;
  private sequence = 1;
  private sequenceLimit = 0;
  /** Timers in lanes, without the lane heads, which are in the queue. */
  private inLanes = 0;
  private boundaryTimes: Float64Array = NO_TIMES;
  private boundaryIndex = 0;
  private nextBoundary = Infinity;
  /** End of this run (exclusive), and the earlier of that and the next boundary. */
  private end = NaN;
  private limit = NaN;
  private onBoundary: (k: number) => void = () => {};
  private running = false;
  /** Value of `events` at which `check` must run; its value at the start of the run, and of the instant. */
  private guard = 0;
  private firstEvent = 0;
  private instantStart = 0;
  private readonly last = new Recent();
  private readonly queue = new EventQueue(SLOTS);

  constructor() {
    for (let phase = 0; phase < PHASES; phase++) this.instants.push(new InstantQueue());
    this.define('lane', () => invariant(false, 'lane-head-as-event'));
    this.define('timer', (laneId, index, stamp) => {
      const lane = this.lanes.list[laneId];
      if (lane.owner.stamp[index] === stamp) {
        this.op = lane.op;
        this.handlers[lane.op](index, stamp, 0);
      } else {
        this.events--;
        this.dueEvents--;
      }
    });
    this.reset();
  }

  /**
   * Resets to time 0 for another run: no events, no counts, and only the engine's own handlers. `slots`: initial
   * capacity for pending events, a power of two; it doubles when needed.
   */
  reset(slots = SLOTS): void {
    // A field that starts as a small integer changes its representation beyond 2^31, and V8 then discards the code
    // compiled for it. Starting as NaN avoids that.
    this.now = this.end = this.limit = 0;
    this.phase = this.digest = this.hot = this.held = this.op = 0;
    this.events = this.dueEvents = this.peakPending = this.inLanes = 0;
    this.guard = this.firstEvent = this.instantStart = 0;
    this.sequence = 1;
    this.sequenceLimit = 0;
    this.useLanes = true;
    this.renumberEvery = Infinity;
    this.running = false;
    this.boundaries(NO_TIMES, () => {});
    this.queue.reset(slots);
    for (const instant of this.instants) instant.reset();
    this.handlers.length = this.names.length = OWN_HANDLERS;
    this.lanes.clear();
    this.last.count = 0;
  }

  /** Registers a handler and returns its op number. The name appears only in `recent`. */
  define(name: string, handler: Handler): number {
    this.names.push(name);
    return this.handlers.push(handler) - 1;
  }

  /** Schedules an event at an absolute time, whole ns, not before now. */
  at(time: Ns, phase: number, op: number, target: number, a: number, b: number): void {
    if (time > engine.now) {
      const sequence = engine.nextSequence();
      engine.queue.stage(time);
      engine.queue.push(phase, sequence, op, target, a, b);
      const pending = engine.queue.size + engine.inLanes;
      if (pending > engine.peakPending) engine.peakPending = pending;
    } else {
      invariant(time === engine.now, 'no event is scheduled in the past');
      engine.soon(phase, op, target, a, b);
    }
  }

  /** Schedules an event at the current instant, after all events already due in its phase. */
  soon(phase: number, op: number, target: number, a: number, b: number): void {
    const bit = 2 << phase;
    if (engine.hot === 0) {
      engine.held = bit;
      engine.heldOp = op | 0;
      engine.heldTarget = target | 0;
      engine.heldA = a | 0;
      engine.heldB = b | 0;
    } else {
      engine.instants[phase].push(op, target, a, b);
    }
    engine.hot |= bit;
  }

  /** The lane of timers with this delay, phase, op and owner; created if missing. */
  lane(delay: Ns, phase: number, op: number, owner: Stamped): Lane {
    return engine.lanes.laneOf(delay, phase, op, owner);
  }

  /**
   * Fires handler(index, stamp, 0) after the lane's delay unless owner.stamp[index] has changed by
   * then.
   */
  arm(lane: Lane, index: number, stamp: number): void {
    const time = engine.now + lane.delayNs;
    if (time === engine.now || !engine.useLanes) {
      engine.at(time, lane.phase, LANE_TIMER, lane.id, index, stamp);
      return;
    }
    const sequence = engine.nextSequence();
    const held = lane.length;
    lane.push(time, sequence, index, stamp);
    engine.inLanes += lane.length - held;
    if (held === 0) {
      engine.inLanes--;
      engine.queue.stage(time);
      engine.queue.push(lane.phase, sequence, LANE_HEAD, lane.id, 0, 0);
    }
    const pending = engine.queue.size + engine.inLanes;
    if (pending > engine.peakPending) engine.peakPending = pending;
  }

  /** Folds a fact of the model and the current time into the digest. */
  note(a: number, b: number): void {
    const now = engine.now;
    let h = Math.imul(engine.digest ^ a, 0x9e3779b1);
    h = Math.imul((h ^ (h >>> 15)) + (now | 0), 0x85ebca77);
    h = Math.imul((h ^ (h >>> 13)) + b, 0xc2b2ae3d) + ((now / 4294967296) | 0);
    engine.digest = h ^ (h >>> 16);
  }

  /**
   * Calls onBoundary(k) at times[k], before every event at or after it, with now = times[k]. Times must increase
   * strictly and must not be before now. Boundaries are not events.
   */
  boundaries(times: Float64Array, onBoundary: (k: number) => void): void {
    for (let k = 0; k < times.length; k++) {
      invariant(
        times[k] > (k === 0 ? this.now - 1 : times[k - 1]),
        'boundaries of a grid increase',
      );
    }
    this.boundaryTimes = times;
    this.boundaryIndex = 0;
    this.onBoundary = onBoundary;
    this.nextBoundary = times.length > 0 ? times[0] : Infinity;
    this.limit = Math.min(this.end, this.nextBoundary);
  }

  /** Stops the run after this event. */
  halt(): void {
    engine.hot |= STOP_BIT;
  }

  /** Events handled that had waited in the queue or a lane. */
  get heapEvents(): number {
    return engine.events - engine.dueEvents;
  }

  /** Events waiting now, dead timers included. */
  get pending(): number {
    let due = engine.held === 0 ? 0 : 1;
    for (const queue of engine.instants) due += queue.length;
    return due + engine.queue.size + engine.inLanes;
  }

  /** The last events of an instant with too many events, oldest first; empty unless one instant had 900,000. */
  recent(): { op: string; target: number }[] {
    return engine.last.list(engine.names);
  }

  /** Current time and event of the run, for the message of a broken invariant; '' if none is running. */
  moment(): string {
    return engine.running ? `at ${engine.now} ns in '${engine.names[engine.op]}'` : '';
  }

  /**
   * Runs all events with time <= until, and the boundaries up to it, but at most maxEvents events. Afterwards `now` is
   * `until` if later events are pending, else the time of the last event or boundary.
   */
  run(untilNs: Ns, maxEvents: number): StopReason {
    invariant(!engine.running && untilNs >= engine.now, 'a run goes on from where it stopped');
    const until = Math.min(untilNs, HORIZON_MAX_NS);
    engine.running = true;
    engine.last.count = 0;
    engine.firstEvent = engine.events;
    engine.instantStart = engine.events;
    engine.guard = engine.events;
    engine.end = until + 1;
    engine.limit = Math.min(engine.end, engine.nextBoundary);
    if (engine.nextBoundary <= engine.now) engine.passBoundary();
    const reason = engine.loop(maxEvents);
    if (reason === 'horizon') engine.now = until;
    engine.hot &= ~STOP_BIT;
    engine.running = false;
    return reason;
  }

  /** One iteration per event, boundary or dead lane head. With `guard`, one comparison covers all limits. */
  private loop(maxEvents: number): StopReason {
    const queue = engine.queue;
    for (;;) {
      if (engine.events >= engine.guard) {
        const reason = engine.check(maxEvents);
        if (reason !== null) return reason;
      }
      const top = queue.front;
      const time = queue.frontTimes[top];
      const hot = engine.hot;
      if (hot !== 0) {
        const low = hot & -hot;
        if (low === STOP_BIT) return 'halted';
        const phase = 30 - Math.clz32(low);
        // An event of the queue for this instant and phase was scheduled earlier, so it goes first.
        if (time !== engine.now || queue.frontKeys[top] >= (phase + 1) * PHASE_UNIT) {
          engine.fireDue(phase, low);
          continue;
        }
      }
      if (time < engine.limit) engine.fireTop();
      else if (engine.nextBoundary < engine.end) engine.passBoundary();
      else return top === 0 ? 'drained' : 'horizon';
    }
  }

  /** Handles the oldest event that is due in a phase: the held one, or the first in the instant queue. */
  private fireDue(phase: number, bit: number): void {
    const queue = engine.instants[phase];
    engine.phase = phase;
    engine.events++;
    engine.dueEvents++;
    if (engine.held === bit) {
      engine.held = 0;
      if (queue.tail === 0) engine.hot &= ~bit;
      const op = engine.heldOp;
      engine.op = op;
      engine.handlers[op](engine.heldTarget, engine.heldA, engine.heldB);
      return;
    }
    const at = queue.take();
    const data = queue.data;
    if (queue.tail === 0) engine.hot &= ~bit;
    engine.op = data[at];
    engine.handlers[data[at]](data[at + 1], data[at + 2], data[at + 3]);
  }

  /** Removes the first entry of the queue and handles it, unless it is a dead timer. */
  private fireTop(): void {
    const queue = engine.queue;
    const top = queue.front;
    const time = queue.frontTimes[top];
    invariant(time >= engine.now, 'time does not go back');
    const phase = (queue.frontKeys[top] / PHASE_UNIT) | 0;
    const at = queue.topOffset();
    const payload = queue.payload;
    let op = payload[at];
    let target = payload[at + 1];
    let a = payload[at + 2];
    let b = payload[at + 3];
    if (op > LANE_TIMER) {
      queue.pop();
    } else {
      const lane = engine.lanes.list[target];
      if (op === LANE_HEAD) {
        target = lane.indices[lane.head];
        a = lane.stamps[lane.head];
        engine.advanceLane(lane);
      } else {
        target = a;
        a = b;
        queue.pop();
      }
      if (lane.owner.stamp[target] !== a) return;
      op = lane.op;
      b = 0;
    }
    if (time !== engine.now) {
      engine.now = time;
      engine.instantStart = engine.events;
    }
    engine.phase = phase;
    engine.events++;
    engine.op = op;
    engine.handlers[op](target, a, b);
  }

  /**
   * Called when `events` reaches `guard`: returns why the run must end, or null after setting a new guard. A guard that
   * is too low only costs a call, so a new instant does not update it.
   */
  private check(maxEvents: number): StopReason | null {
    const handled = engine.events - engine.firstEvent;
    if (handled >= maxEvents) return 'budget';
    const here = engine.events - engine.instantStart;
    if (here > INSTANT_LIMIT) return 'instant';
    if (here >= INSTANT_SUSPECT) engine.rememberNext();
    else if (!hasRoom()) return 'memory';
    const step = here >= INSTANT_SUSPECT ? 1 : INSTANT_SUSPECT - here;
    engine.guard = engine.events + Math.min(step, maxEvents - handled, LOOK);
    return null;
  }

  /** Removes the head of a lane and moves the next live timer into its place in the queue. */
  private advanceLane(lane: Lane): void {
    const held = lane.length;
    lane.advance();
    engine.inLanes += lane.length - held;
    if (lane.length > 0) {
      invariant(lane.times[lane.head] >= engine.now, 'a timer of a lane is not due in the past');
      engine.queue.delayTop(lane.times[lane.head], lane.phase, lane.sequences[lane.head]);
    } else {
      engine.inLanes++;
      engine.queue.pop();
    }
  }

  private passBoundary(): void {
    const k = engine.boundaryIndex++;
    const times = engine.boundaryTimes;
    invariant(times[k] >= engine.now, 'a boundary is passed in its time');
    if (engine.now !== times[k]) {
      engine.now = times[k];
      engine.instantStart = engine.events;
    }
    engine.nextBoundary = k + 1 < times.length ? times[k + 1] : Infinity;
    engine.limit = Math.min(engine.end, engine.nextBoundary);
    engine.onBoundary(k);
  }

  /** Records op and target of the next event; used only in an instant with too many events. */
  private rememberNext(): void {
    const queue = engine.queue;
    const top = queue.front;
    const isQueued = queue.frontTimes[top] === engine.now;
    const due = engine.hot & ~STOP_BIT;
    const phase = 30 - Math.clz32(due & -due);
    if (due !== 0 && !(isQueued && queue.frontKeys[top] < (phase + 1) * PHASE_UNIT)) {
      const instant = engine.instants[phase];
      if (engine.held === 2 << phase) {
        engine.remember(Int32Array.of(engine.heldOp, engine.heldTarget, engine.heldA), 0);
      } else {
        engine.remember(instant.data, instant.nextOffset());
      }
    } else if (isQueued) {
      engine.remember(queue.payload, queue.topOffset());
    }
  }

  private remember(data: Int32Array, at: number): void {
    const op = data[at];
    const target = data[at + 1];
    if (op > LANE_TIMER) {
      engine.last.add(op, target);
    } else {
      const lane = engine.lanes.list[target];
      engine.last.add(lane.op, op === LANE_HEAD ? lane.indices[lane.head] : data[at + 2]);
    }
  }

  /** The next sequence number, after ensuring a free slot in the queue. */
  private nextSequence(): number {
    if (engine.queue.freeCount === 0) engine.growQueue();
    if (engine.sequence >= engine.sequenceLimit) engine.renumber();
    return engine.sequence++;
  }

  private growQueue(): void {
    if (engine.sequence >= engine.queue.sequenceLimit / 2) engine.renumber();
    engine.queue.grow();
    engine.sequenceLimit = Math.min(engine.queue.sequenceLimit, engine.sequenceLimit);
  }

  private renumber(): void {
    engine.sequence = renumber(engine.queue, engine.lanes.list);
    const limit = engine.queue.sequenceLimit;
    invariant(engine.sequence < limit, 'events have numbers left');
    engine.sequenceLimit = Math.min(limit, engine.sequence + engine.renumberEvery);
  }
}

/** The engine of this thread. */
export const engine = new Engine();
describeMoments(() => engine.moment());
