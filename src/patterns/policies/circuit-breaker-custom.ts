import { z } from 'zod';
import type { BreakerTraits } from '../../spec/policy-traits.js';
import { evidenceWithin } from '../mechanisms/breaker-traits.js';
import type { PolicyKind, PolicyProblem } from '../../spec/policy.js';
import { duration, factor, share, whole } from '../../spec/quantities.js';
import { Breaker, breakerJournal } from '../mechanisms/breaker.js';
import { BreakerClasses, classFields, classProblems } from '../mechanisms/breaker-classes.js';
import { BreakerMachine } from '../mechanisms/breaker-machine.js';
import { machineProblems } from '../mechanisms/breaker-machine-problems.js';
import { threshold, WINDOW_MAX, windowSize } from '../mechanisms/window-size.js';

const closedFields = {
  window: z
    .enum(['consecutive', 'count', 'time'])
    .default('consecutive')
    .describe(
      'What is judged while closed: failures in a row, the last calls, or the calls of the last ' +
        'while. Unit: name. Defaults to consecutive.',
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
      'Slices of a time window; they begin at multiples of their length on the clock, and a ' +
        'slice leaves as a whole. Unit: slices. Defaults to 10.',
    ),
  threshold: threshold().describe(
    'Where it opens: failures in a row with `window: consecutive`, else failures per call. ' +
      'Unit: calls or share. Required.',
  ),
  tripOp: z
    .enum(['>=', '>'])
    .default('>=')
    .describe(
      'Whether it opens at exactly its thresholds or only above them. Unit: operator. Defaults ' +
        'to >=.',
    ),
  minCalls: whole({ min: 1 })
    .optional()
    .describe('Calls the window needs before its rates count. Unit: calls. Defaults to 1.'),
  counted: z
    .enum(['ended', 'admitted', 'offered'])
    .default('ended')
    .describe(
      'The calls a rate is per: those that have ended, those let through, under way or ' +
        'ignored included, or the refused ones as well. Unit: name. Defaults to ended.',
    ),
  slow: duration({ allowZero: false })
    .optional()
    .describe('A call that takes longer is slow. Unit: duration. Defaults to none.'),
  slowRate: share()
    .optional()
    .describe('Slow calls per call where it opens too. Unit: share. Defaults to none.'),
  evaluateOn: z
    .enum(['result', 'failure'])
    .default('result')
    .describe(
      'Which results have the window judged: each, or only failures. Unit: name. Defaults to ' +
        'result.',
    ),
  evaluateEvery: duration({ allowZero: false })
    .optional()
    .describe(
      'Has the window judged at multiples of this time instead of with results. Unit: duration. ' +
        'Defaults to none.',
    ),
} as const;

const openFields = {
  open: duration({ allowZero: false })
    .prefault('60s')
    .describe('Time for which every call is refused. Unit: duration. Defaults to 60s.'),
  openBackoff: z
    .strictObject({
      factor: factor()
        .prefault(2)
        .describe('Each wait is so many times the one before. Unit: factor. Defaults to 2.'),
      max: duration({ allowZero: false })
        .optional()
        .describe('Longest wait. Unit: duration. Defaults to none.'),
    })
    .optional()
    .describe(
      'Waits longer each time it opens out of half open; closing starts anew. Unit: map. ' +
        'Defaults to none: always the same wait.',
    ),
  boundary: z
    .enum(['inclusive', 'strict'])
    .default('inclusive')
    .describe(
      'Whether a call at exactly the end of `open` is let through, or only one after it. Unit: ' +
        'name. Defaults to inclusive.',
    ),
  lazyHalfOpen: z
    .boolean()
    .default(true)
    .describe(
      'Half open begins with the first call after the wait; false has a timer begin it. Unit: ' +
        'boolean. Defaults to true.',
    ),
  resultsEndOpen: z
    .boolean()
    .default(false)
    .describe(
      'A late result after the wait begins half open too. Unit: boolean. Defaults to false.',
    ),
} as const;

