import { absent, field } from '../../contracts/fields/field.js';
import { nameText } from '../../contracts/fields/common.js';
import { TABLE_MODES } from '../../language/table-locks.js';
import { z } from 'zod';

/** Fields of an operation that concern its locks. */
export const tableLockFields = {
  table: field.of(
    nameText(),
    absent('no table is locked'),
    'Table that the operation locks, from the statement to the end of its transaction. Requests are granted in ' +
      'their order: those after a request that waits wait too, if they conflict with it. Not for kinds redis, ' +
      'mongo, dynamodb and elasticsearch.',
    'name of a table',
  ),
  tableLock: field.of(
    z.enum(TABLE_MODES),
    absent('rowExclusive with `write`, rowShare with `lock`, else accessShare'),
    'Mode of that lock, which decides what it conflicts with, as in PostgreSQL: ALTER TABLE takes ' +
      '`accessExclusive`, CREATE INDEX `share`, CREATE INDEX CONCURRENTLY and VACUUM `shareUpdateExclusive`. Kind ' +
      'mysql has accessShare, rowExclusive and accessExclusive.',
  ),
  lockTimeout: field.timeLimit(
    absent('`lockTimeout` of the database; the wait for a table of kind mysql defaults to none'),
    'Longest wait of this operation for its table, and then for its row (`SET lock_timeout`); after it, the ' +
      'statement fails with 500.',
  ),
};
