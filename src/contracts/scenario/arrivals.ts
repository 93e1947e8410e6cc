import { z } from 'zod';
import { withShort } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { distribution, duration, rate, whole, type Quantity } from '../quantities/quantities.js';
import { meanOf, type Distribution } from '../../kernel/distribution.js';
import { cos } from '../../kernel/math.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { areaOf, type Stages } from './stages.js';

const process = field.choice(
  ['poisson', 'constant'],
  'poisson',
  'Distribution of the arrivals at the current rate: `poisson`, independent; `constant`, evenly spaced.',
);

const MOST_USERS = 1_000_000;

const ramps = (target: Quantity<number>) =>
  field.of(
    z
      .array(
        entry({
          durationNs: field.duration(required, 'Length of the ramp; 0s is a jump.', {
            allowZero: true,
          }),
          target,
        }),
      )
      .min(1),
    required,
    'Ramps, in order.',
  );

const userStages = z
  .strictObject({
    start: field.whole(required, 'Number of users at the start and during the warm-up.', {
      min: 0,
      max: MOST_USERS,
    }),
    stages: ramps(
      field.whole(required, 'Number of users at the end of the ramp.', { min: 0, max: MOST_USERS }),
    ),
  })
  .describe(
    'Linear ramps one after the other; the last target stays in force. A surplus user leaves when its ' +
      'request has ended, and returns when the number rises again.',
  );

/** `arrivals` of a workload. Rates are per second. */
export const arrivalsSchema = withShort(
  field.of(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('poisson').describe('Independent arrivals.'),
        rate: field.rate(required, 'Rate of arrivals.'),
      }),
      z.strictObject({
        kind: z.literal('constant').describe('Evenly spaced arrivals.'),
        rate: field.rate(required, 'Rate of arrivals.'),
      }),
      z.strictObject({
        kind: z.literal('stages').describe('Linear ramps one after the other.'),
        start: field.of(
          rate({ allowZero: true }),
          required,
          'Rate at the start and during the warm-up.',
        ),
        stages: ramps(
          field.of(rate({ allowZero: true }), required, 'Rate at the end of the ramp.'),
        ),
        process,
      }),
      entry({
        kind: z.literal('sinusoid').describe('A rate that follows a sine wave.'),
        mean: field.of(rate(), required, 'Mean rate.'),
        amplitude: field.of(
          rate({ allowZero: true }),
          required,
          'Largest deviation from the mean rate.',
        ),
        periodNs: field.of(duration({ allowZero: false }), required, 'Length of one period.'),
        process,
      }),
      entry({
        kind: z.literal('burst').describe('A base rate with regular bursts.'),
        base: field.of(rate({ allowZero: true }), required, 'Rate between bursts.'),
        peak: field.of(rate(), required, 'Rate within a burst.'),
        everyNs: field.of(
          duration({ allowZero: false }),
          required,
          'Time from the start of a burst to the start of the next.',
        ),
        forNs: field.of(duration({ allowZero: false }), required, 'Length of a burst.'),
        process,
      }),
      z.strictObject({
        kind: z
          .literal('renewal')
          .describe('Arrivals with times between them drawn from any distribution.'),
        gap: field.of(distribution(), required, 'Time between arrivals.'),
      }),
      entry({
        kind: z.literal('at').describe('Exact instants.'),
        timesNs: field.of(
          z.array(duration()).min(1).max(100_000),
          required,
          'Times of the arrivals, from the end of the warm-up.',
        ),
      }),
      z.strictObject({
        kind: z.literal('trace').describe('Arrivals as they were recorded.'),
        file: field.of(
          z.string().min(1).max(400),
          required,
          'A .csv or .jsonl file in the folder of the scenario or below it. It contains `time` (seconds, a ' +
            'duration, or an instant such as 2026-05-01T12:00:00.250Z, counted from the earliest) and optionally ' +
            '`request`, the name of a request, which is then not drawn.',
        ),
        speed: field.of(
          z.number().positive().max(1e6),
          1,
          'Speed of the replay relative to the recording.',
          'factor',
        ),
      }),
      entry({
        kind: z
          .literal('closed')
          .describe(
            'Closed-loop users: each waits for the response, thinks, and sends the next request.',
          ),
        users: field.of(
          z.union([whole({ min: 1, max: MOST_USERS }), userStages]),
          required,
          'Number of users, or ramps of that number.',
          'count',
        ),
        think: field.of(
          distribution(),
          required,
          'Think time: time from a response to the next request.',
        ),
        rampUpNs: field.of(
          duration(),
          absent('0s'),
          'Time over which a fixed number of users starts.',
        ),
      }),
    ]),
    required,
    'When requests come.',
  ),
  { type: 'string', pattern: '^(poisson|constant|sinusoid|burst|renewal|closed)\\(.*\\)$' },
  {
    type: 'object',
    description: 'Exact instants.',
    properties: { at: { type: 'array', description: 'The instants.' } },
    required: ['at'],
    additionalProperties: false,
  },
);
export type WrittenArrivals = z.output<typeof arrivalsSchema>;

