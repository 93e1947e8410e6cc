import type { Cpu } from '../../spec/resources.js';
import type { HostOutput } from '../schema/host.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';

/** The cores of a host, and how work shares them. */
export function resolveCpu(context: Context, output: HostOutput['cpu'], path: Path): Cpu {
  const { cores, discipline, quota, contextSwitchTax } = output;
  if (discipline === 'fcfs' && cores !== Infinity && !Number.isInteger(cores)) {
    report(
      context,
      'FL208',
      [...path, 'cores'],
      'with fcfs each core serves one piece of work: cores must be a whole number',
    );
  }
  if (contextSwitchTax > 0 && (discipline === 'fcfs' || cores === Infinity)) {
    const why = discipline === 'fcfs' ? 'with fcfs' : 'with unlimited cores';
    report(
      context,
      'FL208',
      [...path, 'contextSwitchTax'],
      `${why} no more work runs than there are cores, and nothing switches: leave contextSwitchTax out`,
    );
  }
  if (contextSwitchTax >= 1) {
    report(
      context,
      'FL204',
      [...path, 'contextSwitchTax'],
      'must be below 100%: nothing would ever be done',
    );
  }
  return {
    cores,
    discipline,
    quota: quota === undefined ? null : { limit: quota.limit, periodNs: quota.period },
    contextSwitchTax,
  };
}

/** The cores of something that carries out one command after the other on each of them, not a bit of each in turn. */
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
    const message = `each core of ${what} carries out one command after the other: leave ${field} out`;
    report(context, 'FL208', [...path, field], message);
  }
  return { ...resolveCpu(context, { ...output, contextSwitchTax: 0 }, path), discipline: 'fcfs' };
}
