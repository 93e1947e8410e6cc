import { LOCKED } from '../../data/strands/slot-bits.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { ReplicatedRun } from '../replication/replicas.js';
import { Locks } from './locks.js';
import { DatabaseLocks } from './database-locks.js';
import { Transactions, type TransactingRun } from './transactions.js';
import { strands } from '../../data/strands/strands.js';

/** Steps that hold a resource for their duration: a transaction or a lock. */
export class Sections {
  readonly transactions: Transactions;
  readonly locks: Locks;
  /** Callbacks for the branch of each transaction that has ended, committed or not. */
  readonly whenEnded: ((branch: number) => void)[] = [];

  constructor(world: TransactingRun) {
    const locks = new Map<number, DatabaseLocks>();
    for (const spec of world.plan.rows) {
      locks.set(spec.component, new DatabaseLocks(world, spec, () => this.transactions));
    }
    this.transactions = new Transactions(world, locks);
    this.locks = new Locks(world);
  }

  /** The branch of a section has ended; false if its end has to wait. */
  ended(strand: number, outcome: Outcome): boolean {
    if ((strands.slot[strand] & LOCKED) !== 0) this.locks.release(strand);
    else {
      if (!this.transactions.ended(strand, outcome)) return false;
      for (const listener of this.whenEnded) listener(strand);
    }
    return true;
  }

  /** The branch of a section is stopped, with all its work. */
  stopped(strand: number): void {
    if ((strands.slot[strand] & LOCKED) !== 0) this.locks.release(strand);
    else {
      this.transactions.stopped(strand);
      for (const listener of this.whenEnded) listener(strand);
    }
  }
}

/** Returns true if a plan has transactions, row locks or `lock` steps. */
export function hasSections({ plan }: ReplicatedRun): boolean {
  const { acts, edges, rows } = plan;
  return (
    rows.length > 0 ||
    edges.some(({ session }) => session !== 0) ||
    acts.some(({ act }) => act === 'lock')
  );
}
