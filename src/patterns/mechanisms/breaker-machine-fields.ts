import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import { threshold, WINDOW_MAX, windowSize } from './window-size.js';

const closedFields = {
  window: field.of(
    z.enum(['consecutive', 'count', 'time']),
    'consecutive',
    'Window evaluated while closed: consecutive failures, the latest calls (`count`), or the calls of a period ' +
      '(`time`).',
    'name',
  ),
  windowSize: field.of(
    windowSize(),
    absent('none: a count window then holds every call since the breaker closed'),
    'Calls in a count window, or length of a time window.',
    'calls or duration',
  ),
  buckets: field.whole(
    absent('10'),
    'Slices of a time window. They start at multiples of their length on the clock, and each expires as a whole.',
    { unit: 'slices', min: 1, max: WINDOW_MAX },
  ),
  threshold: field.of(
    threshold(),
    required,
    'When it opens: consecutive failures with `window: consecutive`, otherwise the failure rate.',
    'calls or share',
  ),
  tripOp: field.of(
    z.enum(['>=', '>']),
    '>=',
    'Whether it opens at exactly its thresholds (`>=`) or only above them (`>`).',
    'operator',
  ),
  minCalls: field.whole(absent('1'), 'Calls the window needs before its rates count.', {
    unit: 'calls',
    min: 1,
  }),
  counted: field.of(
    z.enum(['ended', 'admitted', 'offered']),
    'ended',
    'Denominator of the rates: `ended` counts calls that have ended; `admitted` also those in flight or ignored; ' +
      '`offered` also refused calls.',
    'name',
  ),
  slow: field.duration(absent(), 'A call that takes longer is slow.'),
  slowRate: field.share(absent(), 'Share of slow calls that opens it too.'),
  evaluateOn: field.of(
    z.enum(['result', 'failure']),
    'result',
    'Results that trigger an evaluation of the window: each, or only failures.',
    'name',
  ),
  evaluateEvery: field.duration(
    absent(),
    'Evaluates the window at multiples of this time instead of on results.',
  ),
} as const;

const openFields = {
  open: field.duration('60s', 'Time in the open state, in which every call is refused.'),
  openBackoff: field.of(
    z.strictObject({
      factor: field.factor(2, 'Factor from one wait to the next.'),
      max: field.duration(absent(), 'Longest wait.'),
    }),
    absent('none: always the same wait'),
    'Lengthens the open state each time the breaker reopens from half open; closing resets it.',
    'map',
  ),
  boundary: field.of(
    z.enum(['inclusive', 'strict']),
    'inclusive',
    'Whether a call exactly at the end of `open` is admitted, or only one after it.',
    'name',
  ),
  lazyHalfOpen: field.flag(
    true,
    'Whether the first call after the wait starts the half-open state; with false a timer does.',
  ),
  resultsEndOpen: field.flag(
    false,
    'Whether a late result after the wait starts the half-open state too.',
  ),
} as const;

const halfOpenField = z
  .strictObject({
    permits: field.whole(
      1,
      'Probes admitted, counted by `mode`; a count window must be at least this large.',
      { unit: 'calls', min: 1, max: WINDOW_MAX },
    ),
    mode: field.of(
      z.enum(['concurrent', 'total']),
      'concurrent',
      'Whether `permits` limits concurrent probes or the total; in both, an ignored result returns its permit.',
      'name',
    ),
    closeAfter: field.whole(
      absent('1'),
      'Successful probes that close it; the first failed one reopens it.',
      { unit: 'calls', min: 1 },
    ),
    decideAfter: field.whole(
      absent(),
      'Number of probe results after which the rate thresholds decide instead.',
      { unit: 'calls', min: 1 },
    ),
    maxWait: field.duration(
      0,
      'Longest time half open without a decision, after which it reopens. 0 waits forever.',
      { allowZero: true },
    ),
  })
  .prefault({})
  .describe('Rule for probes. Unit: map. Defaults to {}: one success closes.');

/** Fields of the general breaker: all settings in which breakers differ. */
export const machineFields = {
  ...closedFields,
  ...openFields,
  halfOpen: halfOpenField,
  lateResults: field.of(
    z.enum(['drop', 'oldWindow', 'current', 'successCloses']),
    'drop',
    'Handling of a result whose call was admitted before the last state change: discarded; recorded in the window ' +
      'of the closed state, but evaluated only while closed; treated as a result of the current state; or, with ' +
      '`successCloses`, the same except that a success closes an open breaker, as in hand-written ones that only set ' +
      'a state.',
    'name',
  ),
  resetWindowOnClose: field.flag(true, 'Whether the window is cleared when it closes.'),
} as const;

/** The settings as written; undefined where they have no fixed default. */
export type WrittenMachine = z.output<z.ZodObject<typeof machineFields>>;
export type MachineConfig = ReturnType<typeof settled>;

const BUCKETS = 10;

/** The configuration with its defaults that depend on nothing written. */
export function settled(config: WrittenMachine) {
  const { halfOpen } = config;
  return {
    ...config,
    buckets: config.buckets ?? BUCKETS,
    minCalls: config.minCalls ?? 1,
    halfOpen: { ...halfOpen, closeAfter: halfOpen.closeAfter ?? 1 },
  };
}
