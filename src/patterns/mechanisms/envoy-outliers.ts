import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { OutlierSetup, OutlierState } from '../../spec/outlier.js';
import type { Outcome } from '../../spec/outcome.js';
import { OUTCOME, statusOf } from '../../spec/outcome.js';
import type { Alarm } from '../../spec/policy.js';
import { Ejections } from './envoy-ejections.js';

/** Envoy's longest ejection where none is written, unless the base time is longer. */
const LONGEST: Ns = 300_000_000_000;

/** What Envoy ejects for, and for how long; shares are 0 to 1. */
export interface OutlierRules {
  /** 0: off. */
  readonly consecutive5xx: number;
  /** 0 or left out: off. */
  readonly consecutiveGatewayFailure?: number;
  readonly interval: Ns;
  readonly baseEjectionTime: Ns;
  readonly maxEjectionTime?: Ns;
  readonly maxEjectionTimeJitter: Ns;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOneHost: boolean;
  readonly successRate: {
    readonly minimumHosts: number;
    readonly requestVolume: number;
    readonly stdevFactor: number;
    /** 0: off. */
    readonly enforcing: number;
  };
  readonly failurePercentage?: {
    readonly threshold: number;
    readonly minimumHosts: number;
    readonly requestVolume: number;
  };
}

/** A share in percent, as it was written: 0.29 x 100 is not 29. */
const percent = (value: number): number => Math.round(value * 1e6) / 1e4;

/** Envoy's outlier detection as one process sees one callee. */
export class EnvoyOutliers implements OutlierState {
  private readonly config: OutlierRules;
  private readonly setup: OutlierSetup;
  private readonly ejections: Ejections;
  private readonly key: StreamKey;
  private readonly in5xx: Float64Array;
  private readonly inGateway: Float64Array;
  /** Of the present interval. */
  private readonly requests: Float64Array;
  private readonly successes: Float64Array;
  private readonly alarm: Alarm;
  private isArmed = false;
  private lastSweep: Ns = 0;
  private detected = 0;

  constructor(config: OutlierRules, setup: OutlierSetup) {
    const { size } = setup;
    this.config = config;
    this.setup = setup;
    this.key = setup.stream('enforcing');
    this.ejections = new Ejections(setup, {
      baseNs: config.baseEjectionTime,
      maxNs: longestOf(config),
      jitterNs: config.maxEjectionTimeJitter,
      intervalNs: config.interval,
      maxPercent: percent(config.maxEjectionPercent),
      alwaysOne: config.alwaysEjectOneHost,
    });
    this.in5xx = new Float64Array(size);
    this.inGateway = new Float64Array(size);
    this.requests = new Float64Array(size);
    this.successes = new Float64Array(size);
    this.alarm = setup.alarm(() => this.sweep());
  }

  record(instance: number, outcome: Outcome): void {
    // A request whose client went away says nothing about the instance.
    if ((outcome & 31) === OUTCOME.cancelled) return;
    if (!this.isArmed) this.arm();
    this.requests[instance]++;
    const status = statusOf(outcome);
    if (status < 500) {
      this.successes[instance]++;
      this.in5xx[instance] = 0;
      this.inGateway[instance] = 0;
      return;
    }
    const isGateway = status >= 502 && status <= 504;
    this.inGateway[instance] = isGateway ? this.inGateway[instance] + 1 : 0;
    // A count that an ejected instance passes does not come back to its threshold.
    if (isGateway && this.inGateway[instance] === this.config.consecutiveGatewayFailure) {
      if (this.inARow(instance)) this.inGateway[instance] = 0;
    }
    if (++this.in5xx[instance] === this.config.consecutive5xx) {
      if (this.inARow(instance)) this.in5xx[instance] = 0;
    }
  }

  reset(): void {
    this.alarm.clear();
    this.isArmed = false;
    this.ejections.reset();
    this.in5xx.fill(0);
    this.inGateway.fill(0);
    this.requests.fill(0);
    this.successes.fill(0);
  }

  /** True unless the instance is out already. */
  private inARow(instance: number): boolean {
    if (this.ejections.isOut(instance)) return false;
    this.ejections.eject(instance);
    return true;
  }

  /** Sweeps are at multiples of the interval; while there is nothing to be seen they are left out. */
  private arm(): void {
    const { interval } = this.config;
    const due = Math.ceil(this.setup.clock.now / interval) * interval;
    this.isArmed = true;
    this.alarm.set(due > this.lastSweep ? due : due + interval);
  }

  private sweep(): void {
    const { ejections } = this;
    const { now } = this.setup.clock;
    this.lastSweep = now;
    for (let instance = 0; instance < this.setup.size; instance++) {
      if (!ejections.isOver(instance, now)) continue;
      ejections.uneject(instance);
      this.in5xx[instance] = 0;
      this.inGateway[instance] = 0;
    }
    // Who has just been ejected by its rate is among those that are enough to judge by.
    const judged = this.hostsWith(this.config.failurePercentage?.requestVolume ?? Infinity);
    this.compareRates();
    this.judgeFailures(judged);
    this.requests.fill(0);
    this.successes.fill(0);
    this.isArmed = false;
    if (ejections.decay(now)) this.arm();
  }

  /** Rate of success in percent, -1 without enough requests, and for what is out. */
  private rateOf(instance: number, volume: number): number {
    const requests = this.requests[instance];
    if (requests < volume || this.ejections.isOut(instance)) return -1;
    return (this.successes[instance] * 100) / requests;
  }

  private hostsWith(volume: number): number {
    let hosts = 0;
    for (let instance = 0; instance < this.setup.size; instance++) {
      if (this.rateOf(instance, volume) >= 0) hosts++;
    }
    return hosts;
  }

  private compareRates(): void {
    const { minimumHosts, requestVolume, stdevFactor, enforcing } = this.config.successRate;
    const { size } = this.setup;
    const hosts = this.hostsWith(requestVolume);
    if (enforcing === 0 || hosts < minimumHosts) return;
    let sum = 0;
    for (let instance = 0; instance < size; instance++) {
      sum += Math.max(0, this.rateOf(instance, requestVolume));
    }
    const mean = sum / hosts;
    let squares = 0;
    for (let instance = 0; instance < size; instance++) {
      const rate = this.rateOf(instance, requestVolume);
      if (rate >= 0) squares += (rate - mean) * (rate - mean);
    }
    const factor = Math.round(stdevFactor * 1000) / 1000;
    const threshold = mean - factor * Math.sqrt(squares / hosts);
    const { key } = this;
    for (let instance = 0; instance < size; instance++) {
      const rate = this.rateOf(instance, requestVolume);
      if (rate < 0 || rate >= threshold || !this.ejections.mayEject()) continue;
      if (unit(key.a, key.b, this.detected++, instance, 0) < enforcing) {
        this.ejections.eject(instance);
      }
    }
  }

  private judgeFailures(hosts: number): void {
    const rule = this.config.failurePercentage;
    if (rule === undefined || hosts < rule.minimumHosts) return;
    const threshold = percent(rule.threshold);
    for (let instance = 0; instance < this.setup.size; instance++) {
      const rate = this.rateOf(instance, rule.requestVolume);
      if (rate >= 0 && 100 - rate >= threshold) this.ejections.eject(instance);
    }
  }
}

/** The longest ejection, written or not. */
export function longestOf({ baseEjectionTime, maxEjectionTime }: OutlierRules): Ns {
  return maxEjectionTime ?? Math.max(LONGEST, baseEjectionTime);
}
