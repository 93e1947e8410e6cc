import { invariant } from '../kernel/invariant.js';
import { Slots, widenFloat64, widenInt32, widenUint8 } from '../kernel/pool.js';

/** Layers a frame can hold at most: the entered-mask has 30 usable bits. */
const MAX_LAYERS = 30;

/** Attempts whose place is remembered, so that the next one goes elsewhere. */
export const PLACES = 8;

/** Bits of `avoid`: what the attempts of a frame keep away from. */
export const AVOID = Object.freeze({
  /** Instances where the original or another fork of the call has been. */
  siblings: 1,
  /** Instances that earlier attempts of this frame have tried. */
  tried: 2,
} as const);

/**
 * Columns of frames: a frame is one call as its caller sees it, from the call to its one outcome.
 *
 * `stamp` and `word` have one entry per (frame, layer): index = frame << shift | layer; layer `depth`
 * is the wire. Stamps survive the reuse of a slot and only grow, so a timer knows when it is stale.
 * Hold this object, never a column: growth replaces the columns.
 */
export class Frames {
  readonly slots = new Slots(256);
  /** log2 of the stamps per frame. */
  readonly shift: number;
  /** Place of the first layer in the world's list of layers, and number of layers. */
  chain: Int32Array = new Int32Array(0);
  depth: Uint8Array = new Uint8Array(0);
  /** First layer of this frame; above 0 for forks, and 0 with a parent for a call made instead. */
  base: Uint8Array = new Uint8Array(0);
  /** Layer in which the frame waits to be granted, or -1. */
  parked: Int32Array = new Int32Array(0);
  /** Bit i: layer i was entered and not yet left. */
  entered: Int32Array = new Int32Array(0);
  /** Strand that made the call, its stamp at that moment, and the frame this one was forked from. */
  owner: Int32Array = new Int32Array(0);
  ownerStamp: Int32Array = new Int32Array(0);
  parent: Int32Array = new Int32Array(0);
  /** Layer of the parent that made it; only of frames with a parent. */
  under: Uint8Array = new Uint8Array(0);
  lineageA: Int32Array = new Int32Array(0);
  lineageB: Int32Array = new Int32Array(0);
  /** Number of the current try, 1 for the first, and its strand or -1. */
  attempt: Int32Array = new Int32Array(0);
  job: Int32Array = new Int32Array(0);
  edge: Int32Array = new Int32Array(0);
  /** Calling instance. */
  caller: Int32Array = new Int32Array(0);
  /** Measuring cell in which the call was made, -1 outside the measured time. */
  cell: Int32Array = new Int32Array(0);
  /** 1 once an attempt may have been executed without our knowing. */
  ambiguous: Uint8Array = new Uint8Array(0);
  /** 1 once the frame was forked: more than one attempt of its call may be executed. */
  hedged: Uint8Array = new Uint8Array(0);
  /** AVOID bits. */
  avoid: Uint8Array = new Uint8Array(0);
  /** Callee instance (index within its component) of the last attempt, -1 before the first. */
  place: Int32Array = new Int32Array(0);
  /** Callee instances of the last PLACES attempts of forks, -1 = none, and how many there were. */
  forkPlaces: Int32Array = new Int32Array(0);
  forkCount: Int32Array = new Int32Array(0);
  /** Callee instances of earlier attempts of this frame, and how many there were; see AVOID.tried. */
  triedPlaces: Int32Array = new Int32Array(0);
  triedCount: Int32Array = new Int32Array(0);
  start: Float64Array = new Float64Array(0);
  /** Absolute end of the call; Infinity without a deadline. */
  deadline: Float64Array = new Float64Array(0);
  /** What the last hinted answer said, see CallContext.hint; stale where the outcome is not HINTED. */
  hint: Float64Array = new Float64Array(0);
  stamp: Int32Array = new Int32Array(0);
  word: Int32Array = new Int32Array(0);

  constructor(deepestChain: number) {
    invariant(deepestChain <= MAX_LAYERS, 'chain-too-deep');
    let shift = 0;
    while (1 << shift < deepestChain + 1) shift++;
    this.shift = shift;
    this.slots.onGrow((capacity) => this.widen(capacity));
  }

  /** A frame with everything cleared that a call relies on. */
  open(): number {
    const frame = this.slots.take();
    this.ambiguous[frame] = 0;
    this.hedged[frame] = 0;
    this.avoid[frame] = 0;
    this.place[frame] = -1;
    this.entered[frame] = 0;
    this.parked[frame] = -1;
    this.attempt[frame] = 1;
    this.base[frame] = 0;
    this.parent[frame] = -1;
    this.job[frame] = -1;
    return frame;
  }

  private widen(capacity: number): void {
    this.chain = widenInt32(this.chain, capacity);
    this.depth = widenUint8(this.depth, capacity);
    this.base = widenUint8(this.base, capacity);
    this.parked = widenInt32(this.parked, capacity);
    this.entered = widenInt32(this.entered, capacity);
    this.owner = widenInt32(this.owner, capacity);
    this.ownerStamp = widenInt32(this.ownerStamp, capacity);
    this.parent = widenInt32(this.parent, capacity);
    this.under = widenUint8(this.under, capacity);
    this.lineageA = widenInt32(this.lineageA, capacity);
    this.lineageB = widenInt32(this.lineageB, capacity);
    this.attempt = widenInt32(this.attempt, capacity);
    this.job = widenInt32(this.job, capacity);
    this.edge = widenInt32(this.edge, capacity);
    this.caller = widenInt32(this.caller, capacity);
    this.cell = widenInt32(this.cell, capacity);
    this.ambiguous = widenUint8(this.ambiguous, capacity);
    this.hedged = widenUint8(this.hedged, capacity);
    this.avoid = widenUint8(this.avoid, capacity);
    this.place = widenInt32(this.place, capacity);
    this.forkPlaces = widenInt32(this.forkPlaces, capacity * PLACES);
    this.forkCount = widenInt32(this.forkCount, capacity);
    this.triedPlaces = widenInt32(this.triedPlaces, capacity * PLACES);
    this.triedCount = widenInt32(this.triedCount, capacity);
    this.start = widenFloat64(this.start, capacity);
    this.deadline = widenFloat64(this.deadline, capacity);
    this.hint = widenFloat64(this.hint, capacity);
    this.stamp = widenInt32(this.stamp, capacity << this.shift);
    this.word = widenInt32(this.word, capacity << this.shift);
  }
}
