import { InstantQueue } from './instants.js';
import { invariant } from './invariant.js';
import { Lane } from './lanes.js';
import type { Stamped } from './lanes.js';
import { PHASES } from './phase.js';
import { EventQueue, PHASE_UNIT } from './queue.js';
import { Recent } from './recent.js';
import { renumber } from './renumber.js';
import { HORIZON_MAX_NS } from './time.js';
import type { Ns } from './time.js';

/** What happens at an event: three int32 given when it was scheduled. */
export type Handler = (target: number, a: number, b: number) => void;

/**
 * Why a run ended: 'horizon' the next event lies beyond it; 'drained' nothing is pending; 'budget'
 * as many events as allowed; 'instant' too many events at one instant (a loop without delay);
 * 'halted' a handler asked.
 */
export type StopReason = 'horizon' | 'drained' | 'budget' | 'instant' | 'halted';

/** Events allowed at one instant before the run stops with 'instant'. */
const INSTANT_LIMIT = 1_000_000;

/** Events at one instant after which the last ones are remembered for the report. */
const INSTANT_SUSPECT = 900_000;

/** Reserved ops: the head of a lane, and a lane's timer that stands in a queue by itself. */
const LANE_HEAD = 0;
const LANE_TIMER = 1;
const OWN_HANDLERS = 2;

const NO_TIMES = new Float64Array(0);

/** Bit of `hot` that asks the loop to stop; the phases have the bits above it. */
const STOP_BIT = 1;

/**
 * Clock and agenda of one run: handlers fire in exactly the order (time, phase, sequence of
 * scheduling).
 *
 * Later events stand in a queue, events of the current instant in one FIFO per phase, timers of a
 * constant delay in lanes. None of the three shows in the order, the digest or the counts.
 */
export class Engine {
  /** The current moment. */
  now: Ns = NaN;
  /** Phase of the event that is being handled. */
  phase = 0;
  /** Hash of all that was noted, int32. */
  digest = 0;
  /** Events handled; timers that had died are not among them. */
  events = 0;
  /** Events handled that came from the FIFOs of an instant. */
  private dueEvents = 0;
  /** Largest number of events that waited for a later time at once, dead timers included. */
  peakPending = 0;
  /** Test switch: false sends lane timers through the queue one by one. Set before the first arm. */
  useLanes = true;
  /** Test switch: renumbers all sequence numbers every so many pushes. */
  renumberEvery = Infinity;

  private readonly queue: EventQueue;
  private readonly instants: InstantQueue[] = [];
  private readonly handlers: Handler[] = [];
  private readonly names: string[] = [];
  private readonly lanes: Lane[] = [];
  private readonly lanesByOwner = new Map<Stamped, Map<string, Lane>>();
  /** Bit p + 1 is set while the instant queue of phase p holds something. */
  private hot = 0;
  private sequence = 1;
  private sequenceLimit = 0;
  /** Timers in lanes behind their heads, which stand in the queue. */
  private inLanes = 0;
  private boundaryTimes: Float64Array = NO_TIMES;
  private boundaryIndex = 0;
  private nextBoundary = Infinity;
  /** Where this run ends, exclusive, and the earlier of that and the next boundary. */
  private end = NaN;
  private limit = NaN;
  private onBoundary: (k: number) => void = () => {};
  private running = false;
  /** Number of events at which `check` must be asked, at the start of the run, and of the instant. */
  private guard = 0;
  private firstEvent = 0;
  private instantStart = 0;
  private readonly last = new Recent();

  /** `slots`: first capacity for pending events, a power of two; it doubles when needed. */
  constructor(slots = 1024) {
    this.queue = new EventQueue(slots);
    for (let phase = 0; phase < PHASES; phase++) this.instants.push(new InstantQueue());
    this.define('lane', () => invariant(false, 'lane-head-as-event'));
    this.define('timer', (laneId, index, stamp) => {
      const lane = this.lanes[laneId];
      if (lane.owner.stamp[index] === stamp) this.handlers[lane.op](index, stamp, 0);
      else {
        this.events--;
        this.dueEvents--;
      }
    });
    this.reset();
  }

  /** Winds back to time 0 for another run: no events, no counts, and no handlers but its own. */
  reset(): void {
    // What begins as a small integer becomes another kind of field to V8 beyond 2^31, and all that was
    // compiled for the first kind is thrown away: these begin as NaN.
    this.now = this.end = this.limit = 0;
    this.phase = this.digest = this.hot = 0;
    this.events = this.dueEvents = this.peakPending = this.inLanes = 0;
    this.guard = this.firstEvent = this.instantStart = 0;
    this.sequence = 1;
    this.sequenceLimit = 0;
    this.useLanes = true;
    this.renumberEvery = Infinity;
    this.running = false;
    this.boundaries(NO_TIMES, () => {});
    this.queue.reset();
    for (const instant of this.instants) instant.reset();
    this.handlers.length = this.names.length = OWN_HANDLERS;
    this.lanes.length = 0;
    this.lanesByOwner.clear();
    this.last.count = 0;
  }

