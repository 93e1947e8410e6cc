import { z } from 'zod';
import { unit } from '../../kernel/rng.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';

const schema = z.strictObject({
  weights: weightsField(
    'Each instance has weight / greatest common divisor places on the wheel, which is shuffled.',
  ),
});

/** Index of the shuffle draws, far above the indices of attempts, which count up from 0. */
const SHUFFLE = 4096;

/**
 * Kong's round robin: a wheel with places by weight, shuffled by each worker, and a pointer that advances with each
 * pick, including those of retries. Instances that must not be picked keep their places.
 */
class Wheel implements BalancerState {
  private picks = 0;
  private wheels = 0;
  private pointer = 0;
  private readonly wheel: Int32Array = placesOf(this.weights);
  /** Number of the pick in which each instance was last offered. */
  private readonly offered = new Float64Array(this.weights.length);

  constructor(
    private readonly weights: Float64Array,
    private readonly setup: BalancerSetup,
  ) {
    this.shuffle();
  }

  pick(candidates: Int32Array, count: number): number {
    const { wheel, offered } = this;
    const pick = ++this.picks;
    for (let k = 0; k < count; k++) offered[candidates[k]] = pick;
    // The pointer moves first, so its starting place is checked last.
    for (let left = wheel.length; left > 0; left--) {
      if (++this.pointer >= wheel.length) this.pointer = 0;
      const instance = wheel[this.pointer];
      if (offered[instance] === pick) return instance;
    }
    return -1;
  }

  reset(): void {
    this.wheel.set(placesOf(this.weights));
    this.pointer = 0;
    this.shuffle();
  }

  /** Fisher and Yates, from the end. */
  private shuffle(): void {
    const { wheel } = this;
    const { picks, caller } = this.setup;
    const nth = this.wheels++;
    for (let i = wheel.length - 1; i > 0; i--) {
      const j = Math.floor(unit(picks.a, picks.b, caller, nth, SHUFFLE + i) * (i + 1));
      const other = wheel[j];
      wheel[j] = wheel[i];
      wheel[i] = other;
    }
  }
}

/** The places of a wheel before it is shuffled: instances in order, each as often as its share asks. */
function placesOf(weights: Float64Array): Int32Array {
  const divisor = weights.reduce((a, b) => commonDivisor(a, b), 0);
  const places: number[] = [];
  weights.forEach((weight, instance) => {
    for (let k = 0; k < weight / divisor; k++) places.push(instance);
  });
  return Int32Array.from(places);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** `loadBalancing` of kind `kong`: round robin of Kong's upstreams. */
export const kong: BalancerKind<typeof schema> = {
  balancer: 'kong',
  summary:
    "Kong's round robin: a wheel with places by weight; each calling instance shuffles its " +
    "own. Instances that are down keep their places, because Kong's health checks are off.",
  sources: ['Kong/kong kong/runloop/balancer/round_robin.lua, targets.lua, upstreams.lua'],
  schema,
  fixedList: true,
  create: (config, setup) => new Wheel(weightsOf(config.weights, setup.size), setup),
};
