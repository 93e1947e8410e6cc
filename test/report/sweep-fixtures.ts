import type { Verdict } from '../../src/contracts/result/budgets.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import {
  budget,
  LATENCY,
  makeSweep,
  METASTABLE,
  numeric,
  RECOVERY,
  SUCCESS,
  wordy,
  type Made,
} from './sweep-maker.js';

/** Two axes of numbers, two variants, four metrics, three budgets; one of the settings is stopped. */
export function gridSweep(): SweepResult {
  return makeSweep({
    title: 'How many retries the payment path bears',
    description: 'Retries of checkout against the rate of users while psp hangs for 40 s.',
    axes: [
      numeric('services.checkout.calls.payments.retry.maxAttempts', [1, 2, 3, 4, 5]),
      numeric('workloads.users.rate', [50, 100, 150, 200, 300, 400, 600, 800], {
        unit: 'perSecond',
        text: (n) => `${n}/s`,
      }),
    ],
    variants: ['retries', 'budget'],
    metrics: [LATENCY, SUCCESS, METASTABLE, RECOVERY],
    budgets: [
      budget('users.latency.p99 < 500ms during outage'),
      budget('users.success >= 99%'),
      budget('users.recovery < 5s after outage'),
      budget('checkout.wastedWork < 5%', 'warning'),
    ],
    leftOut: ['other.success >= 99% in other'],
    make: ([attempts, rate], variant) => load(attempts!, rate!, variant === 'budget'),
  });
}

function load(attempts: number, rate: number, isBudgeted: boolean): Made {
  const factor = isBudgeted ? 1 + (attempts - 1) * 0.1 : attempts;
  const use = (rate * factor) / 700;
  if (attempts === 5 && rate === 800 && !isBudgeted)
    return { stop: 'events', values: [null, null, null, null], budgets: [null, null, null, null] };
  const latency = Math.min(9.8, 0.08 / Math.max(0.009, 1 - use));
  const success = use < 1 ? 1 - use * use * 0.008 : 1 / use;
  const isGone = use > 1.2;
  const verdicts: (Verdict | null)[] = [
    latency < 0.5 ? 'pass' : 'fail',
    success >= 0.99 ? 'pass' : success > 0.985 ? 'inconclusive' : 'fail',
    isGone ? 'fail' : 'pass',
    use < 0.8 ? 'pass' : 'fail',
  ];
  return {
    values: [latency, success, isGone ? 1 : use > 1 ? 0.3 : 0, isGone ? null : 1 + use * 4],
    spread: use > 0.9 ? 0.14 : 0.01,
    never: [0, 0, 0, isGone ? 4 : 0],
    budgets: verdicts,
  };
}

/** The rate at which the success of users stops to hold, for three variants: found, throughout, not at all. */
export function bisectSweep(isSure = true): SweepResult {
  const rates = [100, 243, 248, 262, 300, 500, 900];
  return makeSweep({
    kind: 'bisect',
    axes: [
      numeric('workloads.users.rate', rates, {
        unit: 'perSecond',
        scale: 'log',
        text: (n) => `${n}/s`,
      }),
    ],
    variants: ['retries', 'full', 'naive'],
    metrics: [LATENCY],
    expect: 'users.success >= 99%',
    make: ([rate], variant) => {
      if (variant !== 'retries' && rate !== 100 && rate !== 900) return null;
      const value = variant === 'full' ? 0.999 : variant === 'naive' ? 0.7 : successAt(rate!);
      const half = isSure ? 0.001 : 0.02;
      return {
        values: [0.2 + (rate! / 900) * 2],
        expect: {
          verdict: value >= 0.99 ? 'pass' : 'fail',
          value,
          ci95: [value - half, Math.min(1, value + half)],
          limit: 0.99,
          unit: 'share',
          note: null,
        },
      };
    },
    edges: [
      { variant: 'retries', outcome: 'found', holds: 1, breaks: 2, isSure },
      { variant: 'full', outcome: 'holds', holds: 6, breaks: null, isSure: true },
      { variant: 'naive', outcome: 'breaks', holds: null, breaks: 0, isSure: true },
    ],
  });
}

