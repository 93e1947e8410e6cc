import { HORIZON_MAX_NS, type Ns } from '../../kernel/time.js';
import type { Alarm } from '../../contracts/patterns/policy.js';
import { CLOSED, HALF_OPEN, OPEN, type BreakerJournal, type BreakerRule } from './breaker.js';
import { EXCLUDED, FAILURE, SUCCESS } from './breaker-classes.js';
import type { MachineConfig } from './breaker-machine-fields.js';
import type { CallWindow, OpenWindow } from './call-window.js';
import { CountWindow, TimeWindow, TotalWindow } from './call-window.js';

/** The window of rates; consecutive failures need none. */
function windowOf(config: MachineConfig): OpenWindow | CountWindow {
  const size = config.windowSize;
  if (config.window === 'consecutive' || size === undefined) return new TotalWindow();
  if ('calls' in size) return new CountWindow(size.calls);
  return new TimeWindow(config.buckets, size.lengthNs / config.buckets);
}

/**
 * The general breaker, of which the other kinds are settings: closed, open for a while, then half open until a rule
 * over its probes closes or reopens it.
 */
export class BreakerMachine implements BreakerRule {
  private readonly window: CallWindow;
  /** The same window if calls count before they end; else null. */
  private readonly early: OpenWindow | null;
  private readonly probes = new TotalWindow();
  private state = CLOSED;
  /** Increments with each transition; it is the ticket of the calls admitted since then. */
  private generation = 0;
  /** Failures in a row. */
  private row = 0;
  /** Calls that half open still admits. */
  private permits = 0;
  private wait: Ns;
  private openUntil: Ns = 0;
  /** True while a periodic evaluation is scheduled. */
  private ticking = false;

  constructor(
    private readonly config: MachineConfig,
    private readonly journal: BreakerJournal,
    private readonly timer: Alarm,
  ) {
    const window = windowOf(config);
    this.window = window;
    this.early = config.counted === 'ended' || window instanceof CountWindow ? null : window;
    this.wait = config.open;
  }

  admit(now: Ns): number {
    if (this.state === OPEN && this.waitIsOver(now)) this.enterHalfOpen(now);
    const refused = this.state === OPEN || (this.state === HALF_OPEN && this.permits === 0);
    if (!refused || this.config.counted === 'offered') this.early?.call(now);
    if (refused) return -1;
    if (this.state === HALF_OPEN) this.permits--;
    return this.generation;
  }

  record(now: Ns, ticket: number, result: number, durationNs: Ns): void {
    const { config } = this;
    if (this.state === OPEN && config.resultsEndOpen && this.waitIsOver(now)) {
      this.enterHalfOpen(now);
    }
    const isLate = ticket !== this.generation;
    if (isLate && config.lateResults === 'drop') return;
    if (this.state === OPEN && result === SUCCESS && config.lateResults === 'successCloses') {
      this.enterClosed(now);
      return;
    }
    const isProbe = this.state === HALF_OPEN && !(isLate && config.lateResults === 'oldWindow');
    const isConcurrent = config.halfOpen.mode === 'concurrent';
    // A late call holds no permit. In mode `total`, an excluded late call returns one anyway.
    if (isProbe && (isConcurrent ? !isLate : result === EXCLUDED)) this.permits++;
    if (result === EXCLUDED) return;
    const failed = result === FAILURE;
    const slow = config.slow !== undefined && durationNs > config.slow;
    this.note(now, failed, slow);
    if (isProbe) this.judgeProbes(now, failed, slow);
    else if (this.state === CLOSED) this.judgeWindow(now, failed);
  }

  /** The timer of the present state. */
  ring(now: Ns): void {
    if (this.state === OPEN) this.enterHalfOpen(now);
    else if (this.state === HALF_OPEN) this.enterOpen(now);
    else {
      this.ticking = false;
      this.window.advance(now);
      if (this.isAbove(this.row, this.window)) this.enterOpen(now);
      else if (this.needsTicks()) this.tick(now);
    }
  }

