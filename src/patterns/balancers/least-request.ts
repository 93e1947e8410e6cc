import { z } from 'zod';
import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { BalancerKind, BalancerSetup, BalancerState } from '../../spec/balancer.js';
import { whole } from '../../spec/quantities.js';

const schema = z.strictObject({
  choices: whole({ min: 1, max: 1000 })
    .prefault(2)
    .describe('Instances looked at, drawn one by one. Unit: count. Defaults to 2.'),
});

/** Envoy: independent choices that may coincide; the first wins a tie. */
class LeastRequest implements BalancerState {
  private readonly picks: StreamKey;
  private readonly outstanding: Int32Array;
  private readonly choices: number;

  constructor(setup: BalancerSetup, choices: number) {
    this.picks = setup.picks;
    this.outstanding = setup.outstanding;
    this.choices = choices;
  }

  pick(candidates: Int32Array, count: number, a: number, b: number): number {
    const { picks, outstanding } = this;
    let chosen = candidates[Math.floor(unit(picks.a, picks.b, a, b, 0) * count)];
    for (let k = 1; k < this.choices; k++) {
      const other = candidates[Math.floor(unit(picks.a, picks.b, a, b, k) * count)];
      if (outstanding[other] < outstanding[chosen]) chosen = other;
    }
    return chosen;
  }
}

/** `loadBalancing` of kind `leastRequest`: the power of two choices. */
export const leastRequest: BalancerKind<typeof schema> = {
  balancer: 'leastRequest',
  summary:
    'Of a few instances drawn at random the one to which this caller has the fewest requests under way.',
  sources: ['Envoy least_request_lb.cc, load_balancers.rst', 'Mitzenmacher 2001'],
  schema,
  create: (config, setup) => new LeastRequest(setup, config.choices),
};
