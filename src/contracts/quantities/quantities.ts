import { z } from 'zod';
import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import {
  COUNT_KINDS,
  DISTRIBUTION_FIELDS,
  DISTRIBUTION_KINDS,
  parseCountDistribution,
  parseDistribution,
} from './distribution-text.js';
import type { DurationLimits } from './quantity-text.js';
import { BANDWIDTH_PATTERN, parseBandwidth, parseSize, SIZE_PATTERN } from './size-text.js';
import {
  COUNT_MAX,
  DURATION_PATTERN,
  parseCount,
  parseDuration,
  parseDurationOrNone,
  parseFactor,
  parseRate,
  parseShare,
  parseSignedDuration,
  parseWhole,
  PERCENT_PATTERN,
  QuantityError,
  RATE_PATTERN,
} from './quantity-text.js';

/**
 * A zod type that reads one quantity: unknown in, the number in its base unit out. Its metadata has the JSON
 * Schema of the written form. Write defaults in that form, `.prefault('15ms')`, so that the schema shows
 * them. `.describe()` and `.optional()` work as usual.
 */
export type Quantity<T> = z.ZodPipe<z.ZodUnknown, z.ZodTransform<T, unknown>>;

// By default zod compiles each schema with `new Function`. That is slower for the few values of a scenario,
// and this program must not evaluate code while it reads untrusted files.
z.config({ jitless: true });

/** `params.code` of the custom issues that quantities raise. */
export const QUANTITY_ISSUE = 'quantity';

const DURATION_TEXT = { type: 'string', pattern: DURATION_PATTERN } as const;
const PERCENT_TEXT = { type: 'string', pattern: PERCENT_PATTERN } as const;
const UNLIMITED = { enum: ['unlimited', 'unbounded'] } as const;

/** Reads `15ms`, `1.5s` or 0 as whole ns. */
export function duration(limits: DurationLimits = {}): Quantity<Ns> {
  const zero = limits.allowZero === false || (limits.min ?? 0) > 0 ? [] : [{ const: 0 }];
  return quantity((input) => parseDuration(input, limits), { anyOf: [DURATION_TEXT, ...zero] });
}

/** Reads a duration, or the word `none` as null: no limit. */
export function durationOrNone(limits: DurationLimits = {}): Quantity<Ns | null> {
  const zero = limits.allowZero === false || (limits.min ?? 0) > 0 ? [] : [{ const: 0 }];
  return quantity((input) => parseDurationOrNone(input, limits), {
    anyOf: [DURATION_TEXT, { const: 'none' }, ...zero],
  });
}

/** Reads a duration, or the word `auto`. */
export function durationOrAuto(limits: DurationLimits): Quantity<Ns | 'auto'> {
  return quantity((input) => (input === 'auto' ? input : parseDuration(input, limits)), {
    anyOf: [DURATION_TEXT, { const: 0 }, { const: 'auto' }],
  });
}

/** Reads a duration with an optional sign: `-90s`. */
export function signedDuration(limits: DurationLimits): Quantity<Ns> {
  const pattern = DURATION_PATTERN.replace('^', '^-?');
  return quantity((input) => parseSignedDuration(input, limits), { type: 'string', pattern });
}

/** Reads `400/s`, `100/min` or `10000/h` as a rate per second, above 0 unless `allowZero`. */
export function rate(options: { readonly allowZero?: boolean } = {}): Quantity<number> {
  return quantity((input) => parseRate(input, options.allowZero), {
    type: 'string',
    pattern: RATE_PATTERN,
  });
}

/** Reads `2.5%` or 0.025 as a share from 0 to 1. */
export function share(): Quantity<number> {
  return quantity(parseShare, {
    anyOf: [PERCENT_TEXT, { type: 'number', minimum: 0, maximum: 1 }],
  });
}

/** Reads a whole number of at least `min` (0), or `unlimited` / `unbounded` as Infinity. */
export function count(options: { readonly min?: number } = {}): Quantity<number> {
  return quantity((input) => parseCount(input, options.min), {
    anyOf: [{ type: 'integer', minimum: options.min ?? 0, maximum: COUNT_MAX }, UNLIMITED],
  });
}

/** Reads a whole number from `min` (0) to `max` (2^53 - 1). */
export function whole(
  limits: { readonly min?: number; readonly max?: number } = {},
): Quantity<number> {
  const top = limits.max === undefined ? {} : { maximum: limits.max };
  return quantity((input) => parseWhole(input, limits), {
    type: 'integer',
    minimum: limits.min ?? 0,
    ...top,
  });
}

/** Reads `512B`, `4KiB`, `2MB` or 0 as whole bytes. */
export function size(): Quantity<number> {
  return quantity(parseSize, { anyOf: [{ type: 'string', pattern: SIZE_PATTERN }, { const: 0 }] });
}

/**
 * Reads `10MiB/s` as bytes per second, or `unlimited` as Infinity. With `limited` the schema does not offer
 * `unlimited`.
 */
export function bandwidth(options: { readonly limited?: boolean } = {}): Quantity<number> {
  const text = { type: 'string', pattern: BANDWIDTH_PATTERN } as const;
  return quantity(parseBandwidth, options.limited ? text : { anyOf: [text, UNLIMITED] });
}

/** Reads a number above 0, or a percentage: `150%` is 1.5. */
export function factor(): Quantity<number> {
  return quantity(parseFactor, {
    anyOf: [{ type: 'number', exclusiveMinimum: 0, maximum: 1e6 }, PERCENT_TEXT],
  });
}

