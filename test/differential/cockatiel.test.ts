import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  ExponentialBackoff,
  handleWhen,
  noJitterGenerator,
  SamplingBreaker,
} from 'cockatiel';
import type { IBreaker } from 'cockatiel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { circuitBreakerCockatiel } from '../../src/patterns/policies/circuit-breaker-cockatiel.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { CalleeError, fakeClock, throughLibrary, throughPolicy } from './drive.js';
import type { Account, Call, End, Library } from './drive.js';

/**
 * Compares cockatiel 3.2.1 with `circuitBreaker` of kind `cockatiel`, under a fake clock. Differences by design,
 * which this test avoids, are listed in docs/differences.md.
 */

const RUNS = 1250;

type Rule =
  | { readonly consecutive: number }
  | {
      readonly sampling: {
        readonly percent: number;
        readonly duration: number;
        readonly minimumRps: number | undefined;
      };
    }
  | {
      readonly count: {
        readonly percent: number;
        readonly size: number;
        readonly minimumNumberOfCalls: number | undefined;
      };
    };

interface Config {
  readonly rule: Rule;
  /** The same wait after each opening, or doubling from `base` to `max`. */
  readonly after: number | { readonly base: number; readonly max: number };
}

const STATES: Readonly<Record<number, string>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'halfOpen',
};

function ruleOf(rule: Rule): IBreaker {
  if ('consecutive' in rule) return new ConsecutiveBreaker(rule.consecutive);
  if ('count' in rule) {
    const { percent, size, minimumNumberOfCalls } = rule.count;
    const minimum = minimumNumberOfCalls === undefined ? {} : { minimumNumberOfCalls };
    return new CountBreaker({ threshold: percent / 100, size, ...minimum });
  }
  const { percent, duration, minimumRps } = rule.sampling;
  const minimum = minimumRps === undefined ? {} : { minimumRps };
  return new SamplingBreaker({ threshold: percent / 100, duration, ...minimum });
}

function cockatiel({ rule, after }: Config, note: (state: string) => void): Library {
  const handled = handleWhen((error) => error instanceof CalleeError && error.end === 'fail');
  const breaker = circuitBreaker(handled, {
    breaker: ruleOf(rule),
    halfOpenAfter:
      typeof after === 'number'
        ? after
        : new ExponentialBackoff({
            generator: noJitterGenerator,
            initialDelay: after.base,
            maxDelay: after.max,
          }),
  });
  breaker.onStateChange((state) => note(STATES[state]!));
  return {
    fire: (run) => breaker.execute(run),
    refusal: (error) => (error instanceof BrokenCircuitError ? 'open' : null),
    state: () => STATES[breaker.state]!,
    stop: () => {},
  };
}

function written({ rule, after }: Config): unknown {
  const halfOpenAfter =
    typeof after === 'number'
      ? `${after}ms`
      : { kind: 'exponential', base: `${after.base}ms`, max: `${after.max}ms` };
  // As handleWhen: errors that are not listed are not handled.
  const own = { halfOpenAfter, failOn: ['error'] };
  if ('consecutive' in rule) return { breaker: rule, ...own };
  if ('count' in rule) {
    const { percent, ...count } = rule.count;
    return { breaker: { count: { threshold: `${percent}%`, ...count } }, ...own };
  }
  const { percent, duration, minimumRps } = rule.sampling;
  const sampling = { threshold: `${percent}%`, duration: `${duration}ms`, minimumRps };
  return { breaker: { sampling }, ...own };
}

async function both(
  config: Config,
  calls: readonly Call[],
): Promise<{ readonly real: Account; readonly ours: Account }> {
  const real = await throughLibrary((note) => cockatiel(config, note), calls, 1);
  const ours = throughPolicy(
    circuitBreakerCockatiel,
    written(config),
    calls,
    OUTCOME.rejectedRateLimit,
    null,
  );
  return { real, ours };
}

const percents = fc.oneof(fc.constantFrom(10, 20, 25, 50, 60, 75), fc.integer({ min: 1, max: 99 }));
const rules = {
  consecutive: fc.integer({ min: 1, max: 5 }).map((consecutive): Rule => ({ consecutive })),
  sampling: fc
    .record({
      percent: percents,
      duration: fc.oneof(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(2500, 4999, 5000),
        // Above 5 s there are more than five windows.
        fc.integer({ min: 5001, max: 6999 }),
      ),
      minimumRps: fc.constantFrom(undefined, 0.4, 1, 1, 2.5, 10, 40),
    })
    .map((sampling): Rule => ({ sampling })),
  count: fc
    .record({ percent: percents, size: fc.integer({ min: 1, max: 12 }), less: fc.nat({ max: 11 }) })
    .map(({ percent, size, less }): Rule => {
      const minimumNumberOfCalls = less === 0 ? undefined : Math.max(1, size - less);
      return { count: { percent, size, minimumNumberOfCalls } };
    }),
};