/** How the requests of a workload arrive. */
export type Arrivals =
  | Exclude<WrittenArrivals, { readonly kind: 'stages' | 'at' | 'trace' | 'closed' }>
  | (Stages & { readonly kind: 'stages'; readonly process: 'poisson' | 'constant' })
  | {
      readonly kind: 'at';
      readonly timesNs: readonly Ns[];
      /** Index of the request in the workload, for each arrival; null = drawn. */
      readonly requests: readonly number[] | null;
    }
  | {
      readonly kind: 'closed';
      /** Largest number of users at any time. */
      readonly users: number;
      /** Number of users over time; null = constant. */
      readonly ramp: Stages | null;
      readonly think: Distribution;
      readonly rampUpNs: Ns;
    };

/** Assumed response time of a closed workload, in seconds; used only for predictions. */
const ASSUMED_ANSWER_SECONDS = 0.1;
const TWO_PI = 6.283185307179586;

/**
 * Expected number of arrivals in [0, durationNs) from the start of the process. Exact for open processes; for
 * a closed one, users x time / (think time + 0.1 s). Not rounded. Infinity if the gap of a renewal process
 * has mean 0.
 */
export function expectedArrivals(arrivals: Arrivals, durationNs: Ns): number {
  const seconds = Math.max(0, durationNs) / NS_PER_SECOND;
  if (seconds === 0) return 0;
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return arrivals.rate * seconds;
    case 'stages':
      return areaOf(arrivals, seconds);
    case 'burst':
      return ofBursts(arrivals, durationNs);
    case 'sinusoid': {
      const period = arrivals.periodNs / NS_PER_SECOND;
      const swing = 1 - cos((TWO_PI * seconds) / period);
      return Math.max(0, arrivals.mean * seconds + (arrivals.amplitude * period * swing) / TWO_PI);
    }
    case 'renewal':
      return durationNs / meanOf(arrivals.gap);
    case 'at':
      return arrivals.timesNs.filter((time) => time < durationNs).length;
    case 'closed': {
      const round = meanOf(arrivals.think) / NS_PER_SECOND + ASSUMED_ANSWER_SECONDS;
      const { ramp } = arrivals;
      return (ramp === null ? arrivals.users * seconds : areaOf(ramp, seconds)) / round;
    }
  }
}

/** A burst begins at every multiple of the period, 0 included. */
function ofBursts(arrivals: Extract<Arrivals, { kind: 'burst' }>, durationNs: Ns): number {
  const whole = Math.floor(durationNs / arrivals.everyNs);
  const rest = durationNs - whole * arrivals.everyNs;
  const inBurst =
    whole * Math.min(arrivals.forNs, arrivals.everyNs) + Math.min(rest, arrivals.forNs);
  const extra = (arrivals.peak - arrivals.base) * inBurst;
  return (arrivals.base * durationNs + extra) / NS_PER_SECOND;
}
