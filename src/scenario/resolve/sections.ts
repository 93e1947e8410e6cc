import { get, text } from '../located.js';
import type { Step, StepModifiers } from '../../contracts/scenario/steps.js';
import type { StepOutput } from '../schema/steps.js';
import type { Context, Cursor } from './context.js';
import { BUILT_IN_KEYS } from './names.js';
import { isOfKind } from './targets.js';

/** Resolves a transaction; null if its database is invalid. */
export function resolveTransaction(
  here: Cursor,
  output: NonNullable<StepOutput['transaction']>,
  steps: readonly Step[],
  modifiers: StepModifiers,
  owner: string,
): Step | null {
  const { key: _key, ...own } = output;
  const { database } = own;
  const at = here.in('database');
  if (!isOfKind(at, database, 'database')) return null;
  const shardKey = shardKeyOf(here, output);
  if (poolsStatements(here.context, database, owner)) {
    const message =
      `${database} uses a pool with mode: statement, which does not allow transactions: use ` +
      'mode: transaction';
    at.conflict(message);
  }
  if (kindOf(here.context, database) === 'elasticsearch') {
    at.conflict(`${database} does not support transactions: remove the transaction`);
  }
  if (here.names.things.get(database)!.parts.includes('commit')) {
    const message =
      `an operation of ${database} is called commit, a name that metrics use for the end of a ` +
      'transaction: rename it';
    at.report('FL402', message);
  }
  return { verb: 'transaction', ...own, steps, shardKey, ...modifiers };
}

/** The key that selects the shard of a transaction; null = no shards. */
function shardKeyOf(
  here: Cursor,
  { database, key }: NonNullable<StepOutput['transaction']>,
): string | null {
  const own = get(get(get(get(here.tree, 'databases'), database), 'shards'), 'key');
  if (own === undefined) {
    if (key === null) return null;
    const message =
      `key selects a shard, and ${database} has no shards: remove key, or add shards to the ` +
      'database';
    here.in('key').conflict(message);
    return null;
  }
  if (key !== null) checkKey(here.in('key'), key);
  return key ?? text(own) ?? null;
}

/** Resolves a `lock` step. */
export function resolveLock(
  here: Cursor,
  output: NonNullable<StepOutput['lock']>,
  steps: readonly Step[],
  modifiers: StepModifiers,
): Step {
  checkKey(here.in('on'), output.key);
  return { verb: 'lock', ...output, steps, ...modifiers };
}

/** Reports a key that is not declared. */
export function checkKey(here: Cursor, key: string): void {
  here.isOneOf(key, [...here.names.keys, ...BUILT_IN_KEYS], `there is no key ${key}`);
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

function kindOf({ tree }: Context, database: string): unknown {
  const kind = get(get(get(tree, 'databases'), database), 'kind');
  return kind?.type === 'scalar' ? kind.value : undefined;
}
