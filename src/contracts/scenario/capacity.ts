import { z } from 'zod';
import { nameText } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';

/** A global secondary index of a table. */
const indexSchema = entry(
  {
    write: field.rate(
      absent('as many as requested (on demand), up to 1000/s for each of 4 partitions'),
      'Write units per second of the index. Each write to the table takes as many of them as of the table.',
    ),
    key: field.of(
      nameText(),
      absent('none: a random partition for each write'),
      'Key whose value selects a partition of the index.',
    ),
  },
  'A global secondary index.',
);

/** Provisioned throughput of a table, as written. */
export const capacitySchema = entry(
  {
    read: field.rate(
      absent('as many as requested (on demand), up to 3000/s per partition'),
      'Read units per second of the table; one unit is a strongly consistent read of 4 KB.',
    ),
    write: field.rate(
      absent('as many as requested (on demand), up to 1000/s per partition'),
      'Write units per second of the table; one unit is a write of 1 KB.',
    ),
    partitions: field.whole(
      absent(
        'the number that `read` / 3000 + `write` / 1000 requires; without both, 4, as a new table on demand',
      ),
      "Number of partitions; the value of an operation's key selects one.",
      { min: 1, max: 10_000 },
    ),
    burstNs: field.duration(
      '300s',
      'Time for which unused units are kept (burst capacity); the burst capacity is full at time 0.',
      { allowZero: true },
    ),
    isAdaptive: field.flag(
      true,
      'Adaptive capacity: whether a partition may use units that others leave, up to its own maximum. With ' +
        "false each has an equal part of the table's units, as before 2018.",
    ),
    indexes: field.of(
      z.record(nameText(), indexSchema),
      absent(),
      'Global secondary indexes by name. A write to the table takes units of each of them too, and is throttled if ' +
        'one has too few.',
    ),
  },
  'Throughput of a table of kind dynamodb; requests above it are throttled.',
  { isAdaptive: 'adaptive' },
);

/** Provisioned throughput of a table, in units per second, and its partitions. */
export interface Capacity extends Omit<z.output<typeof capacitySchema>, 'indexes'> {
  /** Read units per second; Infinity = unlimited. */
  readonly read: number;
  readonly write: number;
  readonly partitions: number;
  readonly indexes: readonly CapacityIndex[];
}

/** A global secondary index: each write of the table writes to it too, with units of its own. */
export interface CapacityIndex extends z.output<typeof indexSchema> {
  readonly name: string;
  readonly write: number;
  readonly partitions: number;
}

/** Largest throughput of one partition, in units per second, regardless of the units of the table. */
export const PARTITION_MAX = Object.freeze({ read: 3000, write: 1000 });
