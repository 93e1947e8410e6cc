import { z } from 'zod';
import type { BalancerKind, BalancerState } from '../../contracts/patterns/balancer.js';

const schema = z.strictObject({});

class First implements BalancerState {
  pick(candidates: Int32Array): number {
    return candidates[0];
  }
}

/** `loadBalancing` of kind `first`: the default of a gRPC client (pick_first). */
export const first: BalancerKind<typeof schema> = {
  balancer: 'first',
  summary: 'Always the first instance that is up; the others receive calls only when it is down.',
  sources: ['grpc doc/load-balancing.md, pick_first'],
  schema,
  blind: true,
  create: () => new First(),
};
