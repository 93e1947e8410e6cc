import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { OutlierSetup } from '../../contracts/patterns/outlier.js';

const MS: Ns = 1_000_000;

/** Limits on the duration and the number of ejections. */
interface EjectionLimits {
  readonly baseNs: Ns;
  readonly maxNs: Ns;
  /** Maximum random extra time, in whole ms. */
  readonly jitterNs: Ns;
  readonly intervalNs: Ns;
  readonly maxPercent: number;
  readonly alwaysOne: boolean;
}

/** Whether this number of instances may be out at the same time. */
export function mayBeOut(
  count: number,
  instances: number,
  { maxPercent, alwaysOne }: Pick<EjectionLimits, 'maxPercent' | 'alwaysOne'>,
): boolean {
  return (100 * count) / instances <= maxPercent || (alwaysOne && count === 1);
}

/** Ejected instances of a callee, the time of each ejection and its length, as in Envoy. */
export class Ejections {
  /** By instance; allocated at the first ejection. */
  private out: Uint8Array = new Uint8Array(0);
  private since: Float64Array = new Float64Array(0);
  /** Time at which the last ejection ended; -1 if never ejected. */
  private backAt: Float64Array = new Float64Array(0);
  private multiplier: Float64Array = new Float64Array(0);
  private jitter: Float64Array = new Float64Array(0);
  private draws = 0;
  private count = 0;
  private readonly key: StreamKey = this.setup.stream('jitter');

  constructor(
    private readonly setup: OutlierSetup,
    private readonly limits: EjectionLimits,
  ) {}

  isOut(instance: number): boolean {
    return this.out[instance] === 1;
  }

  /** True if one more ejection is within the limit on the ejected share. */
  mayEject(): boolean {
    return mayBeOut(this.count + 1, this.setup.seen, this.limits);
  }

  /** Ejects an instance, if the limit allows it. */
  eject(instance: number): void {
    if (!this.mayEject()) return;
    const { baseNs, maxNs, jitterNs } = this.limits;
    const { key } = this;
    if (this.out.length === 0) this.begin();
    this.count++;
    this.out[instance] = 1;
    this.since[instance] = this.setup.clock.now;
    const draw = unit(key.a, key.b, instance, this.draws++, 0);
    this.jitter[instance] = Math.floor(draw * (Math.floor(jitterNs / MS) + 1)) * MS;
    if (this.multiplier[instance] * baseNs < maxNs + baseNs) this.multiplier[instance]++;
    this.setup.setOpen(instance, false);
    this.setup.machine(instance).set(1);
  }

  private begin(): void {
    const { size } = this.setup;
    this.out = new Uint8Array(size);
    this.since = new Float64Array(size);
    this.backAt = new Float64Array(size).fill(-1);
    this.multiplier = new Float64Array(size);
    this.jitter = new Float64Array(size);
  }

  /** True if the ejection time of an ejected instance is over. */
  isOver(instance: number, now: Ns): boolean {
    if (this.out[instance] !== 1) return false;
    const { baseNs, maxNs } = this.limits;
    const time = Math.min(baseNs * this.multiplier[instance], maxNs) + this.jitter[instance];
    return time <= now - this.since[instance];
  }

  uneject(instance: number): void {
    this.count--;
    this.out[instance] = 0;
    this.backAt[instance] = this.setup.clock.now;
    this.setup.setOpen(instance, true);
    this.setup.machine(instance).set(0);
  }

  /**
   * Lowers the multiplier of each instance that has been back for an interval; returns true if a later sweep has work
   * left.
   */
  decay(now: Ns): boolean {
    let isBusy = this.count > 0;
    for (let instance = 0; instance < this.out.length; instance++) {
      if (this.out[instance] === 1 || this.multiplier[instance] === 0) continue;
      if (now - this.backAt[instance] >= this.limits.intervalNs) this.multiplier[instance]--;
      if (this.multiplier[instance] > 0) isBusy = true;
    }
    return isBusy;
  }

  /** Resets the state of an instance. */
  forget(instance: number): void {
    if (this.out[instance] === 1) this.uneject(instance);
    this.backAt[instance] = -1;
    this.multiplier[instance] = 0;
  }

  reset(): void {
    for (let instance = 0; instance < this.out.length; instance++) {
      if (this.out[instance] === 0) continue;
      this.setup.setOpen(instance, true);
      this.setup.machine(instance).set(0);
    }
    this.out.fill(0);
    this.backAt.fill(-1);
    this.multiplier.fill(0);
    this.count = 0;
  }
}
