import { poolSizeOf } from '../../../contracts/scenario/pool-size.js';
import type { PgbouncerSettings, Pool, PoolSettings } from '../../../contracts/scenario/pools.js';
import { levels } from '../../data/figures/levels.js';
import type { Run } from '../../data/run.js';

/** A pool that gets other settings of its kind. */
interface Resizable {
  resize(pool: Pool): void;
}

/** The pools of one calling instance to one component, whose size changes during the run. */
export interface Resized {
  readonly instance: number;
  readonly callee: number;
  /** Gauge of its size. */
  readonly gauge: number;
  /** The largest size in any configuration. */
  readonly most: number;
  pool: Pool;
  /** One for each pool that exists; a pool is created by its first call. */
  readonly made: Resizable[];
}

/** The sizes of pools that changes of the configuration set. */
export class PoolSizes {
  private readonly known = new Map<string, Resized>();

  constructor({ plan }: Pick<Run, 'plan'>) {
    for (const { component, pools } of plan.changes?.settings ?? []) {
      const { firstInstance, instances } = plan.components[component];
      for (const { to: callee, each } of pools) {
        const sizes = each.map((pool) => poolSizeOf(pool).size);
        const most = Math.max(...sizes);
        for (let instance = firstInstance; instance < firstInstance + instances; instance++) {
          const gauge = levels.register();
          levels.add(gauge, sizes[0]);
          const own = { instance, callee, gauge, most, pool: each[0], made: [] };
          this.known.set(`${instance}|${callee}`, own);
        }
      }
    }
  }

  /** The sizes of the pools of an instance to a component; undefined = they do not change. */
  of(instance: number, callee: number): Resized | undefined {
    return this.known.get(`${instance}|${callee}`);
  }

  list(): readonly Resized[] {
    return [...this.known.values()];
  }

  /** The pools of an instance to a component have this size from now on. */
  resize(instance: number, callee: number, pool: Pool): void {
    const own = this.of(instance, callee)!;
    levels.add(own.gauge, poolSizeOf(pool).size - poolSizeOf(own.pool).size);
    own.pool = pool;
    for (const one of own.made) one.resize(pool);
  }
}

/** A pool that changes of its size reach. All of them have its kind. */
export function reached<P extends Pool, S extends { resize(pool: P): void }>(
  sized: Resized | undefined,
  _kind: P,
  pool: S,
): S {
  sized?.made.push({ resize: (other) => pool.resize(other as P) });
  return pool;
}

/** The server connections of a pooler: kept without a time limit and assigned in FIFO order. */
export function byTransaction({
  defaultPoolSize,
  queryWaitTimeoutNs,
}: PgbouncerSettings): PoolSettings {
  return {
    kind: 'simple',
    maxOpen: defaultPoolSize,
    maxIdle: Infinity,
    maxLifetimeNs: null,
    maxIdleTimeNs: null,
    acquireTimeoutNs: queryWaitTimeoutNs,
    waiters: 'fifo',
    seesClosed: true,
  };
}
