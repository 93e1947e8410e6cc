import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { exp } from '../../kernel/math.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';

const schema = z.strictObject({
  decay: field.duration('10s', 'Time constant of the decay of measured latencies.'),
});

/** Cost of an instance that has requests in flight but no response yet: above every measured cost. */
const UNKNOWN = 1e15;

/**
 * Picks two different instances at random and takes the one with the smaller peak latency x (in flight + 1). A slower
 * response raises the peak at once, a faster one lowers it gradually. Between responses the peak decays towards 0, so
 * that an avoided instance is tried again.
 */
class PeakEwma implements BalancerState {
  private readonly picks: StreamKey = this.setup.picks;
  private readonly cost = new Float64Array(this.setup.size);
  private readonly seen = new Float64Array(this.setup.size);

  constructor(
    private readonly setup: BalancerSetup,
    private readonly decayNs: Ns,
  ) {}

  pick(candidates: Int32Array, count: number, a: number, b: number): number {
    const { picks } = this;
    const one = Math.floor(unit(picks.a, picks.b, a, b, 0) * count);
    if (count === 1) return candidates[0];
    let two = Math.floor(unit(picks.a, picks.b, a, b, 1) * (count - 1));
    if (two >= one) two++;
    const first = candidates[one];
    const second = candidates[two];
    return this.load(second) < this.load(first) ? second : first;
  }

  ended(instance: number, afterNs: Ns): void {
    this.observe(instance, afterNs);
  }

  reset(): void {
    this.cost.fill(0);
    this.seen.fill(0);
  }

  forget(instance: number): void {
    this.cost[instance] = this.seen[instance] = 0;
  }

  private load(instance: number): number {
    this.observe(instance, 0);
    const pending = this.setup.outstanding[instance];
    const cost = this.cost[instance];
    return cost === 0 && pending !== 0 ? UNKNOWN + pending : cost * (pending + 1);
  }

  private observe(instance: number, afterNs: Ns): void {
    const { now } = this.setup.clock;
    const cost = this.cost[instance];
    if (afterNs > cost) {
      this.cost[instance] = afterNs;
    } else if (cost > 0) {
      const kept = exp(-(now - this.seen[instance]) / this.decayNs);
      this.cost[instance] = cost * kept + afterNs * (1 - kept);
    }
    this.seen[instance] = now;
  }
}

/** `loadBalancing` of kind `peakEwma`: the balancer of Finagle and Linkerd. */
export const peakEwma: BalancerKind<typeof schema> = {
  balancer: 'peakEwma',
  summary:
    'Samples two instances at random and picks the one with the lower product of ' +
    'moving-average latency and load.',
  sources: ['Finagle PeakEwma.scala, P2C.scala', 'linkerd2-proxy peak_ewma.rs'],
  schema,
  create: (config, setup) => new PeakEwma(setup, config.decay),
};
