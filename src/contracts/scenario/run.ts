import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, durationOrAuto, whole } from '../quantities/quantities.js';

const MOST_REPLICATIONS = 10_000;
const runs = (): ReturnType<typeof whole> => whole({ min: 1, max: MOST_REPLICATIONS });

/** `replications` in its long form. */
const untilSchema = entry(
  {
    until: field.of(
      z.union([z.string().min(1).max(1000), z.array(z.string().min(1).max(1000)).min(1)]),
      required,
      'One goal, or a list of them: `decided` (every budget and expectation is decided), or a metric and ' +
        'how closely it is to be known, `users.latency.p99 within 5%`. The percentage is of the value, for a share it ' +
        'is points.',
    ),
    atLeast: field.of(
      whole({ min: 2, max: MOST_REPLICATIONS }),
      5,
      'Replications of the first look. The number doubles from look to look.',
    ),
    atMost: field.of(
      whole({ min: 4, max: MOST_REPLICATIONS }),
      80,
      'Replications of the last look are no more than this.',
    ),
  },
  'Runs are added until this is known. A look may spend only a part of the error probability of 5 %.',
);

/** `run`: duration, replications and the guard against endless runs. */
export const runSchema = entry(
  {
    durationNs: field.of(
      duration({ allowZero: false }),
      required,
      'Simulated time that is measured; time 0 of every `at` is its start.',
    ),
    warmupNs: field.of(
      durationOrAuto({ allowZero: true }),
      '0s',
      'Simulated time before that, whose results are discarded. `auto`: found by MSER-5 in pilot runs of the baseline ' +
        'without faults, the same for all variants and settings.',
      'duration or `auto`',
    ),
    seed: field.of(whole(), 1, 'Seed of all random streams.'),
    replications: field.of(
      z.union([runs(), untilSchema]),
      1,
      'Independent runs, from which intervals come: a number, or `{ until: ... }` for as many as it takes.',
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

/** Goals of the runs, as written. */
interface WrittenUntil {
  readonly goals: readonly string[];
  readonly atMost: number;
}

/** Length and number of the runs. Without a drain a run stops at the end of its duration. */
export interface RunSettings extends Omit<z.output<typeof runSchema>, 'replications' | 'warmupNs'> {
  /** With `pilots`: what they have found. */
  readonly warmupNs: Ns;
  /** Pilot runs that have found the warm-up, 0 until then; absent = it is written. */
  readonly pilots?: number;
  /** With `until`: those of the first look. */
  readonly replications: number;
  /** Absent = the number of runs is fixed. */
  readonly until?: WrittenUntil;
  readonly stepNs: number;
}