  /** Registers a handler and gives its op number. The name appears only in `recent`. */
  define(name: string, handler: Handler): number {
    this.names.push(name);
    return this.handlers.push(handler) - 1;
  }

  /** Schedules an event at an absolute time, whole ns, not before now. */
  at(time: Ns, phase: number, op: number, target: number, a: number, b: number): void {
    if (time > this.now) {
      const sequence = this.nextSequence();
      this.queue.stage(time);
      this.queue.push(phase, sequence, op, target, a, b);
      const pending = this.queue.size + this.inLanes;
      if (pending > this.peakPending) this.peakPending = pending;
    } else {
      invariant(time === this.now, 'event-in-the-past');
      this.soon(phase, op, target, a, b);
    }
  }

  /** Schedules an event at the current instant, behind all that is already due in its phase. */
  soon(phase: number, op: number, target: number, a: number, b: number): void {
    this.instants[phase].push(op, target, a, b);
    this.hot |= 2 << phase;
  }

  /** The lane of timers with this delay, phase, op and owner: the existing one if there is one. */
  lane(delay: Ns, phase: number, op: number, owner: Stamped): Lane {
    let own = this.lanesByOwner.get(owner);
    if (own === undefined) this.lanesByOwner.set(owner, (own = new Map()));
    const key = `${delay}/${phase}/${op}`;
    let lane = own.get(key);
    if (lane === undefined) {
      invariant(delay >= 0, 'negative-lane-delay');
      lane = new Lane(delay, phase, op, owner, this.lanes.length);
      this.lanes.push(lane);
      own.set(key, lane);
    }
    return lane;
  }

  /**
   * Fires handler(index, stamp, 0) after the lane's delay unless owner.stamp[index] has changed by
   * then.
   */
  arm(lane: Lane, index: number, stamp: number): void {
    const time = this.now + lane.delayNs;
    if (time === this.now || !this.useLanes) {
      this.at(time, lane.phase, LANE_TIMER, lane.id, index, stamp);
      return;
    }
    const sequence = this.nextSequence();
    const held = lane.length;
    lane.push(time, sequence, index, stamp);
    this.inLanes += lane.length - held;
    if (held === 0) {
      this.inLanes--;
      this.queue.stage(time);
      this.queue.push(lane.phase, sequence, LANE_HEAD, lane.id, 0, 0);
    }
    const pending = this.queue.size + this.inLanes;
    if (pending > this.peakPending) this.peakPending = pending;
  }

  /** Folds a fact of the model and the current time into the digest. */
  note(a: number, b: number): void {
    const now = this.now;
    let h = Math.imul(this.digest ^ a, 0x9e3779b1);
    h = Math.imul((h ^ (h >>> 15)) + (now | 0), 0x85ebca77);
    h = Math.imul((h ^ (h >>> 13)) + b, 0xc2b2ae3d) + ((now / 4294967296) | 0);
    this.digest = h ^ (h >>> 16);
  }

  /**
   * Calls onBoundary(k) at times[k], before every event at or after it, with now = times[k].
   * Times must increase strictly and not lie before now. Boundaries are no events.
   */
  boundaries(times: Float64Array, onBoundary: (k: number) => void): void {
    for (let k = 0; k < times.length; k++) {
      invariant(times[k] > (k === 0 ? this.now - 1 : times[k - 1]), 'boundaries-not-increasing');
    }
    this.boundaryTimes = times;
    this.boundaryIndex = 0;
    this.onBoundary = onBoundary;
    this.nextBoundary = times.length > 0 ? times[0] : Infinity;
    this.limit = Math.min(this.end, this.nextBoundary);
  }

  /** Asks the run to stop after this event. */
  halt(): void {
    this.hot |= STOP_BIT;
  }

  /** Events handled that had waited in the queue or a lane. */
  get heapEvents(): number {
    return this.events - this.dueEvents;
  }

  /** Events waiting now, dead timers included. */
  get pending(): number {
    let due = 0;
    for (const queue of this.instants) due += queue.length;
    return due + this.queue.size + this.inLanes;
  }

  /**
   * The last events of an instant that ran over, oldest first; empty unless one instant had
   * 900,000.
   */
  recent(): { op: string; target: number }[] {
    return this.last.list(this.names);
  }

  /**
   * Runs all events with time <= until, and the boundaries up to it, but at most maxEvents events.
   * Afterwards now is `until` if events lie beyond it, else the last event or boundary.
   */
  run(untilNs: Ns, maxEvents: number): StopReason {
    invariant(!this.running && untilNs >= this.now, 'run-out-of-order');
    const until = Math.min(untilNs, HORIZON_MAX_NS);
    this.running = true;
    this.last.count = 0;
    this.firstEvent = this.events;
    this.instantStart = this.events;
    this.guard = this.events;
    this.end = until + 1;
    this.limit = Math.min(this.end, this.nextBoundary);
    if (this.nextBoundary <= this.now) this.passBoundary();
    const reason = this.loop(maxEvents);
    if (reason === 'horizon') this.now = until;
    this.hot &= ~STOP_BIT;
    this.running = false;
    return reason;
  }

