import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental, Remark } from './experiment.js';
import { courseRemarks, unplannable } from './times.js';

/** Why a format cannot write a fault. */
export interface Unwritten {
  readonly reason: string;
}

/** By kind of fault: writes one, given its settings, in the format of a product. */
export type FaultWriters<Own> = Readonly<
  Record<
    string,
    (fault: Fault, of: Experimental, config: Readonly<Record<string, unknown>>) => Own | Unwritten
  >
>;

/** The faults that a format can write, each as its writer returns it, and the remarks on all of them. */
export function writtenFaults<Own extends { readonly remarks: readonly string[] }>(
  of: Experimental,
  product: string,
  writers: FaultWriters<Own>,
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
    const own = why === null ? writtenFault(fault, of, product, writers) : { reason: why };
    if ('reason' in own) unwritten.push({ of: place, reason: own.reason });
    else {
      faults.push({ fault, own });
      const remarks = [...courseRemarks(fault), ...own.remarks];
      otherwise.push(...remarks.map((reason) => ({ of: place, reason })));
    }
  }
  return { faults, unwritten, otherwise };
}

function writtenFault<Own>(
  fault: Fault,
  of: Experimental,
  product: string,
  writers: FaultWriters<Own>,
): Own | Unwritten {
  const { kind } = fault;
  if (kind === 'load') return { reason: 'it is a part of the load: --as k6 writes it' };
  const writer = writers[kind];
  return writer === undefined
    ? { reason: `${product} has no counterpart of ${kind} in pods` }
    : writer(fault, of, configOf(fault));
}

/** The settings of the kind of a fault. */
export function configOf({ config }: Fault): Readonly<Record<string, unknown>> {
  return (config ?? {}) as Readonly<Record<string, unknown>>;
}

/** The two ends of a fault of one link `a->b`; null for another one. */
export function endsOfLink({ target }: Fault): readonly [from: string, to: string] | null {
  const [ends, ...others] = target.map((link) => link.split('->'));
  return ends?.length !== 2 || others.length > 0 ? null : [ends[0]!, ends[1]!];
}

/** Whether a fault happens at moments, and lasts no time. */
export function isOnce({ spans }: Fault): boolean {
  return spans.every(({ fromNs, untilNs }) => untilNs === fromNs);
}

export const STAYS_DOWN = 'Kubernetes starts a pod again, and this process stays down';
