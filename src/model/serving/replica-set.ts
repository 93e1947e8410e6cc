import type { Ns } from '../../kernel/time.js';
import { LEAVING } from '../instance.js';
import type { Instance } from '../instance.js';
import type { Fleet } from '../world.js';

/** Changes whether an instance is to be there at all. */
export type Scale = (instance: Instance, absent: boolean) => void;

/**
 * Places of a component for instances that are alike, of which so many are to be filled. One that is taken away leaves
 * its place to the next that comes.
 */
export class ReplicaSet {
  readonly own: readonly Instance[];
  private readonly fleet: Fleet;
  private readonly scale: Scale;

  constructor(own: readonly Instance[], fleet: Fleet, scale: Scale) {
    this.own = own;
    this.fleet = fleet;
    this.scale = scale;
  }

  /** How many there are to be. */
  get wanted(): number {
    let count = 0;
    for (const { absent } of this.own) if (!absent) count++;
    return count;
  }

  /** Fills places where the fewest are, where nobody is held up; of several the first. Gives who is to come. */
  add(count: number): readonly Instance[] {
    const there = new Map<number, number>();
    for (const { absent, zone } of this.own) {
      there.set(zone, (there.get(zone) ?? 0) + (absent ? 0 : 1));
    }
    // Whoever is still ending, or what a fault keeps from starting, comes last.
    const isHeld = ({ leaving, killed, dying, dismissed }: Instance): boolean =>
      leaving !== LEAVING.no || killed || dying || dismissed;
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
      taken.add(next!);
      there.set(next!.zone, there.get(next!.zone)! + 1);
    }
    for (const instance of taken) this.scale(instance, false);
    return [...taken];
  }

  /** Who is not started, is about to end or not ready first, then who is ready for the shortest time (controller_utils.go, ActivePodsWithRanks). */
  remove(count: number): void {
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

/** A fault has it ended, and another one is to come: what it does still says nothing of that. */
export function isDeleted({ dismissed, leaving }: Instance): boolean {
  return dismissed && leaving !== LEAVING.no;
}
