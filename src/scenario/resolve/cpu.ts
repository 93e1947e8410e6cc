import type { Cpu } from '../../spec/scenario/resources.js';
import type { HostOutput } from '../schema/host.js';
import type { Context, Path } from './context.js';
import { conflict, report, writtenAt } from './context.js';

/** Resolves the cores of a host and their scheduling. */
export function resolveCpu(context: Context, output: HostOutput['cpu'], path: Path): Cpu {
  const { cores, discipline, quota, contextSwitchTax, background } = output;
  if (discipline === 'fcfs' && cores !== Infinity && !Number.isInteger(cores)) {
    conflict(
      context,
      [...path, 'cores'],
      'with fcfs each core runs one piece of work at a time: cores must be a whole number',
    );
  }
  if (contextSwitchTax > 0 && (discipline === 'fcfs' || cores === Infinity)) {
    const why = discipline === 'fcfs' ? 'with fcfs' : 'with unlimited cores';
    conflict(
      context,
      [...path, 'contextSwitchTax'],
      `${why} never more work runs than there are cores, so there are no context switches: ` +
        'remove contextSwitchTax',
    );
  }
  if (contextSwitchTax >= 1) {
    report(
      context,
      'FL204',
      [...path, 'contextSwitchTax'],
      'must be below 100%, or no work would ever be done',
    );
  }
  checkBackground(context, output, path);
  return {
    cores,
    discipline,
    quota: quota === undefined ? null : { limit: quota.limit, periodNs: quota.period },
    contextSwitchTax,
    background,
  };
}

function checkBackground(context: Context, output: HostOutput['cpu'], path: Path): void {
  const { cores, quota, background } = output;
  if (background === 0) return;
  const at = [...path, 'background'];
  const most = Math.min(cores, quota?.limit ?? Infinity);
  if (cores === Infinity) {
    conflict(context, at, 'unlimited cores are never short: write `cores`, or remove background');
  } else if (background >= most) {
    const message = `must be below ${most}, the cores of the process, or nothing is left for requests`;
    report(context, 'FL204', at, message);
  }
}

/** Resolves cores that execute one command at a time each, instead of sharing time between commands. */
export function resolveSerialCpu(
  context: Context,
  output: HostOutput['cpu'],
  what: string,
  path: Path,
): Cpu {
  const isShared =
    output.discipline !== 'fcfs' && writtenAt(context, [...path, 'discipline']) !== undefined;
  const wrong = [
    ...(isShared ? ['discipline'] : []),
    ...(output.contextSwitchTax > 0 ? ['contextSwitchTax'] : []),
  ];
  for (const field of wrong) {
    const message = `each core of ${what} executes one command at a time: remove ${field}`;
    conflict(context, [...path, field], message);
  }
  return { ...resolveCpu(context, { ...output, contextSwitchTax: 0 }, path), discipline: 'fcfs' };
}
