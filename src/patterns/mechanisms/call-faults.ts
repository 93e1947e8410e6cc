import { invariant } from '../../kernel/invariant.js';
import type { Controls, Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from '../knobs/usual.js';

/** Usual answers of a knob of the fault filter in the proxies of callers, in which each fault acts apart. */
export const IN_PROXIES = {
  ...OF_PROCESSES,
  combine: 'each',
  need: (_edit, name, { isCalled }) =>
    isCalled ? null : `no component calls \`${name}\`, so no proxy of a caller has calls to it`,
  idleAtKafka: 'its clients have no proxy that could hold or end their calls',
} satisfies Partial<Knob>;

/** `to payments`, or `of orders->payments`. */
export function callsWords(target: string): string {
  return `${target.includes('->') ? 'of' : 'to'} ${target}`;
}

/** The fault filter of a run. */
export function callFaultsOf({
  callFaults,
}: Controls['world']): NonNullable<Controls['world']['callFaults']> {
  invariant(callFaults !== null, 'a run has the filter that a fault of its plan acts in');
  return callFaults!;
}
