import type { PolicyProblem } from '../../contracts/patterns/policy.js';
import type { MachineConfig, WrittenMachine } from './breaker-machine-fields.js';
import { problemsOf } from './problems.js';

/** Settings of the breaker machine that contradict each other or mean nothing together. */
export function machineProblems(
  written: WrittenMachine,
  config: MachineConfig,
): readonly PolicyProblem[] {
  const problems =
    config.window === 'consecutive'
      ? consecutiveProblems(written, config)
      : rateProblems(written, config);
  return [...problems, ...stateProblems(config), ...probeProblems(written, config)];
}

function consecutiveProblems(
  written: WrittenMachine,
  config: MachineConfig,
): readonly PolicyProblem[] {
  const unused = (isSet: boolean): string | false =>
    isSet && 'applies to rates, and window: consecutive has none: remove it';
  return problemsOf({
    threshold:
      !('calls' in config.threshold) &&
      'window: consecutive needs a number of failures: write a number, or window: count or time ' +
        'for a rate',
    windowSize: unused(config.windowSize !== undefined),
    buckets: unused(written.buckets !== undefined),
    minCalls: unused(written.minCalls !== undefined),
    counted: unused(config.counted !== 'ended'),
    slow: unused(config.slow !== undefined),
    slowRate: unused(config.slowRate !== undefined),
    'halfOpen.decideAfter': unused(config.halfOpen.decideAfter !== undefined),
  });
}

const ZERO = 'every call reaches 0%: write more, or tripOp: ">"';

function rateProblems(written: WrittenMachine, config: MachineConfig): readonly PolicyProblem[] {
  const { window, windowSize: size, threshold, slow, slowRate, tripOp, buckets } = config;
  const isTime = window === 'time';
  const lengthNs = size !== undefined && 'lengthNs' in size ? size.lengthNs : null;
  const calls = size !== undefined && 'calls' in size && !isTime ? size.calls : null;
  const missing = slow === undefined ? 'slow' : 'slowRate';
  const isHalf = (slow === undefined) !== (slowRate === undefined);
  const lonely = isHalf && `has no effect without ${missing}: write both or neither`;
  return problemsOf({
    threshold:
      'calls' in threshold
        ? `a ${window} window needs a failure rate: write a share such as 50%`
        : threshold.share === 0 && tripOp === '>=' && ZERO,
    windowSize: isTime
      ? lengthNs === null && 'a time window needs a length: write a duration such as 10s'
      : lengthNs !== null && 'a count window is sized in calls: write a number',
    buckets: isTime
      ? lengthNs !== null &&
        lengthNs % buckets !== 0 &&
        `the window is not divisible into ${buckets} slices of whole nanoseconds`
      : written.buckets !== undefined && 'only a time window has slices: remove it',
    minCalls:
      calls !== null &&
      config.minCalls > calls &&
      `the window never holds more than ${calls} calls: write at most ${calls}`,
    counted:
      calls !== null &&
      config.counted !== 'ended' &&
      'a count window holds calls that have ended: remove windowSize, or use window: time',
    slow: slow !== undefined && lonely,
    slowRate: (slowRate !== undefined && lonely) || (slowRate === 0 && tripOp === '>=' && ZERO),
  });
}

function stateProblems(config: MachineConfig): readonly PolicyProblem[] {
  return problemsOf({
    resultsEndOpen:
      config.resultsEndOpen &&
      !config.lazyHalfOpen &&
      'with lazyHalfOpen: false the timer ends the open state before any result can: set only ' +
        'one of them',
    evaluateOn:
      config.evaluateEvery !== undefined &&
      config.evaluateOn === 'failure' &&
      'evaluateEvery evaluates on a timer, not on results: remove one of them',
    'openBackoff.max':
      (config.openBackoff?.max ?? Infinity) < config.open &&
      'is shorter than open, the first wait: make it longer',
  });
}

function probeProblems(written: WrittenMachine, config: MachineConfig): readonly PolicyProblem[] {
  const { permits, mode, closeAfter, decideAfter } = config.halfOpen;
  const { windowSize: size } = config;
  const calls =
    config.window === 'count' && size !== undefined && 'calls' in size ? size.calls : Infinity;
  const isLateCounted = ['current', 'successCloses'].includes(config.lateResults);
  const decides = decideAfter === undefined ? 'halfOpen.closeAfter' : 'halfOpen.decideAfter';
  return [
    ...problemsOf({
      'halfOpen.closeAfter':
        decideAfter !== undefined &&
        written.halfOpen.closeAfter !== undefined &&
        'with decideAfter the rates decide: remove one of them',
      'halfOpen.permits':
        permits > calls &&
        `the window holds ${calls} calls, fewer than the ${permits} probes: write at most ` +
          `${calls}, or a larger windowSize`,
    }),
    ...problemsOf({
      [decides]:
        mode === 'total' &&
        !isLateCounted &&
        (decideAfter ?? closeAfter) > permits &&
        `permits admits only ${permits} probes in total, so the breaker could never close: ` +
          'raise permits',
    }),
  ];
}
