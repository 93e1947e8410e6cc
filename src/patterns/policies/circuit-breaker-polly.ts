import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { duration } from '../../contracts/quantities/quantities.js';
import { BreakerStates, type BreakerJournal, type BreakerRule } from '../mechanisms/breaker.js';
import { breakerJournal, CLOSED, HALF_OPEN, OPEN } from '../mechanisms/breaker.js';
import type { ClassRules } from '../mechanisms/breaker-classes.js';
import { BreakerClasses, classProblems, FAILURE } from '../mechanisms/breaker-classes.js';
import { problemsOf } from '../mechanisms/problems.js';
import { SampledHealth } from '../mechanisms/sampled-health.js';
import { THROWN, thrownFields } from '../mechanisms/thrown-outcomes.js';
import { ruled, tripsWithin } from '../mechanisms/breaker-traits.js';

const MILLISECOND = 1_000_000;
/** Polly validates its options: both durations lie between half a second and a day. */
const SHORTEST = 500 * MILLISECOND;
const LONGEST = 86_400_000 * MILLISECOND;
const TOO_LONG = 'expected at most 24h, the limit of Polly';

const schema = z.strictObject({
  failureRatio: field.share('10%', 'Failure ratio at or above which a failure opens the breaker.'),
  minimumThroughput: field.whole(
    100,
    'Results needed within `samplingDuration` before the ratio counts.',
    { unit: 'results', min: 2 },
  ),
  samplingDuration: field.of(
    duration({ min: SHORTEST }),
    '30s',
    'Time over which results are counted, in up to ten sub-windows that expire one by one.',
    'duration, 500ms to 24h',
  ),
  breakDuration: field.of(
    duration({ min: SHORTEST }),
    '5s',
    'Time in the open state. A call exactly at its end is admitted as the only probe.',
    'duration, 500ms to 24h',
  ),
  ...thrownFields(
    'Polly counts everything that is not a failure as a success: also calls abandoned by ' +
      'their caller and, without `failOn`, calls ended by an outer deadline.',
  ),
});
type Config = z.output<typeof schema>;

/**
 * The default ShouldHandle of CircuitBreakerStrategyOptions: every exception except OperationCanceledException. An
 * outer timeout, such as the total one of the standard handler, also appears inside as that exception.
 */
const RULES: ClassRules = { failures: THROWN, excluded: ['cancelled'], cancelsAtDeadline: true };

/**
 * The breaker of Polly v8. Calls carry no generation: the first result while half open decides, whether from the probe
 * or from a call admitted long before. Results while open only enter the health metrics, which are cleared only when
 * the breaker closes. Half open has no time limit: a probe that never ends blocks the breaker, unless a late result
 * decides.
 */
class PollyRule extends BreakerStates implements BreakerRule {
  private blockedUntil: Ns = 0;
  private readonly health = new SampledHealth(this.config.samplingDuration);

  constructor(
    private readonly config: Config,
    journal: BreakerJournal,
  ) {
    super(journal);
  }

  admit(now: Ns): number {
    if (this.state === CLOSED) return 0;
    if (this.state === HALF_OPEN || now < this.blockedUntil) return -1;
    this.enterState(HALF_OPEN);
    return 0;
  }

  record(now: Ns, _ticket: number, result: number): void {
    const failure = result === FAILURE;
    if (this.state === HALF_OPEN) {
      if (failure) this.open(now);
      else this.close();
      return;
    }
    this.health.add(now, failure);
    if (failure && this.state === CLOSED && this.unhealthy()) this.open(now);
  }

  reset(): void {
    if (this.state !== CLOSED) this.close();
    this.health.reset();
  }

  isIdle(now: Ns): boolean {
    return this.state === CLOSED && this.health.isOver(now);
  }

  private unhealthy(): boolean {
    const { failures, throughput } = this.health;
    const { minimumThroughput, failureRatio } = this.config;
    return throughput >= minimumThroughput && failures / throughput >= failureRatio;
  }

  private open(now: Ns): void {
    this.blockedUntil = now + this.config.breakDuration;
    this.enterState(OPEN);
  }

  private close(): void {
    this.health.reset();
    this.enterState(CLOSED);
  }
}

/** `circuitBreaker` of kind `polly`: Polly v8 with its own option names. */
export const circuitBreakerPolly: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: (config) => new BreakerClasses(config, RULES),
    trips: ({ minimumThroughput, samplingDuration }) =>
      tripsWithin('minimumThroughput', minimumThroughput, 'samplingDuration', samplingDuration),
    rule: (config, setup) => new PollyRule(config, breakerJournal(setup)),
  }),
  kind: 'polly',
  summary: 'Polly v8: opens on a failure ratio over a sampling duration; one probe.',
  sources: [
    'App-vNext/Polly src/Polly.Core/CircuitBreaker/Controller/CircuitStateController.cs, ' +
      'AdvancedCircuitBehavior.cs',
    'App-vNext/Polly src/Polly.Core/CircuitBreaker/Health/RollingHealthMetrics.cs',
    'App-vNext/Polly src/Polly.Core/CircuitBreaker/CircuitBreakerStrategyOptions.TResult.cs',
  ],
  schema,
  example:
    'circuitBreaker: { kind: polly, failureRatio: 50%, minimumThroughput: 4, ' +
    'samplingDuration: 1s, breakDuration: 500ms }\n',
  check: (config) => [
    ...classProblems(config),
    ...problemsOf({
      samplingDuration: config.samplingDuration > LONGEST && TOO_LONG,
      breakDuration: config.breakDuration > LONGEST && TOO_LONG,
    }),
  ],
};
