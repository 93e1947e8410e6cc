import { z } from 'zod';
import { pow, powi, tanh } from '../../kernel/math.js';
import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { duration, factor, quantity } from '../../spec/quantities.js';
import { parseDuration, parseShare, QuantityError, show } from '../../spec/quantity-text.js';

/** How a delay is spread; a share is plus or minus, a duration is added. */
export type Jitter =
  | { readonly kind: 'none' | 'full' | 'equal' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'duration'; readonly spanNs: Ns };

const base = (): ReturnType<typeof duration> => duration({ allowZero: false });

const baseField = base().describe(
  'First delay, counted from the arrival of the failure. Unit: duration. Required.',
);
const maxField = base()
  .optional()
  .describe('Longest delay, applied before jitter. Unit: duration. Defaults to none.');
const cutField = base()
  .optional()
  .describe('Longest delay, applied after the draw. Unit: duration. Defaults to none.');
const factorField = factor()
  .prefault(2)
  .describe('Growth of the delay from one retry to the next. Unit: factor. Defaults to 2.');
const jitterField = quantity<Jitter>(parseJitter, {
  anyOf: [
    { enum: ['none', 'full', 'equal'] },
    { type: 'string' },
    { type: 'number', minimum: 0, maximum: 1 },
  ],
})
  .prefault('none')
  .describe(
    'Spread of a delay d: `full` U(0, d), `equal` d/2 + U(0, d/2), a share such as `25%` d(1 + ' +
      'U(-s, s)), a duration such as `1s` d + U(0, 1s). Unit: name, share or duration. ' +
      'Defaults to none.',
  );

const kindField = <K extends string>(kind: K, law: string): z.ZodLiteral<K> =>
  z.literal(kind).describe(`${law} Unit: name. Required.`);

/**
 * `backoff` of a retry: the time between the arrival of a failure and the start of the next
 * attempt.
 */
export const backoffSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kindField('constant', 'The same delay each time.'),
    base: baseField,
    jitter: jitterField,
  }),
  z.strictObject({
    kind: kindField('linear', 'Retry n (from 0) waits (n + 1) base.'),
    base: baseField,
    max: maxField,
    jitter: jitterField,
  }),
  z.strictObject({
    kind: kindField('exponential', 'Retry n (from 0) waits min(max, base factor^n).'),
    base: baseField,
    factor: factorField,
    max: maxField,
    jitter: jitterField,
  }),
  z.strictObject({
    kind: kindField('decorrelated', 'min(max, U(base, 3 times the delay before)).'),
    base: baseField,
    max: cutField,
  }),
  z.strictObject({
    kind: kindField(
      'decorrelatedV2',
      'Polly: t = n + U(0, 1), f = 2^t tanh(sqrt(4t)), waits (f - f before) base / 1.4.',
    ),
    base: baseField,
    max: cutField,
  }),
  z.strictObject({
    kind: kindField('grpc', 'min(max, base factor^n) U(0.8, 1.2), so it may exceed max by 20%.'),
    base: baseField,
    factor: factorField,
    max: maxField,
  }),
  z.strictObject({
    kind: kindField('envoy', 'U(0, min(max, base 2^n)).'),
    base: base()
      .prefault('25ms')
      .describe('Width of the first draw. Unit: duration. Defaults to 25ms.'),
    max: base()
      .optional()
      .describe('Largest width of a draw. Unit: duration. Defaults to ten times base.'),
  }),
]);
export type BackoffConfig = z.output<typeof backoffSchema>;

/**
 * Longest delay there is, 52 days: added to any moment of a run it is still a whole number of ns.
 */
const MAX_DELAY_NS = 4_503_599_627_370_496;

/**
 * Delays before retries. Draw number n of a call is unit(key, lineage, n), n = 1 for the first
 * retry, so the nth retry of a call waits equally long in every variant.
 */
