import { z } from 'zod';
import { choice, flag } from '../../contracts/quantities/fields.js';
import { duration, factor, share, whole } from '../../contracts/quantities/quantities.js';
import { threshold, WINDOW_MAX, windowSize } from './window-size.js';

const closedFields = {
  window: choice(['consecutive', 'count', 'time'], 'consecutive').describe(
    'Window evaluated while closed: consecutive failures, the latest calls (`count`), or ' +
      'the calls of a period (`time`). Unit: name. Defaults to consecutive.',
  ),
  windowSize: windowSize()
    .optional()
    .describe(
      'Calls in a count window, or length of a time window. Unit: calls or duration. Defaults to ' +
        'none: a count window then holds every call since the breaker closed.',
    ),
  buckets: whole({ min: 1, max: WINDOW_MAX })
    .optional()
    .describe(
      'Slices of a time window. They start at multiples of their length on the clock, and ' +
        'each expires as a whole. Unit: slices. Defaults to 10.',
    ),
  threshold: threshold().describe(
    'When it opens: consecutive failures with `window: consecutive`, otherwise the failure ' +
      'rate. Unit: calls or share. Required.',
  ),
  tripOp: choice(['>=', '>'], '>=').describe(
    'Whether it opens at exactly its thresholds (`>=`) or only above them (`>`). Unit: ' +
      'operator. Defaults to >=.',
  ),
  minCalls: whole({ min: 1 })
    .optional()
    .describe('Calls the window needs before its rates count. Unit: calls. Defaults to 1.'),
  counted: choice(['ended', 'admitted', 'offered'], 'ended').describe(
    'Denominator of the rates: `ended` counts calls that have ended; `admitted` also those ' +
      'in flight or ignored; `offered` also refused calls. Unit: name. Defaults to ended.',
  ),
  slow: duration({ allowZero: false })
    .optional()
    .describe('A call that takes longer is slow. Unit: duration. Defaults to none.'),
  slowRate: share()
    .optional()
    .describe('Share of slow calls that opens it too. Unit: share. Defaults to none.'),
  evaluateOn: choice(['result', 'failure'], 'result').describe(
    'Results that trigger an evaluation of the window: each, or only failures. Unit: name. ' +
      'Defaults to result.',
  ),
  evaluateEvery: duration({ allowZero: false })
    .optional()
    .describe(
      'Evaluates the window at multiples of this time instead of on results. Unit: duration. ' +
        'Defaults to none.',
    ),
} as const;

const openFields = {
  open: duration({ allowZero: false })
    .prefault('60s')
    .describe(
      'Time in the open state, in which every call is refused. Unit: duration. Defaults to 60s.',
    ),
  openBackoff: z
    .strictObject({
      factor: factor()
        .prefault(2)
        .describe('Factor from one wait to the next. Unit: factor. Defaults to 2.'),
      max: duration({ allowZero: false })
        .optional()
        .describe('Longest wait. Unit: duration. Defaults to none.'),
    })
    .optional()
    .describe(
      'Lengthens the open state each time the breaker reopens from half open; closing resets ' +
        'it. Unit: map. Defaults to none: always the same wait.',
    ),
  boundary: choice(['inclusive', 'strict'], 'inclusive').describe(
    'Whether a call exactly at the end of `open` is admitted, or only one after it. Unit: ' +
      'name. Defaults to inclusive.',
  ),
  lazyHalfOpen: flag(true).describe(
    'Whether the first call after the wait starts the half-open state; with false a timer ' +
      'does. Unit: boolean. Defaults to true.',
  ),
  resultsEndOpen: flag(false).describe(
    'Whether a late result after the wait starts the half-open state too. Unit: boolean. ' +
      'Defaults to false.',
  ),
} as const;

const halfOpenField = z
  .strictObject({
    permits: whole({ min: 1, max: WINDOW_MAX })
      .prefault(1)
      .describe(
        'Probes admitted, counted by `mode`; a count window must be at least this large. ' +
          'Unit: calls. Defaults to 1.',
      ),
    mode: choice(['concurrent', 'total'], 'concurrent').describe(
      'Whether `permits` limits concurrent probes or the total; in both, an ignored result ' +
        'returns its permit. Unit: name. Defaults to concurrent.',
    ),
    closeAfter: whole({ min: 1 })
      .optional()
      .describe(
        'Successful probes that close it; the first failed one reopens it. Unit: calls. ' +
          'Defaults to 1.',
      ),
    decideAfter: whole({ min: 1 })
      .optional()
      .describe(
        'Number of probe results after which the rate thresholds decide instead. Unit: calls. ' +
          'Defaults to none.',
      ),
    maxWait: duration()
      .prefault(0)
      .describe(
        'Longest time half open without a decision, after which it reopens. 0 waits forever. ' +
          'Unit: duration. Defaults to 0.',
      ),
  })
  .prefault({})
  .describe('Rule for probes. Unit: map. Defaults to {}: one success closes.');

/** Fields of the general breaker: all settings in which breakers differ. */
export const machineFields = {
  ...closedFields,
  ...openFields,
  halfOpen: halfOpenField,
  lateResults: choice(['drop', 'oldWindow', 'current', 'successCloses'], 'drop').describe(
    'Handling of a result whose call was admitted before the last state change: discarded; ' +
      'recorded in the window of the closed state, but evaluated only while closed; treated ' +
      'as a result of the current state; or, with `successCloses`, the same except that a ' +
      'success closes an open breaker, as in hand-written ones that only set a state. Unit: ' +
      'name. Defaults to drop.',
  ),
  resetWindowOnClose: flag(true).describe(
    'Whether the window is cleared when it closes. Unit: boolean. Defaults to true.',
  ),
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
