import type { JournalEntry } from '../contracts/result/result.js';

/** Values of the journal with which a process is gone. One that is to be removed (`absent`) still works. */
const GONE: ReadonlySet<string> = new Set(['down', 'drained', 'killed']);

/** Orders of the journal that decide whether there is to be a process. */
const ORDERS: Readonly<Record<string, boolean>> = { wanted: true, absent: false };

interface Change {
  readonly at: number;
  readonly to: boolean;
}

/**
 * When each process was alive, from the journal of a run. Counters live in a process and start again at 0 with the next
 * one, and a process that is down is not scraped.
 */
export class Lifetimes {
  /** By process: its deaths and starts in order of time, ns. */
  private readonly changes = new Map<string, Change[]>();
  /** By process: when a scaler ordered it to exist, or not to. */
  private readonly orders = new Map<string, Change[]>();

  constructor(journal: readonly JournalEntry[]) {
    for (const { at, kind, subject, value } of journal) {
      if (kind !== 'instance') continue;
      const order = ORDERS[value];
      if (order !== undefined) add(this.orders, subject, at, order);
      if (value === 'up' || GONE.has(value)) add(this.changes, subject, at, value === 'up');
    }
  }

  /** Whether the process is there at this time. `isInitial`: it exists from the start. */
  isUp(instance: string, at: number, isInitial = true): boolean {
    return lastOf(this.changes, instance, at) ?? isInitial;
  }

  /** Whether something would scrape the process: it is there, or it is to be there. */
  isTarget(instance: string, at: number, isInitial: boolean): boolean {
    const isWanted = lastOf(this.orders, instance, at) ?? isInitial;
    return isWanted || this.isUp(instance, at, isInitial);
  }

  /** Whether it died after `from` and not after `until`. */
  died(instance: string, from: number, until: number): boolean {
    const own = this.changes.get(instance) ?? [];
    return own.some(({ at, to }) => !to && at > from && at <= until);
  }
}

function add(all: Map<string, Change[]>, subject: string, seconds: number, to: boolean): void {
  const own = all.get(subject) ?? [];
  all.set(subject, own);
  own.push({ at: Math.round(seconds * 1e9), to });
}

function lastOf(
  all: ReadonlyMap<string, readonly Change[]>,
  instance: string,
  at: number,
): boolean | undefined {
  return all.get(instance)?.findLast((change) => change.at <= at)?.to;
}
