import type { Ns } from '../../../kernel/time.js';
import type { Shed } from '../../../contracts/scenario/resources.js';

/** The inputs of a load-shedding rule in its instance. */
export interface ShedSetup {
  readonly capacity: number;
  /** Requests in the queue now. */
  queued(): number;
  /** Number of cores that the work may use on average. */
  readonly cores: number;
  /** Core time used since the start of the run. */
  coreTime(): Ns;
}

/** An overload signal in one instance. */
export interface Overload {
  /** True if the instance is overloaded now, when a request asks for admission. */
  at(now: Ns): boolean;
  /** A request has begun after this wait. */
  begun?(now: Ns, waitNs: Ns): void;
  reset(now: Ns): void;
}

/** Overloaded if the queue is filled to a share of its capacity or more. */
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
    // It has no state besides the queue.
  }
}

/**
 * Overloaded if the cores were used to a share or more, on average over the last measurement interval. The first
 * request after each interval takes the measurement, like a monitor that refreshes a cached value.
 */
class BusyCores implements Overload {
  private lookedAt: Ns = 0;
  private used: Ns = 0;
  private share = 0;

  constructor(
    private readonly setup: ShedSetup,
    private readonly above: number,
    private readonly intervalNs: Ns,
  ) {}

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

/** Overloaded if every request that began within the last interval had waited longer than the target. */
class LongWaits implements Overload {
  private lastShort: Ns = 0;
  private lastLong: Ns = -Infinity;

  constructor(
    private readonly targetNs: Ns,
    private readonly intervalNs: Ns,
  ) {}

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

/** Rules that refuse requests while a signal lasts. */
export type SignalShed = Exclude<Shed, { readonly kind: 'dagor' }>;

/** The overload signal of one instance. */
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
