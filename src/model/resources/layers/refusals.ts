import type { Ns } from '../../../kernel/time.js';
import { PASS, type Outcome } from '../../../contracts/outcome.js';

/** A refusal that a process has received, and its expiry. */
interface Refusal {
  readonly atNs: Ns;
  readonly outcome: Outcome;
}

/** Number of refusals kept before expired ones are first removed. */
const SWEEP_MIN = 1024;

/**
 * Cached refusals of a shared state. A process that was refused skips the store for a while; each process caches its
 * own refusals, by key value if a key splits the state.
 */
export class Refusals {
  private readonly byCaller = new Map<number, Map<number, Refusal>>();
  private sweepAt = SWEEP_MIN;
  private kept = 0;

  constructor(
    private readonly lengthNs: Ns,
    private readonly callerOf: (frame: number) => number,
    private readonly keyOf: ((frame: number) => number) | null,

    /** Start time of a process; it knows nothing from before. */
    private readonly upSince: (caller: number) => Ns,
  ) {}

  /** The cached refusal for the call of this frame, or PASS. */
  of(frame: number, now: Ns): number {
    const caller = this.callerOf(frame);
    const own = this.byCaller.get(caller);
    if (own === undefined) return PASS;
    const known = own.get(this.keyOf === null ? 0 : this.keyOf(frame));
    if (known === undefined || now >= known.atNs + this.lengthNs) return PASS;
    return known.atNs < this.upSince(caller) ? PASS : known.outcome;
  }

  /** Caches a refusal for the caller of this frame. */
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
