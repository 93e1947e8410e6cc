import type { z } from 'zod';
import {
  capacitySchema,
  PARTITION_MAX,
  type Capacity,
  type CapacityIndex,
} from '../../contracts/scenario/capacity.js';
import type { WrittenDatabase } from '../../contracts/scenario/database.js';
import type { Cursor } from '../resolve/context.js';
import { checkKey } from '../resolve/sections.js';
import { sorted } from '../resolve/names.js';

/** Fields of databases that do not apply to a managed table. */
const NOT_OF_TABLES = ['shards', 'replicas', 'route', 'failover', 'cpu', 'knee'] as const;

/** Resolves the provisioned throughput of a table; null for databases that are not tables (dynamodb). */
export function resolveCapacity(
  here: Cursor,
  { kind, capacity, operations }: WrittenDatabase,
): Capacity | null {
  if (kind !== 'dynamodb') {
    if (capacity !== null) {
      const message = 'capacity units apply only to kind: dynamodb; other kinds have cpu';
      here.in('capacity').conflict(message);
    }
    for (const [name, { units }] of sorted(operations)) {
      if (units === null) continue;
      const message = 'capacity units apply only to operations of kind: dynamodb';
      here.in('operations', name, 'units').conflict(message);
    }
    return null;
  }
  const why = (field: string): string =>
    `a dynamodb table has capacity and partitions, but no ${field}: remove it`;
  here.refuse(NOT_OF_TABLES, why);
  for (const [name, { lock, write, units }] of sorted(operations)) {
    const at = here.in('operations', name);
    const most = write ? PARTITION_MAX.write : PARTITION_MAX.read;
    if (lock) at.in('lock').conflict('dynamodb does not lock rows: remove lock');
    if ((units ?? 1) > most) {
      const message =
        `one operation needs more units than a partition gives in a second, ${most}, so it ` +
        'would never succeed';
      at.in('units').conflict(message);
    }
  }
  const own = capacity ?? capacitySchema.parse({});
  const { read, write } = own;
  return {
    ...own,
    read: read ?? Infinity,
    write: write ?? Infinity,
    partitions: own.partitions ?? partitionsFor(read, write),
    indexes: resolveIndexes(here.in('capacity', 'indexes'), own.indexes),
  };
}

function resolveIndexes(
  here: Cursor,
  indexes: z.output<typeof capacitySchema>['indexes'],
): readonly CapacityIndex[] {
  return sorted(indexes ?? {}).map(([name, { write, key }]) => {
    if (key !== null) checkKey(here.in(name, 'key'), key);
    return { name, write: write ?? Infinity, key, partitions: partitionsFor(null, write) };
  });
}

/** Partitions for 12000 read units and 4000 write units (DynamoDB developer guide, on-demand-capacity-mode: new tables). */
const ON_DEMAND = 4;

/** Partitions of a table or an index with these units per second; without any it is on demand. */
function partitionsFor(read: number | null, write: number | null): number {
  if (read === null && write === null) return ON_DEMAND;
  const needed = (read ?? 0) / PARTITION_MAX.read + (write ?? 0) / PARTITION_MAX.write;
  return Math.max(1, Math.ceil(needed));
}
