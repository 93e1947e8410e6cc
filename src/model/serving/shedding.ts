import type { Ns } from '../../kernel/time.js';
import type { Shed } from '../../spec/resources.js';

/** What a rule of shedding looks at in its instance. */
export interface ShedSetup {
  readonly capacity: number;
  /** Requests in the queue now. */
  queued(): number;
  /** Cores that work may use on average. */
  readonly cores: number;
  /** Core time used since the start of the run. */
  coreTime(): Ns;
}

/** A signal of overload in one instance. */
export interface Overload {
  /** Whether it lasts at this moment, when a request asks to be let in. */
  at(now: Ns): boolean;
  /** A request has begun after waiting so long. */
  begun?(now: Ns, waitNs: Ns): void;
  reset(now: Ns): void;
}

/** The queue is filled to a share of its capacity, or more. */
class FullQueue implements Overload {
  private readonly setup: ShedSetup;
  private readonly most: number;

  constructor(setup: ShedSetup, above: number) {
    this.setup = setup;
    this.most = above * setup.capacity;
  }

  at(): boolean {
    return this.setup.queued() >= this.most;
  }

  reset(): void {
    // The queue itself is all it remembers.
  }
}

/**
 * The cores were used to a share or more, on average from one look to the next. They are looked at by the
 * first request after each interval, as a monitor does that refreshes its reading.
 */
class BusyCores implements Overload {
  private readonly setup: ShedSetup;
  private readonly above: number;
  private readonly intervalNs: Ns;
  private lookedAt: Ns = 0;
  private used: Ns = 0;
  private share = 0;

  constructor(setup: ShedSetup, above: number, intervalNs: Ns) {
    this.setup = setup;
    this.above = above;
    this.intervalNs = intervalNs;
  }

  at(now: Ns): boolean {
    const elapsed = now - this.lookedAt;
    if (elapsed >= this.intervalNs) {
      const used = this.setup.coreTime();
      this.share = (used - this.used) / (elapsed * this.setup.cores);
      this.used = used;
      this.lookedAt = now;
    }
    return this.share >= this.above;
  }

  reset(now: Ns): void {
    this.lookedAt = now;
    this.used = this.setup.coreTime();
    this.share = 0;
  }
}

/** Of the requests that began within the last interval each had waited longer than the target. */
class LongWaits implements Overload {
  private readonly targetNs: Ns;
  private readonly intervalNs: Ns;
  private lastShort: Ns = 0;
  private lastLong: Ns = -Infinity;

  constructor(targetNs: Ns, intervalNs: Ns) {
    this.targetNs = targetNs;
    this.intervalNs = intervalNs;
  }

  at(now: Ns): boolean {
    const since = now - this.intervalNs;
    return this.lastLong > since && this.lastShort <= since;
  }

  begun(now: Ns, waitNs: Ns): void {
    if (waitNs > this.targetNs) this.lastLong = now;
    else this.lastShort = now;
  }

  reset(now: Ns): void {
    this.lastShort = now;
    this.lastLong = -Infinity;
  }
}

/** What refuses while a signal lasts. */
export type SignalShed = Exclude<Shed, { readonly kind: 'dagor' }>;

/** The signal of one instance. */
export function overloadOf(shed: SignalShed, setup: ShedSetup): Overload {
  switch (shed.kind) {
    case 'priority':
      return new FullQueue(setup, shed.above);
    case 'cpu':
      return new BusyCores(setup, shed.above, shed.intervalNs);
    case 'queueDelay':
      return new LongWaits(shed.targetNs, shed.intervalNs);
  }
}
