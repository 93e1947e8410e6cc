import { invariant } from '../../../kernel/invariant.js';
import { fixedUnit, type StreamKey } from '../../../kernel/rng.js';
import type { Subset } from '../../../contracts/scenario/balancing.js';

/** Draw numbers of the shuffle; draws of places on rings and in tables count up from 0. */
const SHUFFLE = 1 << 21;

/**
 * The instances that one calling instance may see, in its order of preference.
 *
 * Deterministic: each round shuffles the instances once, the same for all callers, and cuts them into one subset per
 * caller. So every instance has the same number of callers. Random: each caller shuffles for itself.
 */
export function ordered(
  { size, kind }: Subset,
  instances: number,
  caller: number,
  shared: StreamKey,
  own: StreamKey,
): Int32Array {
  if (kind === 'random') return shuffled(instances, own, caller);
  const subsets = Math.floor(instances / size);
  const order = shuffled(instances, shared, Math.floor(caller / subsets));
  const start = (caller % subsets) * size;
  return order.slice(start, start + size);
}

function shuffled(instances: number, key: StreamKey, of: number): Int32Array {
  const order = Int32Array.from({ length: instances }, (_, index) => index);
  for (let k = instances - 1; k > 0; k--) {
    const other = Math.floor(fixedUnit(key.a, key.b, of, 0, SHUFFLE + k) * (k + 1));
    const swapped = order[k];
    order[k] = order[other];
    order[other] = swapped;
  }
  return order;
}

/** The subset of instances that one caller sees. It picks and counts shut instances only within its subset. */
export class Subsetting {
  /** The instances found by the last gather(), in the order of their numbers. */
  readonly members: Int32Array;
  private readonly order: Int32Array;
  private readonly size: number;
  /** Candidates of the last call. */
  private readonly known: Int32Array;
  private knownCount = -1;
  private memberCount = 0;
  private readonly isUp: Uint8Array;

  constructor(order: Int32Array, size: number, instances: number) {
    this.order = order;
    this.size = size;
    this.known = new Int32Array(instances);
    this.members = new Int32Array(order.length);
    this.isUp = new Uint8Array(instances);
  }

  /** Fills `members` with the candidates of the subset and returns their number. */
  gather(candidates: Int32Array, count: number): number {
    if (!this.isKnown(candidates, count)) this.fill(candidates, count);
    return this.memberCount;
  }

  private isKnown(candidates: Int32Array, count: number): boolean {
    if (count !== this.knownCount) return false;
    for (let k = 0; k < count; k++) if (candidates[k] !== this.known[k]) return false;
    return true;
  }

  private fill(candidates: Int32Array, count: number): void {
    const { order, isUp, members } = this;
    isUp.fill(0);
    for (let k = 0; k < count; k++) isUp[(this.known[k] = candidates[k])] = 1;
    this.knownCount = count;
    let found = 0;
    for (const index of order) {
      if (found === this.size) break;
      if (isUp[index] === 1) members[found++] = index;
    }
    // If no instance of the subset is up, its members are called anyway and refuse.
    if (found === 0) {
      members.set(order);
      found = order.length;
    }
    members.subarray(0, found).sort();
    invariant(found <= this.size, 'a caller knows no more instances than its subset has');
    this.memberCount = found;
  }
}
