import type { NodeRoute } from '../contracts/plan/replication.js';
import type { Database } from '../contracts/scenario/database.js';
import type { Acts } from './acts.js';
import type { LaidPart } from './layout.js';
import type { Problems } from './problem.js';
import type { Scope } from './scope.js';

interface Tables {
  readonly acts: Acts;
  readonly problems: Problems;
}

/** What a call asks of a database. */
interface Asked {
  readonly database: Database;
  readonly source: LaidPart['source'];
  /** Key set by the query itself. */
  readonly own: string | null;
}

/** Route to a copy for an operation of a search engine. */
export function copyOf(w: Tables, scope: Scope, asked: Asked): NodeRoute {
  const { database, source } = asked;
  const write = source.kind === 'operation' && source.operation.write;
  if (database.shards === null) return { kind: 'copy', shard: 0, key: -1, write };
  return { kind: 'copy', shard: -1, key: keyOf(w, scope, asked), write };
}

/** Route to the shard of an operation: by the value of the shard key if the operation has it, else by request. */
export function shardOf(w: Tables, scope: Scope, asked: Asked): NodeRoute {
  const { name } = asked.database;
  const around = scope.transactions.includes(name) ? scope.shardKeys.get(name) : undefined;
  if (around === undefined) return { kind: 'shardOf', key: keyOf(w, scope, asked) };
  checkShard(w, scope, asked, around);
  return { kind: 'shardOf', key: w.acts.key(around, scope.where, 'a shard') };
}

/** Reports a statement in a transaction that needs another shard. */
function checkShard(
  w: Tables,
  { where }: Scope,
  { database: { name, shards }, source, own }: Asked,
  around: string,
): void {
  const operation = source.kind === 'operation' ? source.operation : null;
  const key = own ?? (operation?.key === shards?.key ? operation?.key : null) ?? around;
  if (key === around && operation?.scan !== true) return;
  const about = operation?.scan === true ? 'every shard' : `the shard of ${key}`;
  const message = `${name}.${operation?.name ?? ''} asks ${about}, in a transaction at that of ${around}: one over several shards would have to be committed in two phases; take it out`;
  w.problems.add('FL702', where, message);
}

function keyOf(
  w: Tables,
  { where }: Scope,
  { database: { name, shards }, source, own }: Asked,
): number {
  const operation = source.kind === 'operation' ? source.operation : null;
  if (operation?.scan === true) {
    const message = `${name}.${operation.name} asks all shards, and only a step \`query\` does that`;
    w.problems.add('FL702', where, message);
  }
  const key = own ?? (operation?.key === shards?.key ? shards!.key : 'request');
  return w.acts.key(key, where, 'a shard');
}
