import type { PlanRows } from '../../../contracts/plan/sections.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import { LockWaits, type Holders } from './lock-waits.js';
import { RowLocks } from './rows.js';
import { TableLocks } from './tables.js';

/** The locks of one database. */
export class DatabaseLocks {
  readonly rows: RowLocks;
  /** null if its operations lock no table. */
  readonly tables: TableLocks | null;
  private readonly waits: LockWaits;

  constructor(world: ReplicatedRun, spec: PlanRows, holders: () => Holders) {
    this.waits = new LockWaits(world, spec, holders);
    this.rows = new RowLocks(world, spec, holders, this.waits);
    this.tables = spec.tables === 0 ? null : new TableLocks(world, spec, holders, this.waits);
  }

  release(tx: number): void {
    this.rows.release(tx);
    if (this.tables !== null) this.tables.release(tx);
  }

  /** The number of transaction slots has grown. */
  widen(capacity: number): void {
    this.waits.widen(capacity);
    this.rows.widen(capacity);
    this.tables?.widen(capacity);
  }
}
