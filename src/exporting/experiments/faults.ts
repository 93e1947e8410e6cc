import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental, Remark } from './experiment.js';
import { courseRemarks, unplannable } from './times.js';

/** Why a format cannot write a fault. */
export interface Unwritten {
  readonly reason: string;
}

/** The faults that a format can write, each as `write` returns it, and the remarks on all of them. */
export function writtenFaults<Own extends { readonly remarks: readonly string[] }>(
  of: Experimental,
  write: (fault: Fault, of: Experimental) => Own | Unwritten,
): {
  readonly faults: readonly { readonly fault: Fault; readonly own: Own }[];
  readonly unwritten: readonly Remark[];
  readonly otherwise: readonly Remark[];
} {
  const faults: { fault: Fault; own: Own }[] = [];
  const unwritten: Remark[] = [];
  const otherwise: Remark[] = [];
  for (const fault of of.faults) {
    const place = `faults[${fault.id}]`;
    const why = unplannable(fault);
    const own = why === null ? write(fault, of) : { reason: why };
    if ('reason' in own) unwritten.push({ of: place, reason: own.reason });
    else {
      faults.push({ fault, own });
      const remarks = [...courseRemarks(fault), ...own.remarks];
      otherwise.push(...remarks.map((reason) => ({ of: place, reason })));
    }
  }
  return { faults, unwritten, otherwise };
}
