import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type {
  Alarm,
  CallContext,
  PolicyKind,
  PolicySetup,
} from '../../contracts/patterns/policy.js';
import { share } from '../../contracts/quantities/quantities.js';
import { BreakerStates, type BreakerRule } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import { classProblems, EXCLUDED, FAILURE, SUCCESS } from '../mechanisms/breaker-classes.js';
import { HealthStream, nextTick } from '../mechanisms/health-stream.js';
import { problemsOf } from '../mechanisms/problems.js';
import { thrownClasses, thrownFields } from '../mechanisms/thrown-outcomes.js';
import { ruled, tripsWithin } from '../mechanisms/breaker-traits.js';

const schema = z.strictObject({
  errorThresholdPercentage: field.of(
    share(),
    '50%',
    'Error rate of the window at or above which a snapshot opens the breaker; it is first truncated to whole ' +
      'percent.',
    'share, in whole percent',
  ),
  requestVolumeThreshold: field.whole(
    20,
    'Results in the window below which a snapshot does not open the breaker.',
    { unit: 'results', min: 1 },
  ),
  sleepWindow: field.duration(
    '5s',
    'Time in the open state. A call exactly at its end is still refused; the first one after it is the test request.',
    { allowZero: true },
  ),
  rollingWindow: field.duration(
    '10s',
    'Time over which results are counted: as many whole `snapshotInterval`s as fit into it.',
  ),
  snapshotInterval: field.duration(
    '500ms',
    'Time between two health snapshots, from the first call. The breaker opens only at a snapshot.',
  ),
  ...thrownFields(
    'Hystrix treats them like a bad request: they and calls abandoned by their caller are not ' +
      'part of the health, but a test request that ends in one reopens the breaker.',
  ),
});

type Config = z.output<typeof schema>;

/** Error rates in whole percent, as in Hystrix's configuration. */
const wholePercent = (portion: number): number => Math.round(portion * 100);

const bucketsOf = ({ rollingWindow, snapshotInterval }: Config): number =>
  Math.floor(rollingWindow / snapshotInterval);

/**
 * The breaker of Hystrix 1.5.18. It opens only at a health snapshot, never on a result. The half-open state does not
 * track its test request: a success of any call closes it, and any other end reopens it for a whole sleep window. A
 * refused call ends at once and counts too, because Hystrix marks every unsuccessful call when its subscription ends.
 * So the test request closes the breaker only if no other call arrives while it is in flight; otherwise its success
 * finds the breaker open and changes nothing.
 */
class HystrixRule extends BreakerStates implements BreakerRule {
  private readonly config: Config;
  private readonly threshold: number;
  private readonly ctx: CallContext;
  private readonly alarm: Alarm;
  private readonly health: HealthStream;
  private openedAt: Ns = 0;
  /** Start of the stream of snapshots; below 0 before the first call. */
  private streamStart: Ns = -1;
  /** The snapshot the alarm is set for; below 0 for none. */
  private tick: Ns = -1;
  private underWay = 0;

  constructor(config: Config, setup: PolicySetup) {
    super(breakerJournal(setup));
    this.config = config;
    this.threshold = wholePercent(config.errorThresholdPercentage);
    this.ctx = setup.ctx;
    this.alarm = setup.alarm(() => this.snapshot());
    this.health = new HealthStream(Math.max(1, bucketsOf(config)));
  }

  admit(now: Ns): number {
    if (this.state === CLOSED) {
      if (this.tick < 0) this.awake(now);
    } else if (this.state === OPEN) {
      if (now <= this.openedAt + this.config.sleepWindow) return -1;
      this.enterState(HALF_OPEN);
    } else {
      this.open(now);
      return -1;
    }
    this.underWay++;
    return 0;
  }

  record(now: Ns, _ticket: number, result: number): void {
    this.underWay--;
    if (this.state === HALF_OPEN) {
      if (result === SUCCESS) this.close(now);
      else this.open(now);
    }
    // Results counted while not closed are lost when the stream restarts.
    if (this.state === CLOSED && result !== EXCLUDED) this.health.add(result === FAILURE);
  }

  reset(): void {
    if (this.state !== CLOSED) this.enterState(CLOSED);
    this.asleep();
    this.health.clear();
    this.streamStart = -1;
    this.underWay = 0;
  }

  private snapshot(): void {
    const { health, config } = this;
    if (
      health.total >= config.requestVolumeThreshold &&
      health.errorPercentage() >= this.threshold
    ) {
      this.open(this.ctx.now);
      return;
    }
    health.advance();
    // With nothing to count, all snapshots until the next call are equal.
    if (health.total === 0 && this.underWay === 0) this.tick = -1;
    else this.setTick(this.tick + config.snapshotInterval);
  }

  /** A call after an idle time: snapshots resume in their original phase. */
  private awake(now: Ns): void {
    if (this.streamStart < 0) this.streamStart = now;
    this.setTick(nextTick(this.streamStart, this.config.snapshotInterval, now));
  }

  private asleep(): void {
    this.alarm.clear();
    this.tick = -1;
  }

  private setTick(at: Ns): void {
    this.tick = at;
    // A paused process makes up its missed snapshots one after another when it resumes.
    this.alarm.set(Math.max(at, this.ctx.now));
  }

  private open(now: Ns): void {
    this.asleep();
    this.openedAt = now;
    this.enterState(OPEN);
  }

  /**
   * The stream restarts with the success that closes the breaker: its clock starts there, and this success is its first
   * result.
   */
  private close(now: Ns): void {
    this.health.clear();
    this.streamStart = now;
    this.enterState(CLOSED);
    this.awake(now);
  }
}

/** `circuitBreaker` of kind `hystrix`: Netflix Hystrix with its own property names. */
export const circuitBreakerHystrix: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: thrownClasses,
    trips: ({ requestVolumeThreshold: calls, rollingWindow }) =>
      tripsWithin('requestVolumeThreshold', calls, 'rollingWindow', rollingWindow),
    rule: (config, setup) => new HystrixRule(config, setup),
  }),
  kind: 'hystrix',
  summary: 'Hystrix 1.5.18: opens on an error percentage, evaluated every half second.',
  sources: [
    'Netflix/Hystrix hystrix-core HystrixCircuitBreaker.java, HystrixCommandMetrics.java, ' +
      'AbstractCommand.java (unsubscribeCommandCleanup)',
    'Netflix/Hystrix hystrix-core metric/consumer/BucketedRollingCounterStream.java',
  ],
  schema,
  example:
    'circuitBreaker: { kind: hystrix, requestVolumeThreshold: 4, sleepWindow: 200ms, ' +
    'rollingWindow: 1s, snapshotInterval: 100ms }\n',
  check(config) {
    const { errorThresholdPercentage: portion } = config;
    return [
      ...classProblems(config),
      ...problemsOf({
        errorThresholdPercentage:
          Math.abs(portion * 100 - wholePercent(portion)) > 1e-9 &&
          'expected whole percent, such as 50%: Hystrix compares whole percents',
        snapshotInterval:
          bucketsOf(config) < 1 &&
          'is longer than rollingWindow, so no snapshot fits into the window: make it shorter',
      }),
    ];
  },
};
