import type { JournalEntry } from '../spec/result/result.js';

/** Values of the journal with which a process is gone. One that is to be removed (`absent`) still works. */
const GONE: ReadonlySet<string> = new Set(['down', 'drained', 'killed']);

/**
 * When each process was alive, from the journal of a run. Counters live in a process and start again at 0 with the next
 * one, and a process that is down is not scraped.
 */
export class Lifetimes {
  /** By process: its deaths and starts in order of time, ns. */
  private readonly changes = new Map<string, { readonly at: number; readonly isUp: boolean }[]>();

  constructor(journal: readonly JournalEntry[]) {
    for (const { at, kind, subject, value } of journal) {
      if (kind !== 'instance' || !(value === 'up' || GONE.has(value))) continue;
      const own = this.changes.get(subject) ?? [];
      this.changes.set(subject, own);
      own.push({ at: Math.round(at * 1e9), isUp: value === 'up' });
    }
  }

  /** Whether the process is there at this time. */
  isUp(instance: string, at: number): boolean {
    const last = this.changes.get(instance)?.findLast((change) => change.at <= at);
    return last === undefined || last.isUp;
  }

  /** Whether it died after `from` and not after `until`. */
  died(instance: string, from: number, until: number): boolean {
    const own = this.changes.get(instance) ?? [];
    return own.some(({ at, isUp }) => !isUp && at > from && at <= until);
  }
}
