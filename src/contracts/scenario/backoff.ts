import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { absent, field } from '../fields/field.js';
import { type Quantity, duration, factor, quantity } from '../quantities/quantities.js';
import { parseDuration, parseShare, QuantityError, show } from '../quantities/quantity-text.js';

/** Randomization of a delay: a share varies it by plus or minus that share, a duration is added to it. */
export type Jitter =
  | { readonly kind: 'none' | 'full' | 'equal' }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'duration'; readonly spanNs: Ns };

/** Defaults of a library. */
interface BackoffDefaults {
  readonly base?: string;
  readonly factor?: number;
  readonly max?: string;
  readonly jitter?: string;
  /** True = the library caps a delay after the jitter, not before. */
  readonly cutLast?: boolean;
}

const span = (): Quantity<Ns> => duration({ allowZero: false });

function baseField(text: string, byDefault: string | undefined): z.ZodType<Ns> {
  return byDefault === undefined
    ? span().describe(`${text} Unit: duration. Required.`)
    : span().prefault(byDefault).describe(`${text} Unit: duration. Defaults to ${byDefault}.`);
}

function maxField(text: string, defaults: BackoffDefaults): z.ZodType<Ns | undefined> {
  const { max } = defaults;
  return max === undefined
    ? span().optional().describe(`${text} Unit: duration. Defaults to none.`)
    : span().prefault(max).describe(`${text} Unit: duration. Defaults to ${max}.`);
}

function factorField(byDefault = 2): z.ZodType<number> {
  return factor()
    .prefault(byDefault)
    .describe(
      `Growth of the delay from one retry to the next. Unit: factor. Defaults to ${byDefault}.`,
    );
}

function jitterField(byDefault = 'none'): z.ZodType<Jitter> {
  return quantity<Jitter>(parseJitter, {
    anyOf: [
      { enum: ['none', 'full', 'equal'] },
      { type: 'string' },
      { type: 'number', minimum: 0, maximum: 1 },
    ],
  })
    .prefault(byDefault)
    .describe(
      'Spread of a delay d: `full` U(0, d), `equal` d/2 + U(0, d/2), a share such as `25%` d(1 + ' +
        'U(-s, s)), a duration such as `1s` d + U(0, 1s). Unit: name, share or duration. ' +
        `Defaults to ${byDefault}.`,
    );
}

function kindField<K extends string>(kind: K, law: string, byDefault: boolean): z.ZodType<K> {
  const literal = z.literal(kind);
  if (!byDefault) return literal.describe(`${law} Unit: name. Required.`);
  const field = literal.optional().default(kind as never);
  return field.describe(`${law} Unit: name. The default kind.`) as z.ZodType<K>;
}

const FIRST = 'First delay, measured from the arrival of the failure.';
const before = (d: BackoffDefaults): z.ZodType<Ns | undefined> =>
  maxField(`Longest delay, applied ${d.cutLast === true ? 'after' : 'before'} jitter.`, d);
const after = (d: BackoffDefaults): z.ZodType<Ns | undefined> =>
  maxField('Longest delay, applied after the draw.', d);

const FIELDS = {
  constant: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField('constant', 'The same delay each time.', first),
      base: baseField(FIRST, d.base),
      jitter: jitterField(d.jitter),
    }),
  linear: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField('linear', 'Retry n (from 0) waits (n + 1) base.', first),
      base: baseField(FIRST, d.base),
      max: before(d),
      jitter: jitterField(d.jitter),
    }),
  exponential: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField('exponential', 'Retry n (from 0) waits min(max, base factor^n).', first),
      base: baseField(FIRST, d.base),
      factor: factorField(d.factor),
      max: before(d),
      jitter: jitterField(d.jitter),
    }),
  decorrelated: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField('decorrelated', 'min(max, U(base, 3 times the delay before)).', first),
      base: baseField(FIRST, d.base),
      max: after(d),
    }),
  decorrelatedV2: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField(
        'decorrelatedV2',
        'Polly: t = n + U(0, 1), f = 2^t tanh(sqrt(4t)), waits (f - f before) base / 1.4.',
        first,
      ),
      base: baseField(FIRST, d.base),
      max: after(d),
    }),
  grpc: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField(
        'grpc',
        'min(max, base factor^n) U(0.8, 1.2), so it may exceed max by 20%.',
        first,
      ),
      base: baseField(FIRST, d.base),
      factor: factorField(d.factor),
      max: before(d),
    }),
  envoy: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField('envoy', 'U(0, min(max, base 2^n)).', first),
      base: baseField('Range of the first draw.', d.base ?? '25ms'),
      max: field.of(span(), absent('ten times base'), 'Largest range of a draw.', 'duration'),
    }),
  sidekiq: (d: BackoffDefaults, first: boolean) =>
    z.strictObject({
      kind: kindField(
        'sidekiq',
        'A job of Sidekiq: min(max, base + n^4 s) + U(0, (n + 1) 10 s). It has 26 attempts unless it says otherwise.',
        first,
      ),
      base: baseField(FIRST, d.base ?? '15s'),
      max: before(d),
    }),
};
type BackoffKind = keyof typeof FIELDS;

/** Delay before a retry, by kind of back-off. */
export type BackoffConfig = z.output<ReturnType<(typeof FIELDS)[BackoffKind]>>;

/**
 * `backoff` of a retry: the time between the arrival of a failure and the start of the next attempt. This is the form
 * of `simple`, in which only a factor and a jitter have defaults.
 */
export const backoffSchema = oneOf(
  [
    'constant',
    'linear',
    'exponential',
    'decorrelated',
    'decorrelatedV2',
    'grpc',
    'envoy',
    'sidekiq',
  ],
  {},
  false,
);

/** The back-off kinds of a library with its own defaults; the first kind is the default. */
export function libraryBackoff(
  kinds: readonly BackoffKind[],
  defaults: BackoffDefaults,
): z.ZodType<BackoffConfig> {
  return oneOf(kinds, defaults, true);
}

function oneOf(
  kinds: readonly BackoffKind[],
  defaults: BackoffDefaults,
  hasDefault: boolean,
): z.ZodType<BackoffConfig> {
  const [first, ...others] = kinds.map((kind, i) => FIELDS[kind](defaults, hasDefault && i === 0));
  return others.length === 0 ? first : z.discriminatedUnion('kind', [first, ...others]);
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
    `${show(input)} is not a jitter: expected none, full, equal, a share such as 25% or a ` +
      'duration such as 1s',
  );
}