/** Reads a distribution of durations: `15ms`, `exponential(15ms)`, `{ kind: exponential, mean: 15ms }`. */
export function distribution(): Quantity<Distribution> {
  return DISTRIBUTION;
}

/** Reads a distribution of whole numbers: `3`, `uniform(1 5)`, `geometric(mean=3)`, `choice(80%=1 20%=4)`. */
export function countDistribution(): Quantity<CountDistribution> {
  return COUNT_DISTRIBUTION;
}

/** A number of rounds or copies: drawn, or the messages of the batch that a handler runs for. */
export type StepCount = CountDistribution | { readonly kind: 'messages' };

/** Reads a count distribution, or the word `messages`. */
export function stepCount(): Quantity<StepCount> {
  return STEP_COUNT;
}

/** Builds a quantity from a parse function that throws QuantityError and the JSON Schema of the written form. */
export function quantity<T>(
  parse: (input: unknown) => T,
  written: Record<string, unknown>,
): Quantity<T> {
  return z
    .unknown()
    .transform((input, context): T => {
      try {
        return parse(input);
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
        const missing = input === undefined;
        context.addIssue({
          code: 'custom',
          message: missing ? lackOf(error.message) : error.message,
          params: { code: QUANTITY_ISSUE, missing, words: error.words },
        });
        return z.NEVER;
      }
    })
    .meta(written);
}

/** The message about a value that is not there: what it says of `nothing` is that it is required. */
function lackOf(message: string): string {
  return message.replace(/^nothing is [^:]*/, 'is required');
}

const ANY_FIELD = { type: ['string', 'number', 'array'] } as const;

const FIELD_TEXTS: Readonly<Record<string, string>> = {
  value: 'The value of `constant`. Unit: duration.',
  mean: 'Mean. Unit: duration.',
  min: 'Least value of `uniform` and `pareto`. Unit: duration.',
  max: 'Largest value of `uniform`, cut-off of `pareto`. Unit: duration.',
  sd: 'Standard deviation of `normal`. Unit: duration.',
  p50: 'Median of `lognormal`, instead of its mean. Unit: duration.',
  p90: '90th percentile of `lognormal`. Unit: duration.',
  p95: '95th percentile of `lognormal`. Unit: duration.',
  p99: '99th percentile of `lognormal`; one of p90, p95, p99 and cv is given. Unit: duration.',
  cv: 'Coefficient of variation: standard deviation over mean. Unit: number.',
  k: 'Number of exponential phases of `erlang`. Unit: count.',
  shape: 'Shape of `weibull` and `pareto`. Unit: number.',
  scale: 'Scale of `weibull`. Unit: duration.',
  values: 'Values of `empirical`, equally likely. Unit: durations.',
  branches:
    'Branches of `hyperexponential` as `{ weight, mean }`, of `mixture` as `{ weight, of }`; the weights add up to 100%.',
};

const DISTRIBUTION_OBJECT = {
  type: 'object',
  description: 'Long form of a distribution of durations.',
  properties: {
    kind: { enum: [...DISTRIBUTION_KINDS], description: 'Name of the law.' },
    ...Object.fromEntries(
      DISTRIBUTION_FIELDS.map((field) => [
        field,
        { ...ANY_FIELD, description: FIELD_TEXTS[field] },
      ]),
    ),
  },
  required: ['kind'],
  additionalProperties: false,
};

const COUNT_OBJECT = {
  type: 'object',
  description: 'Long form of a distribution of whole numbers.',
  properties: {
    kind: { enum: [...COUNT_KINDS], description: 'Name of the law.' },
    min: { type: 'integer', minimum: 0, description: 'Least value of `uniform`.' },
    max: { type: 'integer', minimum: 0, description: 'Largest value of `uniform`.' },
    mean: { type: 'number', minimum: 0, description: 'Mean of `geometric` and `normal`.' },
    sd: { type: 'number', minimum: 0, description: 'Standard deviation of `normal`.' },
    branches: {
      type: 'array',
      description: 'Values of `choice` as `{ weight, value }`; the weights add up to 100%.',
    },
  },
  required: ['kind'],
  additionalProperties: false,
};

// One schema object each, so that the JSON Schema defines them once and refers to them everywhere.
const DISTRIBUTION: Quantity<Distribution> = quantity(parseDistribution, {
  id: 'distribution',
  anyOf: [
    DURATION_TEXT,
    { type: 'string', pattern: `^(${DISTRIBUTION_KINDS.join('|')})\\(.*\\)$` },
    { const: 0 },
    DISTRIBUTION_OBJECT,
  ],
});

const COUNT_FORMS = [
  { type: 'integer', minimum: 0 },
  { type: 'string', pattern: `^(${COUNT_KINDS.join('|')})\\(.*\\)$` },
  COUNT_OBJECT,
];

const COUNT_DISTRIBUTION: Quantity<CountDistribution> = quantity(parseCountDistribution, {
  id: 'countDistribution',
  anyOf: COUNT_FORMS,
});

const STEP_COUNT: Quantity<StepCount> = quantity(
  (input) => (input === 'messages' ? { kind: 'messages' } : parseCountDistribution(input)),
  { id: 'stepCount', anyOf: [{ const: 'messages' }, ...COUNT_FORMS] },
);
