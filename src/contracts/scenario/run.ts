import type { z } from 'zod';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, whole } from '../quantities/quantities.js';

/** `run`: duration, replications and the guard against endless runs. */
export const runSchema = entry(
  {
    durationNs: field.of(
      duration({ allowZero: false }),
      required,
      'Simulated time that is measured; time 0 of every `at` is its start.',
    ),
    warmupNs: field.duration('0s', 'Simulated time before that, whose results are discarded.', {
      allowZero: true,
    }),
    seed: field.of(whole(), 1, 'Seed of all random streams.'),
    replications: field.of(
      whole({ min: 1, max: 10_000 }),
      1,
      'Independent runs; intervals come from them.',
    ),
    drainNs: field.timeLimit(
      'none',
      'Arrivals stop at the end and work is given this long to finish; the rest is `unfinished`.',
      { allowZero: true },
    ),
    stepNs: field.duration(absent('duration / 200, rounded to 1-2-5'), 'Step of all series.'),
    maxEvents: field.of(whole({ min: 1 }), 2_000_000_000, 'Events after which a run is stopped.'),
  },
  'Length and number of the simulation runs.',
  { stepNs: 'timeline' },
);

/** Length and number of the runs. Without a drain a run stops at the end of its duration. */
export interface RunSettings extends z.output<typeof runSchema> {
  readonly stepNs: number;
}
