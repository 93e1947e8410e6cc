import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { whole } from '../../spec/quantities.js';
import { Semaphore } from '../mechanisms/semaphore.js';

const schema = z.strictObject({
  limit: whole({ min: 1 }).describe(
    'Calls under way at once, for each state (by default each instance of the caller and each ' +
      'callee); the next one is refused. Unit: calls. Required.',
  ),
});

/** `concurrencyLimit` of kind `fixed`: a limit that learns nothing. */
export const concurrencyLimitFixed: PolicyKind<typeof schema> = {
  policy: 'concurrencyLimit',
  kind: 'fixed',
  isDefault: true,
  summary: 'A constant limit on calls under way, against which the learning ones can be compared.',
  sources: ['Netflix/concurrency-limits FixedLimit.java'],
  level: 'attempt',
  schema,
  example: 'concurrencyLimit: { limit: 2 }\n',
  state: 'scoped',
  dryRun: true,
  create: (config, setup) => new Semaphore(setup.ctx, config.limit, 0, null),
};
