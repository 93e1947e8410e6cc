import { z } from 'zod';
import { nameText, withShort } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required, requiredIf } from '../fields/field.js';
import { duration, share, whole } from '../quantities/quantities.js';

/** How the settings of a sweep are chosen: all combinations, a sample (random or evenly spread), or by bisection. */
const SWEEP_KINDS = ['grid', 'random', 'sobol', 'bisect'] as const;
export type SweepKind = (typeof SWEEP_KINDS)[number];

/**
 * How many replicas autoscaled components have when a setting begins: as many as the autoscaler would have at its load,
 * or as many as the file says.
 */
export const SWEEP_STARTS = ['settled', 'written'] as const;
export type SweepStart = (typeof SWEEP_STARTS)[number];

/** Largest number of values on one axis. */
const AXIS_VALUES_MAX = 1000;

const end = z.union([z.number(), z.string().min(1).max(100)]);

const axis = withShort(
  entry(
    {
      values: z
        .array(z.unknown())
        .min(1)
        .max(AXIS_VALUES_MAX)
        .optional()
        .describe('The values, in order; a list alone is the short form of it.'),
      from: end.optional().describe('Instead of `values`: the first, a number or a quantity.'),
      to: field.of(end, requiredIf('beside `from`'), 'The last value, of the same unit.'),
      steps: whole({ min: 2, max: AXIS_VALUES_MAX })
        .optional()
        .describe('Values from the first to the last. With `kind: grid` required beside `from`.'),
      scale: field.of(
        z.enum(['linear', 'log']),
        absent('linear'),
        'Whether neighbours differ by the same amount or by the same factor.',
      ),
    },
    'Values, or a range of them.',
  ),
  {
    type: 'array',
    minItems: 1,
    maxItems: AXIS_VALUES_MAX,
    description: 'The values, in order.',
  },
);

/** An axis as it is written. */
export type AxisFields = z.output<typeof axis>;

/** A sweep: runs of the same scenario with other values at some paths. */
export const sweepSchema = entry(
  {
    kind: field.choice(
      SWEEP_KINDS,
      'grid',
      'How settings are chosen: `grid` (every combination), `random` and `sobol` (`samples` of them, by chance ' +
        'or spread more evenly), `bisect` (where along one path `expect`, or the budgets, cease to hold).',
    ),
    set: field.of(
      z.record(z.string().min(1).max(1000), axis),
      required,
      'Path, as in variants, to its values: a list, or a map with from and to.',
    ),
    variants: field.of(
      z.array(nameText()).min(1),
      absent('all'),
      'Variants to run at each setting.',
    ),
    metrics: field.of(
      z.array(z.string().min(1).max(1000)),
      absent('the metrics of the budgets, which are judged too; with `expect` to none'),
      'Metrics to record, with their window: `users.latency.p99 during outage`.',
    ),
    expect: field.of(
      z.string().min(1).max(1000),
      absent('all budgets'),
      'With `kind: bisect`: the expression whose limit is searched for.',
    ),
    samples: field.of(
      whole({ min: 1, max: 10_000 }),
      requiredIf('there'),
      'With `kind: random` and `sobol`: number of settings to draw.',
    ),
    resolution: field.of(
      share(),
      absent('2%'),
      'With `kind: bisect`: how near to each other the last value at which `expect` holds and the first at ' +
        'which it does not have to be, as a share of the greater one.',
    ),
    replications: field.of(
      whole({ min: 1, max: 10_000 }),
      absent('those of `run`'),
      'Runs of each variant at each setting; of `bisect` at most, 10 there by default.',
    ),
    durationNs: duration({ allowZero: false })
      .optional()
      .describe('Instead of `run.duration`. Unit: duration.'),
    start: field.of(
      z.enum(SWEEP_STARTS),
      absent('settled where the load of a workload is set, else to written'),
      'Replicas with which components with an autoscaler begin at each setting: `settled` (those that the ' +
        'autoscaler would have at this load), or `written` (those of the file: a cold start).',
    ),
  },
  'The same experiment with other values at some paths.',
);

/** A sweep as it is written. */
export type SweepFields = z.output<typeof sweepSchema>;
