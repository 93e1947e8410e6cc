import { streamKey, unit } from '../../kernel/rng.js';

/** Whatever the seed: a row is on the same shard in every run. */
const HASH = streamKey(0, 0, 'shards');

/** Number of the shard on which the rows of a value are. */
export function shardOf(value: number, shards: number): number {
  const low = (value % 4294967296) | 0;
  const high = Math.floor(value / 4294967296) | 0;
  return Math.floor(unit(HASH.a, HASH.b, high, low, 0) * shards);
}