  /** One turn per event, boundary or dead lane head; `guard` lets one comparison watch all limits. */
  private loop(maxEvents: number): StopReason {
    const queue = this.queue;
    for (;;) {
      if (this.events >= this.guard) {
        const reason = this.check(maxEvents);
        if (reason !== null) return reason;
      }
      const top = queue.front;
      const time = queue.frontTimes[top];
      const hot = this.hot;
      if (hot !== 0) {
        const low = hot & -hot;
        if (low === STOP_BIT) return 'halted';
        const phase = 30 - Math.clz32(low);
        // What stands in the queue for this instant and this phase was scheduled before: it goes
        // first.
        if (time !== this.now || queue.frontKeys[top] >= (phase + 1) * PHASE_UNIT) {
          this.fireDue(phase, low);
          continue;
        }
      }
      if (time < this.limit) this.fireTop();
      else if (this.nextBoundary < this.end) this.passBoundary();
      else return top === 0 ? 'drained' : 'horizon';
    }
  }

  /** Handles the oldest event in the instant queue of a phase. */
  private fireDue(phase: number, bit: number): void {
    const queue = this.instants[phase];
    const at = queue.take();
    const data = queue.data;
    if (queue.tail === 0) this.hot &= ~bit;
    this.phase = phase;
    this.events++;
    this.dueEvents++;
    this.handlers[data[at]](data[at + 1], data[at + 2], data[at + 3]);
  }

  /** Takes the first entry off the queue and handles it, unless it is a timer that has died. */
  private fireTop(): void {
    const queue = this.queue;
    const top = queue.front;
    const time = queue.frontTimes[top];
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
      const lane = this.lanes[target];
      if (op === LANE_HEAD) {
        target = lane.indices[lane.head];
        a = lane.stamps[lane.head];
        this.advanceLane(lane);
      } else {
        target = a;
        a = b;
        queue.pop();
      }
      if (lane.owner.stamp[target] !== a) return;
      op = lane.op;
      b = 0;
    }
    if (time !== this.now) {
      this.now = time;
      this.instantStart = this.events;
    }
    this.phase = phase;
    this.events++;
    this.handlers[op](target, a, b);
  }

  /**
   * Called when `events` has reached `guard`: why the run must end, or null and a new guard. A
   * guard that is too low costs a call, so an instant only writes down where it began.
   */
  private check(maxEvents: number): StopReason | null {
    const handled = this.events - this.firstEvent;
    if (handled >= maxEvents) return 'budget';
    const here = this.events - this.instantStart;
    if (here > INSTANT_LIMIT) return 'instant';
    if (here >= INSTANT_SUSPECT) this.rememberNext();
    const step = here >= INSTANT_SUSPECT ? 1 : INSTANT_SUSPECT - here;
    this.guard = this.events + Math.min(step, maxEvents - handled);
    return null;
  }

  /** Takes the head off a lane and puts the next live timer in its place in the queue. */
  private advanceLane(lane: Lane): void {
    const held = lane.length;
    lane.advance();
    this.inLanes += lane.length - held;
    if (lane.length > 0) {
      this.queue.delayTop(lane.times[lane.head], lane.phase, lane.sequences[lane.head]);
    } else {
      this.inLanes++;
      this.queue.pop();
    }
  }

  private passBoundary(): void {
    const k = this.boundaryIndex++;
    const times = this.boundaryTimes;
    if (this.now !== times[k]) {
      this.now = times[k];
      this.instantStart = this.events;
    }
    this.nextBoundary = k + 1 < times.length ? times[k + 1] : Infinity;
    this.limit = Math.min(this.end, this.nextBoundary);
    this.onBoundary(k);
  }

  /** Keeps op and target of what is due next; only an instant that runs over pays for it. */
  private rememberNext(): void {
    let data = this.queue.payload;
    let at = this.queue.topOffset();
    if (this.hot >> 1 !== 0) {
      const queue = this.instants[30 - Math.clz32(this.hot & -this.hot & ~STOP_BIT)];
      data = queue.data;
      at = queue.nextOffset();
    }
    const op = data[at];
    if (op > LANE_TIMER) this.last.add(op, data[at + 1]);
    else this.last.add(this.lanes[data[at + 1]].op, data[at + 2]);
  }

  /** The next sequence number, with a slot left in the queue for it. */
  private nextSequence(): number {
    if (this.queue.freeCount === 0) this.growQueue();
    if (this.sequence >= this.sequenceLimit) this.renumber();
    return this.sequence++;
  }

  private growQueue(): void {
    if (this.sequence >= this.queue.sequenceLimit / 2) this.renumber();
    this.queue.grow();
    this.sequenceLimit = Math.min(this.queue.sequenceLimit, this.sequenceLimit);
  }

  private renumber(): void {
    this.sequence = renumber(this.queue, this.lanes);
    const limit = this.queue.sequenceLimit;
    invariant(this.sequence < limit, 'sequence-exhausted');
    this.sequenceLimit = Math.min(limit, this.sequence + this.renumberEvery);
  }
}
