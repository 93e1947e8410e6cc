import { z } from 'zod';
import type { BalancerKind, BalancerState } from '../../contracts/patterns/balancer.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';

const schema = z.strictObject({
  weights: weightsField(
    'Picks the lowest (requests in flight + 1) / weight, as Kong does, so an idle callee gets ' +
      'its first request on the heaviest instance.',
  ),
});

/** Checks all instances. Ties rotate, as in nginx, so that the first idle instance is not always picked. */
class LeastConnections implements BalancerState {
  private next = 0;

  constructor(
    private readonly outstanding: Int32Array,
    private readonly weights: Float64Array,
  ) {}

  pick(candidates: Int32Array, count: number): number {
    const first = this.next % count;
    let best = first;
    for (let k = 1; k < count; k++) {
      const at = first + k < count ? first + k : first + k - count;
      if (this.isLess(candidates[at], candidates[best])) best = at;
    }
    this.next = best + 1;
    return candidates[best];
  }

  /** Cross-multiplied, so that equal loads compare as equal. */
  private isLess(a: number, b: number): boolean {
    const { outstanding, weights } = this;
    return (outstanding[a] + 1) * weights[b] < (outstanding[b] + 1) * weights[a];
  }

  reset(): void {
    this.next = 0;
  }
}

export const leastConnections: BalancerKind<typeof schema> = {
  balancer: 'leastConnections',
  summary:
    'The instance with the fewest requests in flight from this caller; ties are broken in turn.',
  sources: ['Nginx ngx_http_upstream_least_conn_module.c', 'Kong least_connections.lua'],
  schema,
  create: ({ weights }, { size, outstanding }) =>
    new LeastConnections(outstanding, weightsOf(weights, size)),
};