const waits: fc.Arbitrary<Config['after']> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 200 }) },
  { weight: 1, arbitrary: fc.constant(0) },
  {
    weight: 4,
    arbitrary: fc.record({
      base: fc.integer({ min: 1, max: 60 }),
      max: fc.integer({ min: 60, max: 300 }),
    }),
  },
);

interface Step {
  /** Delay before the call: a number of ms, or about the wait or a window of the breaker. */
  readonly until: 'soon' | 'wait' | 'window';
  readonly ms: number;
  readonly lasts: number | null;
  readonly ends: End;
}
const near = fc.constantFrom(-2, -1, 0, 0, 1, 2);
const pause = (until: Step['until'], ms: fc.Arbitrary<number>) =>
  fc.record({ until: fc.constant(until), ms });
const pauses = fc.oneof(
  { weight: 8, arbitrary: pause('soon', fc.nat({ max: 15 })) },
  { weight: 3, arbitrary: pause('wait', near) },
  { weight: 2, arbitrary: pause('window', near) },
);
const lasts = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.nat({ max: 40 }) },
  { weight: 3, arbitrary: fc.nat({ max: 600 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
// A hung probe holds all later calls; sequences without one cover more behaviour.
const steps = (mayHang: boolean): fc.Arbitrary<Step> =>
  fc
    .record({
      pause: pauses,
      lasts: mayHang ? lasts : lasts.map((ms) => ms ?? 5),
      ends: fc.constantFrom<End[]>('ok', 'ok', 'ok', 'fail', 'fail', 'fail', 'fail', 'other'),
    })
    .map(({ pause: before, ...step }) => ({ ...before, ...step }));
const sequences = fc
  .boolean()
  .chain((mayHang) => fc.array(steps(mayHang), { minLength: 10, maxLength: 60 }));

function sequence({ rule, after }: Config, written: readonly Step[]): Call[] {
  const durationMs = 'sampling' in rule ? rule.sampling.duration : 50;
  const windowMs = Math.round(durationMs / Math.max(5, Math.ceil(durationMs / 1000)));
  const waitMs = typeof after === 'number' ? after : after.base;
  let atMs = 0;
  return written.map(({ until, ms, lasts: forMs, ends }) => {
    const pauseMs = until === 'wait' ? waitMs + ms : until === 'window' ? windowMs + ms : ms;
    atMs += Math.max(0, pauseMs);
    return { atMs, forMs, ends };
  });
}

beforeAll(fakeClock);
afterAll(() => {
  vi.useRealTimers();
});

describe('cockatiel 3.2.1 and the kind cockatiel', () => {
  it.each(['consecutive', 'sampling', 'count'] as const)(
    `agree on ${RUNS} sequences of calls with a %s breaker, event for event`,
    async (name) => {
      const seen = {
        open: 0,
        closed: 0,
        atWait: 0,
        waited: 0,
        waitedInVain: 0,
        lateWhileHalfOpen: 0,
      };
      await fc.assert(
        fc.asyncProperty(rules[name], waits, sequences, async (rule, after, steps) => {
          const config = { rule, after };
          const calls = sequence(config, steps);
          const { real, ours } = await both(config, calls);
          expect(ours).toEqual(real);
          look(seen, config, calls, real);
        }),
        { seed: 30_201, numRuns: RUNS },
      );
      // None of it holds only because nothing happened.
      expect(seen.open).toBeGreaterThan(RUNS / 2);
      expect(seen.closed).toBeGreaterThan(RUNS / 4);
      expect(seen.atWait).toBeGreaterThan(RUNS / 20);
      expect(seen.waited).toBeGreaterThan(RUNS / 2);
      expect(seen.waitedInVain).toBeGreaterThan(RUNS / 10);
      expect(seen.lateWhileHalfOpen).toBeGreaterThan(RUNS / 100);
    },
  );
});

/** Counts the situations that the sequences reached. */
function look(
  seen: Record<string, number>,
  { after }: Config,
  calls: readonly Call[],
  { through, refused, transitions }: Account,
): void {
  seen.waited += through.filter(([ms, call]) => ms > calls[call]!.atMs).length;
  seen.waitedInVain += refused.filter(([ms, call]) => ms > calls[call]!.atMs).length;
  transitions.forEach(([ms, to], k) => {
    const [before, from] = transitions[k - 1] ?? [0, 'closed'];
    if (to !== 'halfOpen') seen[to]++;
    else if (ms - before === after) seen.atWait++;
    if (from !== 'halfOpen' || to !== 'open') return;
    const decidedBy = through.filter(([at, call]) => at + (calls[call]!.forMs ?? -1) === ms);
    if (decidedBy.every(([at]) => at < before)) seen.lateWhileHalfOpen++;
  });
}