export class Backoff {
  private readonly config: BackoffConfig;
  private readonly key: StreamKey;
  private readonly maxNs: Ns;

  constructor(config: BackoffConfig, key: StreamKey) {
    this.config = config;
    this.key = key;
    const written = config.kind === 'constant' ? undefined : config.max;
    const ceiling = config.kind === 'envoy' ? config.base * 10 : MAX_DELAY_NS;
    this.maxNs = Math.min(MAX_DELAY_NS, written ?? ceiling);
  }

  /** The delay before retry `retry` (1 is the first) of the call with this lineage, in whole ns. */
  delayNs(retry: number, lineageA: number, lineageB: number): Ns {
    const delay = this.exact(retry, lineageA, lineageB);
    return Math.min(MAX_DELAY_NS, Math.round(delay));
  }

  private exact(retry: number, a: number, b: number): number {
    const config = this.config;
    switch (config.kind) {
      case 'constant':
        return this.spread(config.base, config.jitter, retry, a, b);
      case 'linear':
        return this.spread(this.capped(retry * config.base), config.jitter, retry, a, b);
      case 'exponential':
        return this.spread(this.grown(config.factor, retry), config.jitter, retry, a, b);
      case 'decorrelated':
        return this.decorrelated(retry, a, b);
      case 'decorrelatedV2':
        return this.smooth(retry, a, b);
      case 'grpc':
        return this.grown(config.factor, retry) * (0.8 + 0.4 * this.draw(retry, a, b));
      case 'envoy':
        return this.grown(2, retry) * this.draw(retry, a, b);
    }
  }

  private spread(delay: number, jitter: Jitter, retry: number, a: number, b: number): number {
    switch (jitter.kind) {
      case 'none':
        return delay;
      case 'full':
        return delay * this.draw(retry, a, b);
      case 'equal':
        return delay / 2 + (delay / 2) * this.draw(retry, a, b);
      case 'share':
        return delay * (1 + jitter.share * (2 * this.draw(retry, a, b) - 1));
      case 'duration':
        return delay + jitter.spanNs * this.draw(retry, a, b);
    }
  }

  /**
   * Each delay depends on the one before: the draws are pure functions, so the row is made again.
   */
  private decorrelated(retry: number, a: number, b: number): number {
    const baseNs = this.config.base;
    let delay = baseNs;
    for (let n = 1; n <= retry; n++) {
      delay = this.capped(baseNs + (3 * delay - baseNs) * this.draw(n, a, b));
    }
    return delay;
  }

  private smooth(retry: number, a: number, b: number): number {
    // Beyond it 2^t has left every cap behind, and the difference of two such powers its precision.
    if (retry > 60) return this.maxNs;
    const before = retry === 1 ? 0 : smoothed(retry - 2 + this.draw(retry - 1, a, b));
    const after = smoothed(retry - 1 + this.draw(retry, a, b));
    return this.capped(((after - before) / 1.4) * this.config.base);
  }

  private grown(factorPerRetry: number, retry: number): number {
    return this.capped(this.config.base * powi(factorPerRetry, retry - 1));
  }

  private capped(delay: number): number {
    return Math.min(this.maxNs, delay);
  }

  private draw(retry: number, a: number, b: number): number {
    return unit(this.key.a, this.key.b, a, b, retry);
  }
}

function smoothed(t: number): number {
  return pow(2, t) * tanh(Math.sqrt(4 * t));
}

function parseJitter(input: unknown): Jitter {
  if (input === 'none' || input === 'full' || input === 'equal') return { kind: input };
  if (typeof input === 'number' || (typeof input === 'string' && input.endsWith('%'))) {
    return { kind: 'share', share: parseShare(input) };
  }
  if (typeof input === 'string' && /^\d/.test(input)) {
    return { kind: 'duration', spanNs: parseDuration(input) };
  }
  throw new QuantityError(
    `${show(input)} is no jitter: write none, full, equal, a share such as 25% or a duration`,
  );
}
