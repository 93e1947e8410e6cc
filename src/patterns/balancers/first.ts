import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';

const schema = z.strictObject({});

class First implements BalancerState {
  private current = -1;
  /** The instance before `current`, and the time of the change. */
  private former = -1;
  private since: Ns = 0;

  constructor(private readonly setup: BalancerSetup) {}

  pick(candidates: Int32Array, count: number): number {
    const { current, former } = this;
    // A retry that leaves out the instance that it has tried breaks no connection.
    if (this.isConnected(former) && isAmong(former, candidates, count)) {
      this.current = former;
      this.former = -1;
    } else if (!this.isConnected(current) || !isAmong(current, candidates, count)) {
      this.former = this.isConnected(current) ? current : -1;
      this.current = candidates[0];
      this.since = this.setup.clock.now;
    }
    return this.current;
  }

  reset(): void {
    this.current = this.former = -1;
  }

  forget(instance: number): void {
    if (this.current === instance) this.current = -1;
    if (this.former === instance) this.former = -1;
  }

  /** True if the instance has not come back from an outage since it was picked. */
  private isConnected(instance: number): boolean {
    return instance >= 0 && this.setup.upSince[instance] <= this.since;
  }
}

function isAmong(instance: number, candidates: Int32Array, count: number): boolean {
  for (let k = 0; k < count; k++) if (candidates[k] === instance) return true;
  return false;
}

/** `loadBalancing` of kind `first`: the default of a gRPC client (pick_first). */
export const first: BalancerKind<typeof schema> = {
  balancer: 'first',
  summary:
    'The first instance that is up, until its connection breaks: a caller stays with the next one when the ' +
    'first is back.',
  sources: ['grpc-go balancer/pickfirst/pickfirst.go', 'grpc doc/load-balancing.md, pick_first'],
  schema,
  blind: true,
  create: (_config, setup) => new First(setup),
};
