import type { Cpu } from '../../spec/resources.js';
import type { HostOutput } from '../schema/host.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';

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
