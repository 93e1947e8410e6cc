import { invariant } from '../../../kernel/invariant.js';
import { emptyColumns, Slots, widenColumns, widenInt32 } from '../../../kernel/pool.js';

/** Initial number of slots; few runs have more calls in flight. */
const CAPACITY = 8192;

/** Maximum number of layers of a frame: the entered-mask has 30 usable bits. */
const MAX_LAYERS = 30;
/** log2 of the maximum number of stamps per frame. */
const WIDEST = 5;

/** Number of attempts whose instances are remembered, so that the next attempt can avoid them. */
export const PLACES = 8;

/** Bits of `avoid`: the instances that the attempts of a frame avoid. */
export const AVOID = Object.freeze({
  /** Instances used by the original or another fork of the call. */
  siblings: 1,
  /** Instances used by earlier attempts of this frame. */
  tried: 2,
} as const);

/**
 * Columns of frames: a frame is one call as its caller sees it, from the call to its one outcome.
 *
 * `stamp` and `word` have one entry per (frame, layer): index = frame << shift | layer; layer `depth` is the wire.
 * Stamps survive the reuse of a slot and only grow, so an outdated timer is recognized. Keep a reference to this
 * object, never to a column: growth replaces the columns.
 */
class Frames {
  readonly slots = new Slots(CAPACITY);
  /** log2 of the stamps per frame. */
  shift = 0;
  /** Place of the first layer in the world's list of layers, and number of layers. */
  chain: Int32Array = new Int32Array(CAPACITY);
  depth: Uint8Array = new Uint8Array(CAPACITY);
  /** First layer of this frame; above 0 for forks, and 0 with a parent for a call made instead. */
  base: Uint8Array = new Uint8Array(CAPACITY);
  /** Layer in which the frame waits to be granted, or -1. */
  parked: Int32Array = new Int32Array(CAPACITY);
  /** Bit i: layer i was entered and not yet left. */
  entered: Int32Array = new Int32Array(CAPACITY);
  /** Strand that made the call, its stamp at that time, and the frame this one was forked from. */
  owner: Int32Array = new Int32Array(CAPACITY);
  ownerStamp: Int32Array = new Int32Array(CAPACITY);
  parent: Int32Array = new Int32Array(CAPACITY);
  /** Layer of the parent that made it; only for frames with a parent. */
  under: Uint8Array = new Uint8Array(CAPACITY);
  lineageA: Int32Array = new Int32Array(CAPACITY);
  lineageB: Int32Array = new Int32Array(CAPACITY);
  /** The operation of a call made by a strand whose operation is not its lineage, see model/data/strands/operations.ts. */
  operation: Uint8Array = new Uint8Array(CAPACITY);
  operationA: Int32Array = new Int32Array(CAPACITY);
  operationB: Int32Array = new Int32Array(CAPACITY);
  /** Number of the current attempt, 1 for the first, and its strand or -1. */
  attempt: Int32Array = new Int32Array(CAPACITY);
  job: Int32Array = new Int32Array(CAPACITY);
  edge: Int32Array = new Int32Array(CAPACITY);
  /** Calling instance. */
  caller: Int32Array = new Int32Array(CAPACITY);
  /** Measuring cell in which the call was made, -1 outside the measured time. */
  cell: Int32Array = new Int32Array(CAPACITY);
  /** 1 once an attempt may have been executed without the caller knowing. */
  ambiguous: Uint8Array = new Uint8Array(CAPACITY);
  /** 1 once the frame was forked: more than one attempt of its call may be executed. */
  hedged: Uint8Array = new Uint8Array(CAPACITY);
  /** AVOID bits. */
  avoid: Uint8Array = new Uint8Array(CAPACITY);
  /** Callee instance (index within its component) of the last attempt, -1 before the first. */
  place: Int32Array = new Int32Array(CAPACITY);
  /** Callee instances of the last PLACES attempts of forks, and their total number. */
  forkPlaces: Int32Array = new Int32Array(CAPACITY * PLACES);
  forkCount: Int32Array = new Int32Array(CAPACITY);
  /** Callee instances of earlier attempts of this frame, and their total number; see AVOID.tried. */
  triedPlaces: Int32Array = new Int32Array(CAPACITY * PLACES);
  triedCount: Int32Array = new Int32Array(CAPACITY);
  start: Float64Array = new Float64Array(CAPACITY);
  /** Absolute end of the call; Infinity without a deadline. */
  deadline: Float64Array = new Float64Array(CAPACITY);
  /** Retry hint of the last hinted answer, see CallContext.hint; stale if the outcome is not HINTED. */
  hint: Float64Array = new Float64Array(CAPACITY);
  stamp: Int32Array = new Int32Array(CAPACITY << WIDEST);
  word: Int32Array = new Int32Array(CAPACITY << WIDEST);

  constructor() {
    this.reset(0);
  }

  /**
   * Empties all columns for another run. Columns that have grown are recreated at their initial size. `deepestChain`:
   * number of layers of its longest chain.
   */
  reset(deepestChain: number): void {
    invariant(deepestChain <= MAX_LAYERS, 'a chain has no more layers than bits');
    const { slots } = this;
    emptyColumns<Frames>(this, slots, CAPACITY, ENTRIES);
    for (const name of LAYER_COLUMNS) {
      if (slots.hasGrown) this[name] = new Int32Array(CAPACITY << WIDEST);
      else this[name].fill(0, 0, slots.touched << this.shift);
    }
    let shift = 0;
    while (1 << shift < deepestChain + 1) shift++;
    this.shift = shift;
    slots.reset();
    slots.onGrow((capacity) => {
      if (capacity > CAPACITY) this.widen(capacity);
    });
  }

  /** Takes a frame and clears everything that a call relies on. */
  open(): number {
    const frame = frames.slots.take();
    frames.ambiguous[frame] = 0;
    frames.hedged[frame] = 0;
    frames.operation[frame] = 0;
    frames.avoid[frame] = 0;
    frames.place[frame] = -1;
    frames.entered[frame] = 0;
    frames.parked[frame] = -1;
    frames.attempt[frame] = 1;
    frames.base[frame] = 0;
    frames.parent[frame] = -1;
    frames.job[frame] = -1;
    return frame;
  }

  /** `stamp` and `word` start wide enough for any chain. */
  private widen(capacity: number): void {
    widenColumns<Frames>(this, capacity, ENTRIES);
    const entries = Math.max(CAPACITY << WIDEST, capacity << this.shift);
    for (const name of LAYER_COLUMNS) this[name] = widenInt32(this[name], entries);
  }
}

/** The frame of the call that a fork belongs to. A frame that its caller has left is a call of its own. */
export function originalOf(frame: number): number {
  let original = frame;
  while (frames.base[original] > 0 && frames.parent[original] >= 0) {
    original = frames.parent[original];
  }
  return original;
}

/** By frame and layer. */
const LAYER_COLUMNS = ['stamp', 'word'] as const;
const ENTRIES = { forkPlaces: PLACES, triedPlaces: PLACES, stamp: 0, word: 0 };

/** The frames of the current run of this thread; see `strands` for why they are a module constant. */
export const frames = new Frames();
