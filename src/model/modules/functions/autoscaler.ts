import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { KpaSettings } from '../../../contracts/scenario/functions.js';

/**
 * The Knative pod autoscaler: the desired number of pods, from the average concurrency over its windows.
 * knative/serving: pkg/autoscaler/scaling/autoscaler.go; the averages are over whole seconds without those before the
 * first request, as in pkg/autoscaler/aggregation.
 */
export class Autoscaler {
  private level = 0;
  private noted: Ns = 0;
  /** First second of the current activity; -1 = none. */
  private first = -1;
  private panicSince: Ns = -1;
  private panicPods = 0;
  /** By second: average concurrency. The ring holds the stable window. */
  private readonly seconds = new Float64Array(this.spec.stableWindowNs / NS_PER_SECOND + 1);

  constructor(private readonly spec: KpaSettings) {}

  /** Changes the number of requests that wait or run. */
  add(now: Ns, change: number): void {
    this.advance(now);
    this.level += change;
    invariant(this.level >= 0, 'no more requests end than came');
    if (this.first < 0 && this.level > 0) this.first = Math.floor(now / NS_PER_SECOND);
  }

  /** True while there was no request in the stable window. */
  get isIdle(): boolean {
    return this.first < 0;
  }

  /** The desired number of pods at the start of a second, given the number of ready ones. */
  decide(now: Ns, ready: number): number {
    this.advance(now);
    const { target, panicThreshold, stableWindowNs } = this.spec;
    const { maxScaleUpRate, maxScaleDownRate } = this.spec;
    const pods = Math.max(1, ready);
    const most = Math.ceil(maxScaleUpRate * pods);
    const least = Math.floor(pods / maxScaleDownRate);
    const stable = this.average(now, stableWindowNs);
    if (stable === 0 && this.level === 0) this.first = -1;
    const byPanic = Math.ceil(this.average(now, this.spec.panicWindowNs) / target);
    let wanted = clamp(Math.ceil(stable / target), least, most);
    if (byPanic / pods >= panicThreshold) this.panicSince = now;
    else if (this.panicSince >= 0 && this.panicSince + stableWindowNs < now) this.calm();
    if (this.panicSince >= 0) {
      wanted = Math.max(wanted, clamp(byPanic, least, most));
      wanted = this.panicPods = Math.max(this.panicPods, wanted);
    }
    return this.bounded(wanted);
  }

  /** Number of pods for the first request after an idle time. */
  activate(): number {
    return this.bounded(1);
  }

  /** Resets the state: nothing runs any more. */
  reset(now: Ns): void {
    this.seconds.fill(0);
    this.level = 0;
    this.noted = now;
    this.first = -1;
    this.calm();
  }

  private calm(): void {
    this.panicSince = -1;
    this.panicPods = 0;
  }

  private bounded(pods: number): number {
    return clamp(pods, this.spec.minScale, this.spec.maxScale);
  }

  private average(now: Ns, windowNs: Ns): number {
    if (this.first < 0) return 0;
    const second = Math.floor(now / NS_PER_SECOND);
    const count = Math.min(windowNs / NS_PER_SECOND, second - this.first);
    let sum = 0;
    for (let k = 1; k <= count; k++) sum += this.seconds[(second - k) % this.seconds.length];
    return count === 0 ? 0 : sum / count;
  }

  /** Adds the level since the last change to the averages of the seconds. */
  private advance(now: Ns): void {
    const { seconds } = this;
    const last = Math.floor(now / NS_PER_SECOND);
    let at = Math.floor(this.noted / NS_PER_SECOND);
    if (last - at > seconds.length) {
      at = last - seconds.length;
      this.noted = at * NS_PER_SECOND;
    }
    for (; at < last; at++) {
      const end = (at + 1) * NS_PER_SECOND;
      seconds[at % seconds.length] += (this.level * (end - this.noted)) / NS_PER_SECOND;
      seconds[(at + 1) % seconds.length] = 0;
      this.noted = end;
    }
    seconds[at % seconds.length] += (this.level * (now - this.noted)) / NS_PER_SECOND;
    this.noted = now;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
