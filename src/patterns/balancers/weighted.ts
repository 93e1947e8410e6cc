import { z } from 'zod';
import type { BalancerKind, BalancerState } from '../../contracts/patterns/balancer.js';
import { requiredWeights, weightsOf } from '../mechanisms/instance-weights.js';
import { SmoothRounds } from '../mechanisms/smooth-rounds.js';

const schema = z.strictObject({ weights: requiredWeights() });

class Weighted implements BalancerState {
  private readonly rounds = new SmoothRounds(this.weights.length);

  constructor(private readonly weights: Float64Array) {}

  pick(candidates: Int32Array, count: number): number {
    const { rounds, weights } = this;
    rounds.begin();
    for (let k = 0; k < count; k++) rounds.offer(candidates[k], weights[candidates[k]]);
    return rounds.take();
  }

  reset(): void {
    this.rounds.reset();
  }
}

/** `loadBalancing` of kind `weighted`: smooth weighted round robin. */
export const weighted: BalancerKind<typeof schema> = {
  balancer: 'weighted',
  summary:
    'Picks each instance in proportion to its weight, spread over the round: 5, 1, 1 gives a ' +
    'a b a c a a.',
  sources: ['Nginx ngx_http_upstream_round_robin.c (smooth weighted balancing)'],
  schema,
  create: (config, { size }) => new Weighted(weightsOf(config.weights, size)),
};
