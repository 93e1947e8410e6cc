import { z } from 'zod';
import type { BalancerKind, BalancerState } from '../../spec/balancer.js';

const schema = z.strictObject({});

/** Looks at all instances; ties go round, as with Nginx, so that an idle callee is not always the first. */
class LeastConnections implements BalancerState {
  private readonly outstanding: Int32Array;
  private next = 0;

  constructor(outstanding: Int32Array) {
    this.outstanding = outstanding;
  }

  pick(candidates: Int32Array, count: number): number {
    const { outstanding } = this;
    const first = this.next % count;
    let best = first;
    for (let k = 1; k < count; k++) {
      const at = first + k < count ? first + k : first + k - count;
      if (outstanding[candidates[at]] < outstanding[candidates[best]]) best = at;
    }
    this.next = best + 1;
    return candidates[best];
  }

  reset(): void {
    this.next = 0;
  }
}

/** `loadBalancing` of kind `leastConnections`. */
export const leastConnections: BalancerKind<typeof schema> = {
  balancer: 'leastConnections',
  summary:
    'The instance to which this caller has the fewest requests under way, of all of them; ties in turn.',
  sources: ['Nginx ngx_http_upstream_least_conn_module.c', 'Kong least_connections.lua'],
  schema,
  create: (_config, { outstanding }) => new LeastConnections(outstanding),
};
