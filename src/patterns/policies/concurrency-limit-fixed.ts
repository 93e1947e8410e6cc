import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { ServerLimiter, type LimitRule } from '../mechanisms/concurrency-limiter.js';
import { Semaphore } from '../mechanisms/semaphore.js';
import { CONCURRENCY_LIMIT } from '../mechanisms/families.js';

const schema = z.strictObject({
  limit: whole({ min: 1 }).describe(
    'Limit on calls in flight, per state (by default each instance of the caller and each ' +
      'callee; at a server, the requests in each instance). The next call is refused. Unit: ' +
      'calls. Required.',
  ),
});

class FixedRule implements LimitRule {
  constructor(private readonly most: number) {}

  limit(): number {
    return this.most;
  }

  ended(): void {
    // A fixed limit learns nothing.
  }

  reset(): void {
    // A fixed limit has no state.
  }

  isFresh(): boolean {
    return true;
  }
}

/** `concurrencyLimit` of kind `fixed`: a constant limit. */
export const concurrencyLimitFixed: PolicyKind<'concurrencyLimit', typeof schema> = {
  ...CONCURRENCY_LIMIT,
  kind: 'fixed',
  isDefault: true,
  summary: 'A constant limit on calls in flight, a baseline for the adaptive ones.',
  sources: ['Netflix/concurrency-limits FixedLimit.java'],
  schema,
  example: 'concurrencyLimit: { limit: 2 }\n',
  traits: ({ limit }) => ({ highest: limit, adapts: false }),
  create: (config, setup) => new Semaphore(setup.ctx, config.limit, 0, null),
  gate: (config) => new ServerLimiter(new FixedRule(config.limit)),
};
