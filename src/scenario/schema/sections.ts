import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import { nameText } from '../../spec/fields/common.js';
import { choice, cost, timeLimit } from '../../spec/quantities/fields.js';

export interface TransactionOutput<Step> {
  readonly database: string;
  readonly steps: readonly Step[];
  readonly commit: Distribution;
  readonly key?: string | undefined;
}

export interface LockOutput<Step> {
  readonly on: string;
  readonly steps: readonly Step[];
  readonly acquireTimeout: number | null;
  readonly scope: 'instance' | 'service' | 'global';
}

/** A `transaction` step. */
export function transactionSchema(steps: z.ZodType): z.ZodType {
  return z.strictObject({
    database: nameText().describe('Name of the database. Required.'),
    steps: steps.describe(
      'Steps of the transaction. They use one connection, held from before the first step until after the commit, ' +
        'for queries of this database; branches of `parallel` and background steps use their own. A failure rolls ' +
        'back. Required.',
    ),
    commit: cost().describe(
      'Time of the commit at the server. Unit: distribution. Defaults to 0ms.',
    ),
    key: nameText()
      .optional()
      .describe(
        'With a sharded database: key whose value selects the shard of the transaction and all its queries. ' +
          'Defaults to the key of the shards.',
      ),
  });
}

/** A `lock` step. */
export function lockSchema(steps: z.ZodType): z.ZodType {
  return z.strictObject({
    on: nameText().describe(
      'Key: requests with the same value wait for each other, in FIFO order. Required.',
    ),
    steps: steps.describe('Steps that run while the lock is held. Required.'),
    acquireTimeout: timeLimit().describe(
      'Longest wait for the lock; then the step fails with `timeout`. Unit: duration or `none`. ' +
        'Defaults to none.',
    ),
    scope: choice(['instance', 'service', 'global'], 'instance').describe(
      'Scope of the lock: requests of one instance, of all instances of the service, or all steps that lock on ' +
        'this key. Defaults to instance.',
    ),
  });
}