const halfOpenField = z
  .strictObject({
    permits: whole({ min: 1, max: WINDOW_MAX })
      .prefault(1)
      .describe(
        'Probes let through, by `mode`; a count window has to hold as many. Unit: calls. Defaults to 1.',
      ),
    mode: z
      .enum(['concurrent', 'total'])
      .default('concurrent')
      .describe(
        'Whether `permits` is how many are under way at once, or how many there are in all; an ' +
          'ignored result gives its place back in both. Unit: name. Defaults to concurrent.',
      ),
    closeAfter: whole({ min: 1 })
      .optional()
      .describe(
        'Successful probes that close it; the first failed one opens it. Unit: calls. Defaults ' +
          'to 1.',
      ),
    decideAfter: whole({ min: 1 })
      .optional()
      .describe(
        'Results of probes after which the thresholds of the rates decide instead. Unit: calls. ' +
          'Defaults to none.',
      ),
    maxWait: duration()
      .prefault(0)
      .describe(
        'Longest time without a decision, after which it opens. 0 waits for ever. Unit: ' +
          'duration. Defaults to 0.',
      ),
  })
  .prefault({})
  .describe('The rule over probes. Unit: map. Defaults to {}: one success closes.');

const schema = z.strictObject({
  ...closedFields,
  ...openFields,
  halfOpen: halfOpenField,
  lateResults: z
    .enum(['drop', 'oldWindow', 'current'])
    .default('drop')
    .describe(
      'What becomes of a result whose call was let through before the last change of state: ' +
        'lost, booked in the window of the closed state without being judged unless it is ' +
        'closed, or taken as one of the present state. Unit: name. Defaults to drop.',
    ),
  resetWindowOnClose: z
    .boolean()
    .default(true)
    .describe('Whether it closes with an empty window. Unit: boolean. Defaults to true.'),
  ...classFields,
});
type Config = z.output<typeof schema>;

const BUCKETS = 10;

/** `circuitBreaker` of kind `custom`: the machine itself, every choice open. */
export const circuitBreakerCustom: PolicyKind<'circuitBreaker', typeof schema> = {
  policy: 'circuitBreaker',
  kind: 'custom',
  isDefault: false,
  summary: 'A breaker of your own: each choice in which the libraries differ is a field.',
  sources: [
    'sony/gobreaker v2 gobreaker.go',
    'resilience4j/resilience4j CircuitBreakerStateMachine.java',
    'nodeshift/opossum lib/circuit.js',
    'Netflix/Hystrix HystrixCircuitBreaker.java',
  ],
  level: 'attempt',
  schema,
  example:
    'circuitBreaker: { kind: custom, window: time, windowSize: 1s, threshold: 50%, tripOp: ">", ' +
    'minCalls: 4, open: 100ms, halfOpen: { permits: 2, closeAfter: 2 } }\n',
  traits: (config) => ({
    ...tripsOf(settled(config)),
    classes: new BreakerClasses(config),
  }),
  state: 'scoped',
  keyed: 'states',
  dryRun: true,
  create(config, setup) {
    const { ctx } = setup;
    const timer = setup.alarm(() => machine.ring(ctx.now));
    const machine = new BreakerMachine(settled(config), breakerJournal(setup), timer);
    return new Breaker(ctx, machine, new BreakerClasses(config));
  },
  check: (config): readonly PolicyProblem[] => [
    ...classProblems(config),
    ...machineProblems(config, settled(config)),
  ],
};

/** The configuration with its defaults that depend on nothing written. */
function settled(config: Config) {
  const { halfOpen } = config;
  return {
    ...config,
    buckets: config.buckets ?? BUCKETS,
    minCalls: config.minCalls ?? 1,
    halfOpen: { ...halfOpen, closeAfter: halfOpen.closeAfter ?? 1 },
  };
}

/** What opens it: failures in a row, or a rate once a time window has seen `minCalls`. */
function tripsOf({
  window,
  windowSize,
  threshold,
  tripOp,
  minCalls,
}: ReturnType<typeof settled>): Pick<BreakerTraits, 'evidence' | 'consecutive'> {
  if ('calls' in threshold) {
    const failures = tripOp === '>' ? threshold.calls + 1 : threshold.calls;
    return { evidence: null, consecutive: { field: ['threshold'], failures } };
  }
  const isTime = window === 'time' && windowSize !== undefined && 'lengthNs' in windowSize;
  return {
    evidence: isTime
      ? evidenceWithin('minCalls', minCalls, 'windowSize', windowSize.lengthNs)
      : null,
    consecutive: null,
  };
}
