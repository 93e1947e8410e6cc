import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { fixedUnit } from '../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import { balanceFactorField, BoundedLoad } from '../mechanisms/bounded-load.js';
import { hashedKey, isCandidate, keyField } from '../mechanisms/hashing.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';

const schema = z.strictObject({
  key: keyField,
  minimumRingSize: field.whole(
    1024,
    'Minimum number of points on the ring; each instance gets an equal share, or a share by weight.',
    { min: 1, max: 8_388_608 },
  ),
  weights: weightsField('Points on the ring are allotted by weight.'),
  hashBalanceFactor: balanceFactorField(),
});

type Config = z.output<typeof schema>;

/** Positions of the points, ascending from 0 to 1, and the instance of each. */
interface Ring {
  readonly points: Float64Array;
  readonly owners: Int32Array;
}

function ringOf(
  { places }: BalancerSetup,
  weights: Float64Array,
  { minimumRingSize }: Config,
): Ring {
  const order: { at: number; owner: number }[] = [];
  pointsOf(weights, minimumRingSize).forEach((points, owner) => {
    for (let k = 0; k < points; k++) {
      order.push({ at: fixedUnit(places.a, places.b, owner, k, 0), owner });
    }
  });
  order.sort((a, b) => a.at - b.at || a.owner - b.owner);
  return {
    points: Float64Array.from(order, (point) => point.at),
    owners: Int32Array.from(order, (point) => point.owner),
  };
}

/** A request goes to the next point clockwise of the hash of its key that belongs to an instance that is up. */
class RingHash implements BalancerState {
  private readonly setup: BalancerSetup;
  private readonly points: Float64Array;
  private readonly owners: Int32Array;
  private readonly bound: BoundedLoad | null;

  constructor(setup: BalancerSetup, config: Config) {
    this.setup = setup;
    const { hashBalanceFactor: factor } = config;
    const { weights, points, owners } = setup.shared(() => {
      const own = weightsOf(config.weights, setup.size);
      return { weights: own, ...ringOf(setup, own, config) };
    });
    this.bound = factor === undefined ? null : new BoundedLoad(setup, factor, weights);
    this.points = points;
    this.owners = owners;
  }

  pick(candidates: Int32Array, count: number, _a: number, _b: number, strand: number): number {
    const owner = this.successor(hashedKey(this.setup, strand), candidates, count);
    return this.bound?.bounded(owner, candidates, count, strand) ?? owner;
  }

  private successor(hash: number, candidates: Int32Array, count: number): number {
    const { setup, points, owners } = this;
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
    'Maps each key to the same instance on a consistent-hash ring; when an instance leaves, ' +
    'its keys move to its neighbours.',
  sources: ['Envoy ring_hash_lb.cc, thread_aware_lb_impl.cc, load_balancers.rst', 'Karger 1997'],
  schema,
  wholeList: true,
  create: (config, setup) => new RingHash(setup, config),
};

/**
 * Points of each instance. The lightest gets a whole number; the others get what keeps the running sum in proportion.
 */
function pointsOf(weights: Float64Array, least: number): readonly number[] {
  const lightest = weights.reduce((a, b) => Math.min(a, b));
  const sum = weights.reduce((a, b) => a + b);
  const ofLightest = Math.ceil((lightest * least) / sum);
  let target = 0;
  let dealt = 0;
  return Array.from(weights, (weight) => {
    target += weight * ofLightest;
    const points = Math.ceil(target / lightest) - dealt;
    dealt += points;
    return points;
  });
}