function successAt(rate: number): number {
  return rate <= 243 ? 0.997 : Math.max(0.5, 0.98 - (rate - 248) / 900);
}

/** One axis of numbers on a log scale, three variants, an interval each. */
export function lineSweep(): SweepResult {
  return makeSweep({
    axes: [
      numeric('services.payments.timeout', [0.05, 0.1, 0.2, 0.5, 1, 2, 5], {
        unit: 'seconds',
        scale: 'log',
        text: (n) => (n < 1 ? `${n * 1000}ms` : `${n}s`),
      }),
    ],
    variants: ['retries', 'budget', 'full'],
    metrics: [LATENCY, SUCCESS, RECOVERY],
    budgets: [budget('users.success >= 99%')],
    make: ([timeout], variant) => {
      const k = variant === 'retries' ? 3 : variant === 'budget' ? 1.4 : 1;
      const success = Math.min(1, 0.985 + Math.min(timeout!, 1) * 0.014 - (k - 1) * 0.004);
      const isGone = variant === 'retries' && timeout! >= 2;
      return {
        values: [0.1 + timeout! * k, success, isGone ? null : timeout! * k],
        spread: 0.03,
        never: [0, 0, isGone ? 3 : 0],
        budgets: [success >= 0.99 ? 'pass' : 'fail'],
      };
    },
  });
}

/** One axis of words. */
export function wordSweep(): SweepResult {
  return makeSweep({
    axes: [wordy('services.payments.balancer', ['roundRobin', 'leastRequests', 'p2c', 'random'])],
    variants: ['one', 'two'],
    metrics: [LATENCY, SUCCESS],
    make: ([at], variant) => ({
      values: [0.2 + at! * 0.05 + (variant === 'two' ? 0.02 : 0), 0.99 + at! / 1000],
      spread: 0.08,
    }),
  });
}

/** Three axes: maps of the first two for each value of the third. */
export function threeSweep(third = 3): SweepResult {
  return makeSweep({
    axes: [
      numeric('a.retries', [0, 1, 2, 3]),
      numeric('a.timeout', [0.1, 0.5, 1], { unit: 'seconds', text: (n) => `${n * 1000}ms` }),
      wordy(
        'a.breaker',
        Array.from({ length: third }, (_, i) => `policy-${i + 1}`),
      ),
    ],
    variants: ['base'],
    metrics: [LATENCY, SUCCESS],
    budgets: [budget('users.success >= 99%')],
    make: ([a, b, c]) => ({
      values: [0.1 + a! * b! + c! / 10, 1 - a! / 100 - c! / 300],
      budgets: [a! <= 1 ? 'pass' : 'fail'],
    }),
  });
}

/** A random sample over two ranges of numbers and a list of words. */
export function randomSweep(count = 60): SweepResult {
  const draw = (i: number, step: number): number => ((i * step + 11) % 97) / 97;
  const at = Array.from({ length: count }, (_, i) => i);
  const rates = at.map((i) => Math.round(100 + draw(i, 29) * 800) + i / 1000);
  const sizes = at.map((i) => Math.round(64 * 1024 * (1 + draw(i, 41) * 40)) + i);
  const sorted = (all: readonly number[]): number[] => all.slice().sort((a, b) => a - b);
  const [rateAxis, sizeAxis] = [sorted(rates), sorted(sizes)];
  const settings = at
    .map((i) => [rateAxis.indexOf(rates[i]!), sizeAxis.indexOf(sizes[i]!), i % 3])
    .sort((a, b) => a[0]! - b[0]!);
  return makeSweep({
    kind: 'random',
    axes: [
      numeric('workloads.users.rate', rateAxis, {
        unit: 'perSecond',
        scale: 'linear',
        text: (n) => `${n.toFixed(1)}/s`,
      }),
      numeric('services.cache.capacity', sizeAxis, {
        unit: 'bytes',
        scale: 'log',
        text: (n) => `${n}B`,
      }),
      wordy('services.cache.eviction', ['lru', 'lfu', 'fifo']),
    ],
    at: settings,
    variants: ['base', 'big'],
    metrics: [LATENCY, SUCCESS],
    budgets: [budget('users.success >= 99%')],
    make: ([rate, size, policy], variant) => {
      const load = rate! / (variant === 'big' ? 1200 : 900) + policy! / 40 - size! / 2e7;
      const success = Math.min(1, 1.03 - load * 0.05);
      return {
        values: [0.05 / Math.max(0.03, 1 - load), success],
        spread: 0.02,
        budgets: [success >= 0.99 ? 'pass' : 'fail'],
      };
    },
  });
}

