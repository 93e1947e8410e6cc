import { streamKey, unit } from '../../kernel/rng.js';
import type { NodeRoute } from '../../spec/replication.js';
import type { World } from '../world.js';

/** Whatever the seed: a row is on the same shard in every run. */
const HASH = streamKey(0, 0, 'shards');

/** Number of the shard on which the rows of a value are. */
export function shardOf(value: number, shards: number): number {
  const low = (value % 4294967296) | 0;
  const high = Math.floor(value / 4294967296) | 0;
  return Math.floor(unit(HASH.a, HASH.b, high, low, 0) * shards);
}

/** Value of the key by whose value calls of a route ask a shard; null where none decides. */
export function shardValueOf(
  { keys, plan }: Pick<World, 'keys' | 'plan'>,
  route: NodeRoute | null,
): ((frame: number) => number) | null {
  if (route?.kind !== 'shardOf' && route?.kind !== 'copy') return null;
  return route.key < 0 ? null : keys.ofCalls(plan.keys[route.key].name);
}
