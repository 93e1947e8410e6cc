import type { RunRecord } from '../../../contracts/record/record.js';
import type { VariantData } from '../../measure/variant-data.js';
import { bulkheads } from './bulkheads.js';
import { gates } from './gates.js';
import { pools } from './pools.js';
import { processes } from './processes.js';
import { proxies } from './proxies.js';
import type { Room } from './room.js';
import { threads } from './threads.js';

/** Kinds of resources with a ceiling. Of several that are full, the first one is reported. */
const KINDS: readonly ((data: VariantData, record: RunRecord) => readonly Room[])[] = [
  processes,
  pools,
  proxies,
  threads,
  gates,
  bulkheads,
];

/** The resources with a ceiling in one run. */
export function roomsOf(data: VariantData, record: RunRecord): readonly Room[] {
  return KINDS.flatMap((roomsIn) => roomsIn(data, record));
}