/** Ten by twenty settings of one variant. */
export function largeSweep(): SweepResult {
  return makeSweep({
    axes: [
      numeric(
        'a.queue.capacity',
        Array.from({ length: 10 }, (_, i) => 1 << i),
      ),
      numeric(
        'users.rate',
        Array.from({ length: 20 }, (_, i) => 100 + i * 50),
        { unit: 'perSecond', scale: 'linear', text: (n) => `${n}/s` },
      ),
    ],
    metrics: [LATENCY],
    budgets: [budget('users.latency.p99 < 1s during outage')],
    make: ([capacity, rate]) => {
      const value = 0.004 * capacity! + rate! / 1500;
      return { values: [value], budgets: [value < 1 ? 'pass' : 'fail'] };
    },
  });
}

/** Sixty values on one axis of numbers, two variants. */
export function longSweep(): SweepResult {
  return makeSweep({
    axes: [
      numeric(
        'users.rate',
        Array.from({ length: 60 }, (_, i) => 10 + i * 10),
        { unit: 'perSecond', scale: 'linear', text: (n) => `${n}/s` },
      ),
    ],
    variants: ['retries', 'budget'],
    metrics: [LATENCY],
    make: ([rate], variant) => ({
      values: [0.1 + (rate! / 600) * (variant === 'budget' ? 0.3 : 1.2)],
      spread: 0.1,
    }),
  });
}

/** Names that try to be markup, formulas, table cells, escape sequences; two axes. */
export function hostileSweep(): SweepResult {
  return makeSweep({
    title: '<script>alert(1)</script> | \u001b]52;c;AAAA\u0007 \u202etxt',
    description: '"><svg/onload=alert(1)>',
    axes: [
      wordy('=cmd|calc.<img src=x>', ['=1+1', '-2', '@x', '<b>|`', '\u001b[2J']),
      wordy('a.var(--ink).\u202e', ['x', 'y'.repeat(60), '"quoted", and more']),
    ],
    variants: ['<script>alert(2)</script>', '=cmd()|x'],
    metrics: [{ ...LATENCY, text: '=m.<i>|p99' }, SUCCESS],
    budgets: [budget('<script>.success >= 99% | x')],
    leftOut: ['<script>alert(3)</script> in `other` | x'],
    make: ([a, b]) => ({
      values: [0.1 * (a! + 1), 0.9],
      stop: a === 4 ? '<i>stop' : null,
      budgets: [b === 0 ? 'pass' : 'fail'],
    }),
  });
}

/** Long names of everything: the path, its values, variants, metrics and faults. */
export function namedSweep(): SweepResult {
  const fault = 'fallback-region-eu-west-1-hangs';
  return makeSweep({
    axes: [
      numeric('policies.spring.circuitBreaker.waitDurationInOpenState', [5, 60], {
        text: (n) => `{ kind: constant, base: ${n}s, jitter: full }`,
      }),
    ],
    variants: ['breaker-with-a-fallback-region', 'breaker-with-a-fallback-cache'],
    metrics: [
      { text: `users.recovery after ${fault}`, unit: 'seconds', better: 'low' },
      {
        text: `users.checkout-with-a-voucher.success during ${fault}`,
        unit: 'share',
        better: 'high',
      },
    ],
    budgets: [budget(`users.recovery < 30s after ${fault}`)],
    make: ([wait]) => ({ values: [wait!, 0.9], budgets: ['pass'] }),
  });
}
