import { z } from 'zod';
import type { BalancerKind, BalancerState } from '../../spec/balancer.js';

const schema = z.strictObject({});

class RoundRobin implements BalancerState {
  private next = 0;

  pick(candidates: Int32Array, count: number): number {
    return candidates[this.next++ % count];
  }
}

/** `loadBalancing` of kind `roundRobin`: each in turn, every caller at its own pace. */
export const roundRobin: BalancerKind<typeof schema> = {
  balancer: 'roundRobin',
  summary: 'Each instance in its turn; every calling instance keeps its own place in the round.',
  sources: ['Envoy load_balancers.rst', 'Nginx ngx_http_upstream_round_robin.c'],
  schema,
  create: () => new RoundRobin(),
};