  reset(): void {
    this.timer.clear();
    this.ticking = false;
    this.window.clear(0);
    this.row = 0;
    this.wait = this.config.open;
    this.generation++;
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    this.journal.set(CLOSED);
  }

  isIdle(now: Ns): boolean {
    const { window, config } = this;
    if (this.state !== CLOSED) return false;
    if (config.window === 'consecutive') return this.row === 0;
    window.advance(now);
    return window.calls === 0 && window.failures === 0 && window.slow === 0;
  }

  private waitIsOver(now: Ns): boolean {
    return this.config.boundary === 'strict' ? now > this.openUntil : now >= this.openUntil;
  }

  private note(now: Ns, failed: boolean, slow: boolean): void {
    this.row = failed ? this.row + 1 : 0;
    if (this.early !== null) this.early.result(now, failed, slow);
    else this.window.record(now, failed, slow);
  }

  private judgeWindow(now: Ns, failed: boolean): void {
    const { config } = this;
    if (config.evaluateEvery !== undefined) {
      if (!this.ticking) this.tick(now);
    } else if ((failed || config.evaluateOn === 'result') && this.isAbove(this.row, this.window)) {
      this.enterOpen(now);
    }
  }

  private judgeProbes(now: Ns, failed: boolean, slow: boolean): void {
    const { closeAfter, decideAfter } = this.config.halfOpen;
    const { probes } = this;
    probes.record(now, failed, slow);
    if (decideAfter === undefined) {
      if (failed) this.enterOpen(now);
      else if (probes.calls >= closeAfter) this.enterClosed(now);
    } else if (probes.calls >= decideAfter) {
      if (this.exceeds(probes)) this.enterOpen(now);
      else this.enterClosed(now);
    }
  }

  private isAbove(row: number, window: CallWindow): boolean {
    const { threshold, minCalls } = this.config;
    if ('calls' in threshold) return this.compare(row, threshold.calls);
    return window.calls >= minCalls && window.calls > 0 && this.exceeds(window);
  }

  /** Whether the failure rate or the slow rate reaches its threshold. */
  private exceeds(of: CallWindow): boolean {
    const { threshold, slowRate } = this.config;
    if ('share' in threshold && this.compare(of.failures / of.calls, threshold.share)) return true;
    return slowRate !== undefined && this.compare(of.slow / of.calls, slowRate);
  }

  private compare(value: number, threshold: number): boolean {
    return this.config.tripOp === '>' ? value > threshold : value >= threshold;
  }

  /** Rates over a time window change without new results while the window holds any. */
  private needsTicks(): boolean {
    return this.config.window === 'time' && this.window.calls > 0;
  }

  /** Schedules the evaluation at the next multiple of the period. */
  private tick(now: Ns): void {
    const period = this.config.evaluateEvery!;
    this.ticking = true;
    this.timer.set((Math.floor(now / period) + 1) * period);
  }

  private enterOpen(now: Ns): void {
    const backoff = this.config.openBackoff;
    if (this.state === HALF_OPEN && backoff !== undefined) {
      const longest = backoff.max ?? HORIZON_MAX_NS;
      this.wait = Math.min(Math.round(this.wait * backoff.factor), longest);
    }
    this.openUntil = Math.min(now + this.wait, HORIZON_MAX_NS);
    this.enter(OPEN);
    if (!this.config.lazyHalfOpen) this.timer.set(this.openUntil);
  }

  private enterHalfOpen(now: Ns): void {
    const { permits, maxWait } = this.config.halfOpen;
    this.permits = permits;
    this.probes.clear();
    this.enter(HALF_OPEN);
    if (maxWait > 0) this.timer.set(now + maxWait);
  }

  private enterClosed(now: Ns): void {
    this.wait = this.config.open;
    if (this.config.resetWindowOnClose) {
      this.row = 0;
      this.window.clear(now);
    }
    this.enter(CLOSED);
    if (this.config.evaluateEvery !== undefined && this.needsTicks()) this.tick(now);
  }

  private enter(state: number): void {
    this.state = state;
    this.generation++;
    this.timer.clear();
    this.ticking = false;
    this.journal.set(state);
  }
}
