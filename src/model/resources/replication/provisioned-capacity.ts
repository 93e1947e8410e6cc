import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { StreamKey } from '../../../kernel/rng.js';
import { streamKey, unit } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Capacity } from '../../../contracts/scenario/capacity.js';
import type { PlanConsume } from '../../../contracts/plan/capacity.js';
import { PARTITION_MAX } from '../../../contracts/scenario/capacity.js';
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
  private readonly rate: number;
  private readonly depthNs: Ns;

  constructor(rate: number, depthNs: Ns) {
    this.rate = rate;
    this.depthNs = depthNs;
  }

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

  constructor({ burstNs, isAdaptive, partitions, ...rates }: Capacity, does: 'read' | 'write') {
    const each = (count: number, rate: number, depthNs: Ns): Units[] =>
      Array.from({ length: count }, () => new Units(rate, depthNs));
    const own = isAdaptive ? 1 : partitions;
    this.partitions = each(partitions, PARTITION_MAX[does], NS_PER_SECOND);
    this.provisioned = each(own, rates[does] / own, Math.max(burstNs, NS_PER_SECOND));
  }

  /** Takes units of a partition, or returns the limit that has too few: `partition` or `table`. */
  take(partition: number, units: number, now: Ns): 'taken' | 'partition' | 'table' {
    const hard = this.partitions[partition];
    const soft = this.provisioned[partition % this.provisioned.length];
    if (!hard.has(units, now)) return 'partition';
    if (!soft.has(units, now)) return 'table';
    hard.take(units, now);
    soft.take(units, now);
    return 'taken';
  }
}

interface Table {
  readonly read: Throughput;
  readonly write: Throughput;
  readonly throttles: Counter;
  readonly partitionThrottles: Counter;
}

/**
 * Tables with provisioned throughput (DynamoDB): a request takes units of its partition and of the table before its
 * work, or is throttled at once.
 */
export class ProvisionedCapacity {
  private readonly world: Run;
  private readonly tables = new Map<number, Table>();
  private readonly spread: StreamKey;

  constructor(world: Run) {
    this.world = world;
    this.spread = streamKey(world.plan.seed, world.replication, 'partitions');
  }

  actOf(spec: PlanConsume): Act {
    const { meters, plan } = this.world;
    const { component } = plan.parts[spec.part];
    const table = this.tableOf(component, spec.capacity);
    return {
      begin: (strand) => {
        const partition = this.partitionOf(spec, strand);
        const took = table[spec.does].take(partition, spec.units, engine.now);
        if (took === 'taken') return OUTCOME.ok;
        meters.count(table.throttles);
        if (took === 'partition') meters.count(table.partitionThrottles);
        return THROTTLED;
      },
    };
  }

  /** The partition of the value of its key; without a key, a random partition for each request. */
  private partitionOf({ key, capacity: { partitions } }: PlanConsume, strand: number): number {
    const { keys } = this.world;
    if (partitions === 1) return 0;
    if (key >= 0) return shardOf(keys.value(key, strand), partitions);
    const { a, b } = this.spread;
    const u = unit(a, b, strands.lineageA[strand], strands.lineageB[strand], 0);
    return Math.floor(u * partitions);
  }

  private tableOf(component: number, capacity: Capacity): Table {
    const known = this.tables.get(component);
    if (known !== undefined) return known;
    const { meters } = this.world;
    const subject = { component, part: -1 };
    const table: Table = {
      read: new Throughput(capacity, 'read'),
      write: new Throughput(capacity, 'write'),
      throttles: meters.counter('throttles', subject),
      partitionThrottles: meters.counter('partitionThrottles', subject),
    };
    this.tables.set(component, table);
    return table;
  }
}
