import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { OutlierSetup, OutlierState } from '../../contracts/patterns/outlier.js';
import { OUTCOME, statusOf, type Outcome } from '../../contracts/outcome.js';
import type { Alarm, PolicyProblem } from '../../contracts/patterns/policy.js';
import { Ejections, mayBeOut } from './envoy-ejections.js';
import type { OutlierRules } from './envoy-outlier-fields.js';

/** Envoy's default longest ejection, unless the base time is longer. */
const LONGEST: Ns = 300_000_000_000;

/** Default for consecutive local-origin failures. */
const LOCAL_IN_A_ROW = 5;

/** Local-origin outcomes: the caller could not connect, lost the connection, or timed out. */
const LOCAL = [
  OUTCOME.refused,
  OUTCOME.connectTimeout,
  OUTCOME.reset,
  OUTCOME.timeout,
  OUTCOME.deadlineExceeded,
].reduce((set, kind) => set | (1 << kind), 0);

/** Results of the current interval, by instance. */
class Monitor {
  readonly requests: Float64Array;
  readonly successes: Float64Array;

  constructor(size: number) {
    this.requests = new Float64Array(size);
    this.successes = new Float64Array(size);
  }

  add(instance: number, isSuccess: boolean): void {
    this.requests[instance]++;
    if (isSuccess) this.successes[instance]++;
  }

  forget(instance: number): void {
    this.requests[instance] = this.successes[instance] = 0;
  }

  clear(): void {
    this.requests.fill(0);
    this.successes.fill(0);
  }
}

/** Rounded to the percentage that the user wrote, because 0.29 x 100 is not exactly 29. */
const percent = (value: number): number => Math.round(value * 1e6) / 1e4;

/** Envoy's outlier detection as one process sees one callee. */
export class EnvoyOutliers implements OutlierState {
  private readonly ejections: Ejections;
  private readonly key: StreamKey;
  private readonly in5xx: Float64Array;
  private readonly inGateway: Float64Array;
  private readonly inLocal: Float64Array;
  private readonly localLimit: number;
  /** Results from responses, and local-origin results; without a split the first holds both. */
  private readonly external: Monitor;
  private readonly local: Monitor;
  private readonly alarm: Alarm;
  private isArmed = false;
  private lastSweep: Ns = 0;
  private detected = 0;

  constructor(
    private readonly config: OutlierRules,
    private readonly setup: OutlierSetup,
  ) {
    const { size } = setup;
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
    const split = config.splitExternalLocalOriginErrors ? size : 0;
    this.inLocal = new Float64Array(split);
    this.localLimit = config.consecutiveLocalOriginFailure ?? LOCAL_IN_A_ROW;
    this.external = new Monitor(size);
    this.local = new Monitor(split);
    this.alarm = setup.alarm(() => this.sweep());
  }

  record(instance: number, outcome: Outcome): void {
    // A request cancelled by its client says nothing about the instance.
    if ((outcome & 31) === OUTCOME.cancelled) return;
    if (!this.isArmed) this.arm();
    if (this.config.splitExternalLocalOriginErrors && ((LOCAL >> (outcome & 31)) & 1) !== 0) {
      this.failedLocally(instance);
      return;
    }
    const status = statusOf(outcome);
    this.external.add(instance, status < 500);
    if (status < 500) {
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

  /** Each request that gets its connection resets the count of consecutive local-origin failures. */
  connected(instance: number): void {
    if (!this.config.splitExternalLocalOriginErrors) return;
    if (!this.isArmed) this.arm();
    this.local.add(instance, true);
    this.inLocal[instance] = 0;
  }

  passed(instance: number): void {
    if (!this.config.successfulActiveHealthCheckUnejectHost) return;
    if (this.ejections.isOut(instance)) this.uneject(instance);
  }

  reset(): void {
    this.alarm.clear();
    this.isArmed = false;
    this.ejections.reset();
    this.in5xx.fill(0);
    this.inGateway.fill(0);
    this.inLocal.fill(0);
    this.external.clear();
    this.local.clear();
  }

  forget(instance: number): void {
    this.ejections.forget(instance);
    this.in5xx[instance] = this.inGateway[instance] = this.inLocal[instance] = 0;
    this.external.forget(instance);
    this.local.forget(instance);
  }

  private failedLocally(instance: number): void {
    this.local.add(instance, false);
    if (++this.inLocal[instance] === this.localLimit) {
      if (this.inARow(instance)) this.inLocal[instance] = 0;
    }
  }

  /** True unless the instance is already ejected. */
  private inARow(instance: number): boolean {
    if (this.ejections.isOut(instance)) return false;
    this.ejections.eject(instance);
    return true;
  }

  /** Sweeps fall on multiples of the interval; they are skipped while there is nothing to check. */
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
      this.uneject(instance);
    }
    // An instance that the success rate has just ejected still counts towards the minimum number of hosts.
    const { failurePercentage, successRate } = this.config;
    const judged = this.hostsWith(this.external, failurePercentage?.requestVolume ?? Infinity);
    this.compareRates(this.external, successRate.enforcing);
    this.judgeFailures(judged);
    if (this.config.splitExternalLocalOriginErrors) {
      this.compareRates(this.local, successRate.enforcingLocalOrigin);
    }
    this.external.clear();
    this.local.clear();
    this.isArmed = false;
    if (ejections.decay(now)) this.arm();
  }

