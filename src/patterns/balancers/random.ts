import { z } from 'zod';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { BalancerKind, BalancerState } from '../../contracts/patterns/balancer.js';

const schema = z.strictObject({});

class Random implements BalancerState {
  constructor(private readonly picks: StreamKey) {}

  pick(candidates: Int32Array, count: number, a: number, b: number): number {
    return candidates[Math.floor(unit(this.picks.a, this.picks.b, a, b, 0) * count)];
  }
}

export const random: BalancerKind<typeof schema> = {
  balancer: 'random',
  summary: 'Picks any instance with equal probability.',
  sources: ['Envoy load_balancers.rst'],
  schema,
  blind: true,
  create: (_config, { picks }) => new Random(picks),
};
