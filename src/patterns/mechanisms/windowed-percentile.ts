import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../kernel/time.js';

const FLUSH_NS = 10 * NS_PER_SECOND;
const REFRESH_NS = 3 * NS_PER_SECOND;
const WINDOWS = 3;

/**
 * Finagle's WindowedPercentileHistogram.scala, and the timer of BackupRequestFilter.scala that reads it. Latencies in
 * whole ms fill three windows of 10 s. Only full windows count, and the percentile is read every 3 s. Before the first
 * read there is no value; until the first window is full, a read gives 0. Both clocks start with the process and catch
 * up on use; a tick belongs to the interval after it.
 */
export class WindowedPercentile {
  private position = 0;
  private startNs: Ns = 0;
  private flushes = 0;
  private refreshes = 0;
  private readMs = Infinity;
  /** The window being filled, and the full ones. */
  private readonly filling = new Int32Array(this.highestMs + 1);
  private readonly full = new Int32Array(this.highestMs + 1);
  private readonly each: readonly Int32Array[] = Array.from(
    { length: WINDOWS },
    () => new Int32Array(this.highestMs + 1),
  );

  constructor(
    private readonly p: number,
    private readonly highestMs: number,
  ) {}

  add(now: Ns, latencyNs: Ns): void {
    this.catchUp(now);
    this.filling[Math.min(Math.floor(latencyNs / NS_PER_MS), this.highestMs)]++;
  }

  /** The percentile at the last read, in ms; Infinity before the first read. */
  ms(now: Ns): number {
    this.catchUp(now);
    return this.readMs;
  }

  /** The process has restarted. */
  reset(now: Ns): void {
    this.filling.fill(0);
    this.full.fill(0);
    for (const window of this.each) window.fill(0);
    this.startNs = now;
    this.flushes = 0;
    this.refreshes = 0;
    this.readMs = Infinity;
  }

  private catchUp(now: Ns): void {
    const flushes = Math.floor((now - this.startNs) / FLUSH_NS);
    const refreshes = Math.floor((now - this.startNs) / REFRESH_NS);
    if (flushes === this.flushes && refreshes === this.refreshes) return;
    // After a long silence, five flushes empty all windows before the last reading.
    this.flushes = Math.max(this.flushes, flushes - WINDOWS - 2);
    while (this.flushes < flushes) {
      this.flushes++;
      this.refreshUntil(Math.ceil((this.flushes * FLUSH_NS) / REFRESH_NS) - 1);
      this.flush();
    }
    this.refreshUntil(refreshes);
  }

  private refreshUntil(refreshes: number): void {
    if (refreshes <= this.refreshes) return;
    this.refreshes = refreshes;
    this.readMs = this.flushes > 0 ? this.percentile() : 0;
  }

  private flush(): void {
    const { filling, full } = this;
    const oldest = this.each[this.position]!;
    for (let ms = 0; ms <= this.highestMs; ms++) {
      full[ms] += filling[ms]! - oldest[ms]!;
      oldest[ms] = filling[ms]!;
      filling[ms] = 0;
    }
    this.position = (this.position + 1) % WINDOWS;
  }

  /** HdrHistogram getValueAtPercentile: the rank is rounded, at least 1; 0 if there are no values. */
  private percentile(): number {
    let count = 0;
    for (const n of this.full) count += n;
    if (count === 0) return 0;
    const rank = Math.max(1, Math.floor(this.p * count + 0.5));
    let seen = 0;
    for (let ms = 0; ms <= this.highestMs; ms++) {
      seen += this.full[ms]!;
      if (seen >= rank) return ms;
    }
    return this.highestMs;
  }
}