  private uneject(instance: number): void {
    this.ejections.uneject(instance);
    this.in5xx[instance] = 0;
    this.inGateway[instance] = 0;
    this.inLocal[instance] = 0;
  }

  /** Success rate in percent; -1 for ejected instances and those with too few requests. */
  private rateOf({ requests, successes }: Monitor, instance: number, volume: number): number {
    const all = requests[instance];
    if (all < volume || this.ejections.isOut(instance)) return -1;
    return (successes[instance] * 100) / all;
  }

  private hostsWith(monitor: Monitor, volume: number): number {
    let hosts = 0;
    for (let instance = 0; instance < this.setup.size; instance++) {
      if (this.rateOf(monitor, instance, volume) >= 0) hosts++;
    }
    return hosts;
  }

  private compareRates(monitor: Monitor, enforcing: number): void {
    const { minimumHosts, requestVolume, stdevFactor } = this.config.successRate;
    const { size } = this.setup;
    const hosts = this.hostsWith(monitor, requestVolume);
    if (enforcing === 0 || hosts < minimumHosts) return;
    let sum = 0;
    for (let instance = 0; instance < size; instance++) {
      sum += Math.max(0, this.rateOf(monitor, instance, requestVolume));
    }
    const mean = sum / hosts;
    let squares = 0;
    for (let instance = 0; instance < size; instance++) {
      const rate = this.rateOf(monitor, instance, requestVolume);
      if (rate >= 0) squares += (rate - mean) * (rate - mean);
    }
    const factor = Math.round(stdevFactor * 1000) / 1000;
    const threshold = mean - factor * Math.sqrt(squares / hosts);
    const { key } = this;
    for (let instance = 0; instance < size; instance++) {
      const rate = this.rateOf(monitor, instance, requestVolume);
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
      const rate = this.rateOf(this.external, instance, rule.requestVolume);
      if (rate >= 0 && 100 - rate >= threshold) this.ejections.eject(instance);
    }
  }
}

/** Most of the instances that may be out at the same time. */
export function mostOut(
  {
    maxEjectionPercent,
    alwaysEjectOneHost,
  }: Pick<OutlierRules, 'maxEjectionPercent' | 'alwaysEjectOneHost'>,
  instances: number,
): number {
  const limits = { maxPercent: percent(maxEjectionPercent), alwaysOne: alwaysEjectOneHost };
  let most = 0;
  while (most < instances && mayBeOut(most + 1, instances, limits)) most++;
  return most;
}

/** The longest ejection: the configured one or the default. */
export function longestOf({ baseEjectionTime, maxEjectionTime }: OutlierRules): Ns {
  return maxEjectionTime ?? Math.max(LONGEST, baseEjectionTime);
}

/** Thresholds for results that are never counted. */
export function splitProblems(
  isSplit: boolean,
  written: number | undefined,
  field: string,
): readonly PolicyProblem[] {
  if (isSplit || written === undefined) return [];
  const message =
    'has no effect while local errors are counted with responses: set ' +
    'splitExternalLocalOriginErrors, or remove this';
  return [{ field, message }];
}
