import { z } from 'zod';
import { unit } from '../../kernel/rng.js';
import type { BalancerKind, BalancerSetup, BalancerState } from '../../spec/balancer.js';
import { whole } from '../../spec/quantities.js';
import { hashedKey, isCandidate, keyField } from '../mechanisms/hashing.js';

const schema = z.strictObject({
  key: keyField,
  minimumRingSize: whole({ min: 1, max: 8_388_608 })
    .prefault(1024)
    .describe(
      'Points on the ring at least; each instance gets as many as the others. Unit: count. ' +
        'Defaults to 1024.',
    ),
});

/** A request goes to the next point clockwise of the hash of its key that belongs to an instance that is up. */
class RingHash implements BalancerState {
  private readonly setup: BalancerSetup;
  /** Places of the points in order, from 0 to 1, and whose they are. */
  private readonly points: Float64Array;
  private readonly owners: Int32Array;

  constructor(setup: BalancerSetup, minimumRingSize: number) {
    this.setup = setup;
    const each = Math.ceil(minimumRingSize / setup.size);
    const order: { at: number; owner: number }[] = [];
    for (let owner = 0; owner < setup.size; owner++) {
      for (let k = 0; k < each; k++) {
        order.push({ at: unit(setup.places.a, setup.places.b, owner, k, 0), owner });
      }
    }
    order.sort((a, b) => a.at - b.at || a.owner - b.owner);
    this.points = Float64Array.from(order, (point) => point.at);
    this.owners = Int32Array.from(order, (point) => point.owner);
  }

  pick(candidates: Int32Array, count: number, _a: number, _b: number, strand: number): number {
    const { setup, points, owners } = this;
    const hash = hashedKey(setup, strand);
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle] < hash) low = middle + 1;
      else high = middle;
    }
    for (let k = 0; k < points.length; k++) {
      const owner = owners[(low + k) % points.length];
      if (count === setup.size || isCandidate(candidates, count, owner)) return owner;
    }
    return candidates[0];
  }
}

/** `loadBalancing` of kind `ringHash`: consistent hashing on a ring. */
export const ringHash: BalancerKind<typeof schema> = {
  balancer: 'ringHash',
  summary:
    'The same instance for the same key, by a ring; one that goes hands its keys to its neighbours.',
  sources: ['Envoy ring_hash_lb.cc, load_balancers.rst', 'Karger 1997'],
  schema,
  create: (config, setup) => new RingHash(setup, config.minimumRingSize),
};
