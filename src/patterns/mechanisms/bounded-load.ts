import type { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { fixedUnit } from '../../kernel/rng.js';
import type { BalancerSetup } from '../../contracts/patterns/balancer.js';
import { type Quantity } from '../../contracts/quantities/quantities.js';
import { keyLineage, lineageOfKey } from './hashing.js';

/** Index of these draws, above the indices of ring and table places, which count up from 0. */
const PROBE = 1 << 20;

/** `hashBalanceFactor` of the balancers that hash. */
export function balanceFactorField(): z.ZodOptional<Quantity<number>> {
  return field.whole(
    absent('no bound'),
    'Limit on the requests in flight from this caller to one instance, in percent of the mean over all instances. ' +
      'Above it the key moves on to other instances, always in the same order.',
    { unit: 'percent', min: 100, max: 100_000 },
  );
}

/**
 * Consistent hashing with bounded loads: an instance above its share of the requests in flight passes the key on. The
 * order in which the others are tried depends only on the key.
 */
export class BoundedLoad {
  private readonly order = new Int32Array(this.setup.size);

  constructor(
    private readonly setup: BalancerSetup,
    private readonly factor: number,
    private readonly weights: Float64Array,
  ) {}

  /** The hashed instance if it has room, else the first with room, else the one least above its share. */
  bounded(hashed: number, candidates: Int32Array, count: number, strand: number): number {
    const slots = this.slotsOfAll();
    let weightOfAll = 0;
    for (let k = 0; k < count; k++) weightOfAll += this.weights[candidates[k]];
    let least = hashed;
    let leastLoad = this.load(hashed, slots, weightOfAll);
    if (leastLoad <= 1) return hashed;
    const { order } = this;
    const { places } = this.setup;
    lineageOfKey(this.setup, strand);
    for (let k = 0; k < count; k++) order[k] = candidates[k];
    for (let k = 0; k < count; k++) {
      const draw = fixedUnit(places.a, places.b, keyLineage.a, keyLineage.b, PROBE + k);
      const swapped = k + Math.floor(draw * (count - k));
      const other = order[swapped];
      order[swapped] = order[k];
      order[k] = other;
      if (other === hashed) continue;
      const load = this.load(other, slots, weightOfAll);
      if (load <= 1) return other;
      if (load < leastLoad) {
        least = other;
        leastLoad = load;
      }
    }
    return least;
  }

  /** Total slots for the requests in flight, including this one, rounded up. */
  private slotsOfAll(): number {
    const { outstanding } = this.setup;
    let underWay = 0;
    for (let k = 0; k < outstanding.length; k++) underWay += outstanding[k];
    return Math.floor(((underWay + 1) * this.factor + 99) / 100);
  }

  private load(instance: number, slotsOfAll: number, weightOfAll: number): number {
    const own = Math.ceil((slotsOfAll * this.weights[instance]) / weightOfAll);
    return this.setup.outstanding[instance] / Math.max(own, 1);
  }
}
