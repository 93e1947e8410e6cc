import type { RunRecord } from '../../contracts/record/record.js';

/** Room for runs with more events than the usual ones; with less than the other share of them none begins. */
export const ROOM = 1.3;
const LEAST = 0.5;
/**
 * For what is decisive a limited proof may handle as many events as the usual runs, or this number, which takes a
 * fraction of a second.
 */
export const CHEAP = 400_000;
/** And this number for what may be done beside a known cause, which takes less than a second. */
const REMEDIES = 1_200_000;
/**
 * Sets of faults may handle this multiple of them: with two replications, two faults among harmless ones need four runs.
 * A run without some faults seldom has more events than the usual one, so that the last set needs no more room.
 */
const SETS = 2;
/** Plans whose records are in memory at the same time. */
const AT_ONCE = 8;

/** The events that the runs of a proof may handle. */
export class ProofEvents {
  /** For whatever is worth a run, for what may be done about a known cause, and for that without which none is known. */
  readonly usual: number;
  private readonly remedies: number;
  readonly decisive: number;
  /** For the sets of faults. */
  private most: number;
  private cost = 1;
  private spent = 0;
  private largest = 0;

  /** `events`: those of the usual runs. `share`: the part of them for whatever is worth a run; null = no limit. */
  constructor(events: number, share: number | null) {
    this.usual = share === null ? Infinity : share * events;
    this.remedies = Math.max(this.usual, REMEDIES);
    this.decisive = share === null ? Infinity : Math.max(events, CHEAP);
    this.most = share === null ? Infinity : Math.max(SETS * events, REMEDIES);
  }

  /** Events of one plan in its usual runs. */
  expect(cost: number): void {
    this.cost = Math.max(1, cost);
  }

  spend(events: number): void {
    this.spent += events;
    this.largest = Math.max(this.largest, events);
  }

  /** Room for one more plan, as large as the largest until now, whatever they handled together. */
  allowOne(): void {
    this.most = Math.max(this.most, this.spent + ROOM * Math.max(this.cost, this.largest));
  }

  /** Whether nothing is left for a remedy after a plan as large as the usual runs. */
  isForOne(): boolean {
    return this.remedies - this.cost < LEAST * this.cost;
  }

  /** The limit of what is tried: beside a known cause it only adds to what may be done. */
  limit(isKnown: boolean): number {
    return isKnown ? this.remedies : this.decisive;
  }

  /** Whether a change that makes a difference may run with all replications. */
  isRepeatable(): boolean {
    return this.isAffordable(Math.max(this.decisive, this.remedies));
  }

  /** Whether what is left of a limit is probably enough for another plan. */
  isAffordable(limit: number): boolean {
    return limit - this.spent >= LEAST * this.cost;
  }

  /** Whether they are enough for another set of faults. */
  isSettleable(): boolean {
    return this.most - this.spent >= this.cost;
  }

  /** Plans that run at the same time: as many as have room for more events than usual. */
  atOnce(limit: number = this.most): number {
    const plans = Math.floor((limit - this.spent) / (ROOM * this.cost));
    return Math.max(1, Math.min(AT_ONCE, plans));
  }

  /** The most events of each of some runs, so that none is wasted; `beside` of them have room beyond the limits. */
  share(runs: number, beside = 0): number {
    return Math.floor((this.most + beside * SETS * this.cost - this.spent) / runs);
  }
}

/** Events that some runs handled together. */
export function eventsOf(records: readonly RunRecord[]): number {
  return records.reduce((sum, { totals }) => sum + totals.events, 0);
}
