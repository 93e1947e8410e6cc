import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { streamKey, unit, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { PARTITION_MAX, type Capacity } from '../../../contracts/scenario/capacity.js';
import type { PlanConsume } from '../../../contracts/plan/capacity.js';
import { OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { Act } from '../../data/acts.js';
import type { Counter } from '../../data/figures/meters.js';
import { shardOf } from './shards.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/** ProvisionedThroughputExceededException. */
const THROTTLED = withStatus(OUTCOME.throttled, 400);

/** Capacity units as a token bucket, stored as the time at which it is full. */
class Units {
  private fullAt: Ns = 0;

  constructor(
    private readonly rate: number,
    private readonly depthNs: Ns,
  ) {}

  /** Time at which the bucket would be full again after taking these units. */
  after(units: number, now: Ns): Ns {
    return Math.max(this.fullAt, now) + Math.round((units * NS_PER_SECOND) / this.rate);
  }

  has(units: number, now: Ns): boolean {
    return this.after(units, now) <= now + this.depthNs;
  }

  take(units: number, now: Ns): void {
    invariant(this.has(units, now), 'units are taken that the bucket has');
    this.fullAt = this.after(units, now);
  }
}

/** Units of one kind: those of each partition, and those of the table or of each partition's part of it. */
class Throughput {
  private readonly partitions: readonly Units[];
  private readonly provisioned: readonly Units[];

  constructor(
    { burstNs, isAdaptive }: Pick<Capacity, 'burstNs' | 'isAdaptive'>,
    rate: number,
    partitions: number,
    most: number,
  ) {
    const each = (count: number, rate: number, depthNs: Ns): Units[] =>
      Array.from({ length: count }, () => new Units(rate, depthNs));
    const own = isAdaptive ? 1 : partitions;
    this.partitions = each(partitions, most, NS_PER_SECOND);
    this.provisioned = each(own, rate / own, Math.max(burstNs, NS_PER_SECOND));
  }

  /** The limit that has too few units: `partition` or `table`; `none` = all have enough. */
  lacks(partition: number, units: number, now: Ns): 'none' | 'partition' | 'table' {
    if (!this.partitions[partition].has(units, now)) return 'partition';
    return this.softOf(partition).has(units, now) ? 'none' : 'table';
  }

  take(partition: number, units: number, now: Ns): void {
    this.partitions[partition].take(units, now);
    this.softOf(partition).take(units, now);
  }

  private softOf(partition: number): Units {
    return this.provisioned[partition % this.provisioned.length];
  }
}

interface Table {
  readonly read: Throughput;
  readonly write: Throughput;
  /** Those of its global secondary indexes. */
  readonly indexes: readonly Throughput[];
  readonly throttles: Counter;
  readonly partitionThrottles: Counter;
  /** Null without indexes. */
  readonly indexThrottles: Counter | null;
}

/**
 * Tables with provisioned throughput (DynamoDB): a request takes units of its partition and of the table before its
 * work, or is throttled at once. A write takes units of each index too: an index without capacity throttles the writes of
 * its table (DynamoDB developer guide, Throttling in global secondary indexes).
 */
export class ProvisionedCapacity {
  private readonly tables = new Map<number, Table>();
  private readonly spread: StreamKey = streamKey(
    this.world.plan.seed,
    this.world.replication,
    'partitions',
  );

  constructor(private readonly world: Run) {}

  actOf(spec: PlanConsume): Act {
    const { meters, plan } = this.world;
    const { component } = plan.parts[spec.part];
    const table = this.tableOf(component, spec.capacity);
    return {
      begin: (strand) => {
        const { key, does, units, capacity, indexKeys } = spec;
        const { now } = engine;
        const partition = this.partitionOf(key, capacity.partitions, strand, 0);
        const lacking = table[does].lacks(partition, units, now);
        if (lacking !== 'none') {
          meters.count(table.throttles);
          if (lacking === 'partition') meters.count(table.partitionThrottles);
          return THROTTLED;
        }
        for (let k = 0; k < indexKeys.length; k++) {
          if (table.indexes[k].lacks(this.indexPartition(spec, k, strand), units, now) === 'none') {
            continue;
          }
          meters.count(table.throttles);
          meters.count(table.indexThrottles!);
          return THROTTLED;
        }
        table[does].take(partition, units, now);
        for (let k = 0; k < indexKeys.length; k++) {
          table.indexes[k].take(this.indexPartition(spec, k, strand), units, now);
        }
        return OUTCOME.ok;
      },
    };
  }

  private indexPartition({ indexKeys, capacity }: PlanConsume, index: number, strand: number) {
    const { partitions } = capacity.indexes[index];
    return this.partitionOf(indexKeys[index], partitions, strand, index + 1);
  }

  /** The partition of the value of a key; without a key, a random partition for each request. */
  private partitionOf(key: number, partitions: number, strand: number, draw: number): number {
    const { keys } = this.world;
    if (partitions === 1) return 0;
    if (key >= 0) return shardOf(keys.value(key, strand), partitions);
    const { a, b } = this.spread;
    const u = unit(a, b, strands.lineageA[strand], strands.lineageB[strand], draw);
    return Math.floor(u * partitions);
  }

  private tableOf(component: number, capacity: Capacity): Table {
    const known = this.tables.get(component);
    if (known !== undefined) return known;
    const { meters } = this.world;
    const subject = { component, part: -1 };
    const table: Table = {
      read: new Throughput(capacity, capacity.read, capacity.partitions, PARTITION_MAX.read),
      write: new Throughput(capacity, capacity.write, capacity.partitions, PARTITION_MAX.write),
      indexes: capacity.indexes.map(
        ({ write, partitions }) => new Throughput(capacity, write, partitions, PARTITION_MAX.write),
      ),
      throttles: meters.counter('throttles', subject),
      partitionThrottles: meters.counter('partitionThrottles', subject),
      indexThrottles:
        capacity.indexes.length > 0 ? meters.counter('indexThrottles', subject) : null,
    };
    this.tables.set(component, table);
    return table;
  }
}
