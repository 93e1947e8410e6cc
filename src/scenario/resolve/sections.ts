import { get, text } from '../located.js';
import type { Step, StepModifiers } from '../../contracts/scenario/steps.js';
import type { StepOutput } from '../schema/steps.js';
import { isOneOf, conflict, report, type Context, type Path } from './context.js';
import { BUILT_IN_KEYS } from './names.js';
import { isOfKind } from './targets.js';

/** Resolves a transaction; null if its database is invalid. */
export function resolveTransaction(
  context: Context,
  output: NonNullable<StepOutput['transaction']>,
  steps: readonly Step[],
  modifiers: StepModifiers,
  owner: string,
  path: Path,
): Step | null {
  const { database, commit, requiresNew } = output;
  const at = [...path, 'database'];
  if (!isOfKind(context, database, 'database', at)) return null;
  const shardKey = shardKeyOf(context, output, path);
  if (poolsStatements(context, database, owner)) {
    const message =
      `${database} uses a pool with mode: statement, which does not allow transactions: use ` +
      'mode: transaction';
    conflict(context, at, message);
  }
  if (kindOf(context, database) === 'elasticsearch') {
    conflict(context, at, `${database} does not support transactions: remove the transaction`);
  }
  if (context.names.things.get(database)!.parts.includes('commit')) {
    const message =
      `an operation of ${database} is called commit, a name that metrics use for the end of a ` +
      'transaction: rename it';
    report(context, 'FL402', at, message);
  }
  return { verb: 'transaction', database, steps, commit, shardKey, requiresNew, ...modifiers };
}

/** The key that selects the shard of a transaction; null = no shards. */
function shardKeyOf(
  context: Context,
  { database, key }: NonNullable<StepOutput['transaction']>,
  path: Path,
): string | null {
  const own = get(get(get(get(context.tree, 'databases'), database), 'shards'), 'key');
  if (own === undefined) {
    if (key === undefined) return null;
    const message =
      `key selects a shard, and ${database} has no shards: remove key, or add shards to the ` +
      'database';
    conflict(context, [...path, 'key'], message);
    return null;
  }
  if (key !== undefined) checkKey(context, key, [...path, 'key']);
  return key ?? text(own) ?? null;
}

/** Resolves a `lock` step. */
export function resolveLock(
  context: Context,
  output: NonNullable<StepOutput['lock']>,
  steps: readonly Step[],
  modifiers: StepModifiers,
  path: Path,
): Step {
  const { on, acquireTimeout, scope } = output;
  checkKey(context, on, [...path, 'on']);
  return { verb: 'lock', key: on, steps, acquireTimeoutNs: acquireTimeout, scope, ...modifiers };
}

/** Reports a key that is not declared. */
export function checkKey(context: Context, key: string, path: Path): void {
  isOneOf(context, key, [...context.names.keys, ...BUILT_IN_KEYS], path, `there is no key ${key}`);
}

/** Whether a database has shards. */
export function isSharded({ tree }: Context, database: string): boolean {
  return get(get(get(tree, 'databases'), database), 'shards') !== undefined;
}

/** Whether the pool between a caller and a database assigns connections per statement. */
function poolsStatements({ tree }: Context, database: string, caller: string): boolean {
  const own = get(get(tree, 'databases'), database);
  const pool = get(get(own, 'pools'), caller) ?? get(own, 'pool');
  const mode = get(pool, 'mode');
  return mode?.type === 'scalar' && mode.value === 'statement';
}

/** The written kind of a database. */
function kindOf({ tree }: Context, database: string): unknown {
  const kind = get(get(get(tree, 'databases'), database), 'kind');
  return kind?.type === 'scalar' ? kind.value : undefined;
}
