import { fixedUnit, streamKey } from '../../../kernel/rng.js';
import type { NodeRoute } from '../../../contracts/plan/replication.js';
import type { Run } from '../../data/run.js';

/** Independent of the seed: a row is on the same shard in every run. */
const HASH = streamKey(0, 0, 'shards');

/** Number of the shard that holds the rows of a value. */
export function shardOf(value: number, shards: number): number {
  const low = (value % 4294967296) | 0;
  const high = Math.floor(value / 4294967296) | 0;
  return Math.floor(fixedUnit(HASH.a, HASH.b, high, low, 0) * shards);
}

/** The function that gives the key value by which calls of a route choose a shard; null if no key decides. */
export function shardValueOf(
  { keys, plan }: Pick<Run, 'keys' | 'plan'>,
  route: NodeRoute | null,
): ((frame: number) => number) | null {
  if (route?.kind !== 'shardOf' && route?.kind !== 'copy') return null;
  return route.key < 0 ? null : keys.ofCalls(plan.keys[route.key].name);
}
