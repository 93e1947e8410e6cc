import { z } from 'zod';
import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { OutlierKind, OutlierSetup, OutlierState } from '../../spec/outlier.js';
import type { Outcome } from '../../spec/outcome.js';
import { OUTCOME, statusOf } from '../../spec/outcome.js';
import type { Alarm, PolicyProblem } from '../../spec/policy.js';
import { duration, share, whole } from '../../spec/quantities.js';
import { Ejections } from '../mechanisms/envoy-ejections.js';

/** Envoy's longest ejection where none is written, unless the base time is longer. */
const LONGEST: Ns = 300_000_000_000;

const successRate = z.strictObject({
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Instances with enough requests in the interval before any is compared. Unit: instances. ' +
        'Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(100)
    .describe(
      'Requests to an instance in the interval before it is compared. Unit: requests. Defaults to ' +
        '100.',
    ),
  stdevFactor: z
    .number()
    .min(0)
    .max(100)
    .default(1.9)
    .describe(
      'An instance is ejected whose rate is below the mean less so many standard deviations. Unit: ' +
        'number, to a thousandth. Defaults to 1.9.',
    ),
  enforcing: share()
    .prefault('100%')
    .describe(
      'Chance that what is found so is ejected; 0 turns it off. Unit: share. Defaults to 100%.',
    ),
});

const failurePercentage = z.strictObject({
  threshold: share()
    .prefault('85%')
    .describe(
      'Share of failures from which on an instance is ejected. Unit: share. Defaults to 85%.',
    ),
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Instances with enough requests in the interval before any is judged. Unit: instances. ' +
        'Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(50)
    .describe(
      'Requests to an instance in the interval before it is judged. Unit: requests. Defaults to 50.',
    ),
});

const schema = z.strictObject({
  consecutive5xx: whole()
    .prefault(5)
    .describe(
      'Failures in a row, on the last of which an instance is ejected: 5xx, timeouts, refusals, ' +
        'resets. 0 turns it off. Unit: requests. Defaults to 5.',
    ),
  consecutiveGatewayFailure: whole({ min: 1 })
    .optional()
    .describe(
      'The same for 502, 503 and 504, which timeouts, refusals and resets are too; another 5xx ' +
        'starts the count anew. Unit: requests. Defaults to none.',
    ),
  interval: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'Time between two sweeps, from the start of the run on. Only a sweep lets instances back in, ' +
        'and compares rates. Unit: duration. Defaults to 10s.',
    ),
  baseEjectionTime: duration({ allowZero: false })
    .prefault('30s')
    .describe(
      'Time for which an instance is out, times the number of its ejections; a sweep that finds it ' +
        'well an interval after its return takes one off. Unit: duration. Defaults to 30s.',
    ),
  maxEjectionTime: duration({ allowZero: false })
    .optional()
    .describe(
      'Longest time for which an instance is out. Unit: duration. Defaults to 300s, or ' +
        '`baseEjectionTime` where that is longer.',
    ),
  maxEjectionTimeJitter: duration()
    .prefault(0)
    .describe(
      'Longest time that is added to an ejection by chance, so that not all callers come back at ' +
        'once. Drawn in whole ms. Unit: duration. Defaults to 0.',
    ),
  maxEjectionPercent: share()
    .prefault('10%')
    .describe(
      'Share of the instances that may be out at once; an ejection that would pass it is not made, ' +
        'so that 10% of three are none. Unit: share. Defaults to 10%.',
    ),
  alwaysEjectOneHost: z
    .boolean()
    .default(false)
    .describe(
      'One may be out, whatever `maxEjectionPercent` says. Unit: boolean. Defaults to false.',
    ),
  successRate: successRate
    .prefault({})
    .describe(
      'At a sweep: instances whose rate of success is far below the mean of all. Unit: map. ' +
        'Defaults to on, with the values of its fields.',
    ),
  failurePercentage: failurePercentage
    .optional()
    .describe(
      'At a sweep: instances that fail too often, whatever the others do. Unit: map. Defaults to none.',
    ),
});
type Config = z.output<typeof schema>;

/** A share in percent, as it was written: 0.29 x 100 is not 29. */
const percent = (value: number): number => Math.round(value * 1e6) / 1e4;

/** Envoy's outlier detection as one process sees one callee. */
class EnvoyOutliers implements OutlierState {
  private readonly config: Config;
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

  constructor(config: Config, setup: OutlierSetup) {
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

function longestOf({ baseEjectionTime, maxEjectionTime }: Config): Ns {
  return maxEjectionTime ?? Math.max(LONGEST, baseEjectionTime);
}

/** `outlierDetection`: that of Envoy with its own field names. */
export const outliersEnvoy: OutlierKind<typeof schema> = {
  outlier: 'envoy',
  summary:
    'Outlier detection of Envoy: instances that fail in a row or more than the others are not ' +
    'called for a while.',
  sources: [
    'envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc',
    'envoyproxy/envoy api/envoy/config/cluster/v3/outlier_detection.proto',
  ],
  schema,
  example: '{ interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 50% }\n',
  create: (config, setup) => new EnvoyOutliers(config, setup),
  check(config): readonly PolicyProblem[] {
    if (longestOf(config) >= config.baseEjectionTime) return [];
    const message =
      'the longest ejection is shorter than baseEjectionTime, the first: make it longer';
    return [{ field: 'maxEjectionTime', message }];
  },
};
