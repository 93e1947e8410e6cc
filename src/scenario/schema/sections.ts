import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { nameText } from '../../contracts/fields/common.js';

/** A `transaction` step. */
export function transactionSchema<Step>(steps: z.ZodType<Step[]>) {
  return z.strictObject({
    database: field.of(nameText(), required, 'Name of the database.'),
    steps: field.of(
      steps,
      required,
      'Steps of the transaction. They use one connection, held from before the first step until after the ' +
        'commit, for queries of this database; branches of `parallel` and background steps use their own. A ' +
        'failure rolls back.',
    ),
    commit: field.cost('0ms', 'Time of the commit at the server.'),
    requiresNew: field.flag(
      false,
      'Whether, inside another transaction of the same database, it is a transaction of its own, on a second ' +
        'connection, as with REQUIRES_NEW of Spring. The outer one keeps its connection while it waits for it.',
    ),
    key: field.of(
      nameText(),
      absent('the key of the shards'),
      'With a sharded database: key whose value selects the shard of the transaction and all its queries.',
    ),
  });
}
export type TransactionOutput<Step> = z.output<ReturnType<typeof transactionSchema<Step>>>;

/** A `lock` step. */
export function lockSchema<Step>(steps: z.ZodType<Step[]>) {
  return z.strictObject({
    on: field.of(
      nameText(),
      required,
      'Key: requests with the same value wait for each other, in FIFO order.',
    ),
    steps: field.of(steps, required, 'Steps that run while the lock is held.'),
    acquireTimeout: field.timeLimit(
      'none',
      'Longest wait for the lock; then the step fails with `timeout`.',
    ),
    scope: field.choice(
      ['instance', 'service', 'global'],
      'instance',
      'Scope of the lock: requests of one instance, of all instances of the service, or all steps that lock on ' +
        'this key.',
    ),
  });
}
export type LockOutput<Step> = z.output<ReturnType<typeof lockSchema<Step>>>;
