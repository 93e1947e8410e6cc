import type { PolicyProblem } from '../../spec/patterns/policy.js';
import type { MachineConfig } from './breaker-machine.js';

/** Fields that the user set; undefined if not set. */
export interface WrittenMachine {
  readonly buckets?: number | undefined;
  readonly minCalls?: number | undefined;
  readonly halfOpen: { readonly closeAfter?: number | undefined };
}

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

const problem = (field: string, message: string): PolicyProblem => ({ field, message });

function consecutiveProblems(written: WrittenMachine, config: MachineConfig): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (!('calls' in config.threshold)) {
    const message =
      'window: consecutive needs a number of failures: write a number, or window: count or time ' +
      'for a rate';
    problems.push(problem('threshold', message));
  }
  const unused: readonly (readonly [string, boolean])[] = [
    ['windowSize', config.windowSize !== undefined],
    ['buckets', written.buckets !== undefined],
    ['minCalls', written.minCalls !== undefined],
    ['counted', config.counted !== 'ended'],
    ['slow', config.slow !== undefined],
    ['slowRate', config.slowRate !== undefined],
    ['halfOpen.decideAfter', config.halfOpen.decideAfter !== undefined],
  ];
  for (const [field, isSet] of unused) {
    if (!isSet) continue;
    problems.push(problem(field, 'applies to rates, and window: consecutive has none: remove it'));
  }
  return problems;
}

function rateProblems(written: WrittenMachine, config: MachineConfig): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const size = config.windowSize;
  const isTime = config.window === 'time';
  if ('calls' in config.threshold) {
    const message = `a ${config.window} window needs a failure rate: write a share such as 50%`;
    problems.push(problem('threshold', message));
  } else if (config.threshold.share === 0 && config.tripOp === '>=') {
    problems.push(problem('threshold', 'every call reaches 0%: write more, or tripOp: ">"'));
  }
  if (isTime && (size === undefined || 'calls' in size)) {
    problems.push(
      problem('windowSize', 'a time window needs a length: write a duration such as 10s'),
    );
  } else if (!isTime && size !== undefined && 'lengthNs' in size) {
    problems.push(problem('windowSize', 'a count window is sized in calls: write a number'));
  }
  if (isTime && size !== undefined && 'lengthNs' in size && size.lengthNs % config.buckets !== 0) {
    const message = `the window is not divisible into ${config.buckets} slices of whole nanoseconds`;
    problems.push(problem('buckets', message));
  } else if (!isTime && written.buckets !== undefined) {
    problems.push(problem('buckets', 'only a time window has slices: remove it'));
  }
  if (!isTime && size !== undefined && 'calls' in size) {
    if (config.minCalls > size.calls) {
      const message = `the window never holds more than ${size.calls} calls: write at most ${size.calls}`;
      problems.push(problem('minCalls', message));
    }
    if (config.counted !== 'ended') {
      const message =
        'a count window holds calls that have ended: remove windowSize, or use window: time';
      problems.push(problem('counted', message));
    }
  }
  if ((config.slow === undefined) !== (config.slowRate === undefined)) {
    const missing = config.slow === undefined ? 'slow' : 'slowRate';
    const field = config.slow === undefined ? 'slowRate' : 'slow';
    problems.push(problem(field, `has no effect without ${missing}: write both or neither`));
  } else if (config.slowRate === 0 && config.tripOp === '>=') {
    problems.push(problem('slowRate', 'every call reaches 0%: write more, or tripOp: ">"'));
  }
  return problems;
}

function stateProblems(config: MachineConfig): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (config.resultsEndOpen && !config.lazyHalfOpen) {
    const message =
      'with lazyHalfOpen: false the timer ends the open state before any result can: set only ' +
      'one of them';
    problems.push(problem('resultsEndOpen', message));
  }
  if (config.evaluateEvery !== undefined && config.evaluateOn === 'failure') {
    const message = 'evaluateEvery evaluates on a timer, not on results: remove one of them';
    problems.push(problem('evaluateOn', message));
  }
  const longest = config.openBackoff?.max;
  if (longest !== undefined && longest < config.open) {
    problems.push(
      problem('openBackoff.max', 'is shorter than open, the first wait: make it longer'),
    );
  }
  return problems;
}

function probeProblems(written: WrittenMachine, config: MachineConfig): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const { permits, mode, closeAfter, decideAfter } = config.halfOpen;
  if (decideAfter !== undefined && written.halfOpen.closeAfter !== undefined) {
    const message = 'with decideAfter the rates decide: remove one of them';
    problems.push(problem('halfOpen.closeAfter', message));
  }
  const size = config.windowSize;
  if (config.window === 'count' && size !== undefined && 'calls' in size && permits > size.calls) {
    const message =
      `the window holds ${size.calls} calls, fewer than the ${permits} probes: write at most ` +
      `${size.calls}, or a larger windowSize`;
    problems.push(problem('halfOpen.permits', message));
  }
  const isLateCounted = ['current', 'successCloses'].includes(config.lateResults);
  if (mode === 'total' && !isLateCounted) {
    const needed = decideAfter ?? closeAfter;
    if (needed > permits) {
      const field = decideAfter === undefined ? 'halfOpen.closeAfter' : 'halfOpen.decideAfter';
      const message =
        `permits admits only ${permits} probes in total, so the breaker could never close: ` +
        'raise permits';
      problems.push(problem(field, message));
    }
  }
  return problems;
}
