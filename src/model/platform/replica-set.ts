import { invariant } from '../../kernel/invariant.js';
import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../data/instances/instance.js';
import type { Fleet } from '../data/instances/fleet.js';

/** Sets whether an instance exists at all. */
export type Scale = (instance: Instance, absent: boolean) => void;

/** Something with a desired number of instances. */
export interface Scalable {
  readonly wanted: number;
  scaleTo(count: number): void;
}

/**
 * A component's places for identical instances, of which a desired number is filled. A removed instance leaves its
 * place to a later one.
 */
export class ReplicaSet implements Scalable {
  constructor(
    readonly own: readonly Instance[],
    private readonly fleet: Fleet,
    private readonly scale: Scale,
  ) {}

  /** The desired number of instances. */
  get wanted(): number {
    let count = 0;
    for (const { absent } of this.own) if (!absent) count++;
    return count;
  }

  scaleTo(count: number): void {
    invariant(count >= 0 && count <= this.own.length, 'every wanted instance has a place');
    const { wanted } = this;
    if (count > wanted) this.add(count - wanted);
    else if (count < wanted) this.remove(wanted - count);
  }

  /** Fills places in the zone with the fewest instances, the first of several. */
  private add(count: number): void {
    const there = new Map<number, number>();
    for (const { absent, zone } of this.own) {
      there.set(zone, (there.get(zone) ?? 0) + (absent ? 0 : 1));
    }
    // Places whose last instance is still ending, or that a fault keeps down, come last.
    const isHeld = ({ leaving, killed, dying, stopRequested }: Instance): boolean =>
      leaving || killed || dying || stopRequested;
    const empty = this.own.filter(({ absent }) => absent);
    const places = [...empty.filter((it) => !isHeld(it)), ...empty.filter(isHeld)];
    const free = empty.filter((it) => !isHeld(it)).length;
    const taken = new Set<Instance>();
    const most = Math.min(count, places.length);
    for (let k = 0; k < most; k++) {
      const from = taken.size < free ? 0 : free;
      const until = taken.size < free ? free : places.length;
      let next: Instance | null = null;
      for (let at = from; at < until; at++) {
        const one = places[at];
        if (taken.has(one)) continue;
        if (next === null || there.get(one.zone)! < there.get(next.zone)!) next = one;
      }
      invariant(next !== null, 'an instance is added to an empty place');
      taken.add(next!);
      there.set(next!.zone, there.get(next!.zone)! + 1);
    }
    for (const instance of taken) this.scale(instance, false);
  }

  /**
   * Removes instances that are not started, about to end or not ready first, then those ready for the shortest time
   * (controller_utils.go, ActivePodsWithRanks).
   */
  private remove(count: number): void {
    const rank = (instance: Instance): number =>
      instance.down || isDeleted(instance) ? 0 : instance.unready ? 1 : 2;
    const since = ({ index }: Instance): Ns => this.fleet.upSince[index];
    const going = this.own
      .filter(({ absent }) => !absent)
      .sort((a, b) => {
        const byState = rank(a) - rank(b);
        if (byState !== 0) return byState;
        return since(a) === since(b) ? b.index - a.index : since(b) > since(a) ? 1 : -1;
      });
    for (const instance of going.slice(0, count)) this.scale(instance, true);
  }
}

/** A fault is ending this instance to replace it, so its metrics no longer count. */
export function isDeleted({ stopRequested, leaving }: Instance): boolean {
  return stopRequested && leaving;
}
