import type { Database } from '../../contracts/scenario/database.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** Reads of replicas that name no row, so that `staleReads` counts writes of other rows. */
export const staleReadWithoutKey: Rule = {
  name: 'stale-read-without-key',
  severity: 'hint',
  reason:
    'A read without a key counts as stale while its replica lacks any write, also one of another row, so the share of stale reads is too high.',
  remedy: 'Say which row each operation reads and writes: `key`.',
  check: (subject) =>
    [...subject.scenario.databases.values()].flatMap((database) => ofDatabase(subject, database)),
};

function ofDatabase({ scenario, calls }: Subject, database: Database): readonly Finding[] {
  const { name, kind, replication, route, operations } = database;
  if (kind === 'elasticsearch' || replication === null || replication.mode === 'sync') return [];
  if (route.kind === 'primary' || replication.count === 0) return [];
  const called = new Set(calls.map(({ to }) => to));
  const own = [...operations.values()].filter((one) => called.has(`${name}.${one.name}`));
  const writes = own.filter((one) => one.write);
  if (writes.length === 0) return [];
  const [key = 'row'] = scenario.keys.keys();
  return own.flatMap((one): Finding | [] => {
    if (one.write || one.key !== null) return [];
    const path = ['databases', name, 'operations', one.name];
    return {
      path,
      entities: [`${name}.${one.name}`],
      message: `every write of ${name} makes reads of ${name}.${one.name} stale`,
      measured: `no key, and ${writes.map(({ name: write }) => write).join(', ')} beside it`,
      limit: 'writes of the same row',
      fix: yamlAt(path, `key: ${key}`),
    };
  });
}
