import type { Ns } from '../../kernel/time.js';
import { PASS } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';

/** A refusal that a process has been told, and when. */
interface Refusal {
  readonly atNs: Ns;
  readonly outcome: Outcome;
}

/** Refusals kept before the first look for those that are over. */
const SWEEP_MIN = 1024;

/**
 * Refusals of a shared state by which the processes that share it go for a while without asking: each
 * process by its own, for each value of a key where one splits the state.
 */
export class Refusals {
  private readonly lengthNs: Ns;
  private readonly callerOf: (frame: number) => number;
  private readonly keyOf: ((frame: number) => number) | null;
  /** Since when a process has been running; it knows nothing from before. */
  private readonly upSince: (caller: number) => Ns;
  private readonly byCaller = new Map<number, Map<number, Refusal>>();
  private sweepAt = SWEEP_MIN;
  private kept = 0;

  constructor(
    lengthNs: Ns,
    callerOf: (frame: number) => number,
    keyOf: ((frame: number) => number) | null,
    upSince: (caller: number) => Ns,
  ) {
    this.lengthNs = lengthNs;
    this.callerOf = callerOf;
    this.keyOf = keyOf;
    this.upSince = upSince;
  }

  /** The refusal that holds for the call of this frame, or PASS. */
  of(frame: number, now: Ns): number {
    const caller = this.callerOf(frame);
    const own = this.byCaller.get(caller);
    if (own === undefined) return PASS;
    const known = own.get(this.keyOf === null ? 0 : this.keyOf(frame));
    if (known === undefined || now >= known.atNs + this.lengthNs) return PASS;
    return known.atNs < this.upSince(caller) ? PASS : known.outcome;
  }

  /** The caller of this frame has been refused now. */
  keep(frame: number, now: Ns, outcome: Outcome): void {
    const caller = this.callerOf(frame);
    let own = this.byCaller.get(caller);
    if (own === undefined) this.byCaller.set(caller, (own = new Map()));
    const key = this.keyOf === null ? 0 : this.keyOf(frame);
    if (!own.has(key) && ++this.kept > this.sweepAt) this.sweep(now);
    own.set(key, { atNs: now, outcome });
  }

  private sweep(now: Ns): void {
    this.kept = 1;
    for (const own of this.byCaller.values()) {
      for (const [key, { atNs }] of own) if (now >= atNs + this.lengthNs) own.delete(key);
      this.kept += own.size;
    }
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.kept);
  }
}
