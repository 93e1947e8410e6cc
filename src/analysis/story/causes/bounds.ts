import type { Bounds } from '../../../model/faults/knob.js';
import { editsOf } from '../../../patterns/registry.js';
import type { PlanFault } from '../../../contracts/plan/plan.js';

const UNBOUNDED: Bounds = { failed: 1, slower: Infinity, lateNs: Infinity };
const NONE: Bounds = { failed: 0, slower: 1, lateNs: 0 };

/** The most that a fault does by itself to each request or message of its targets, from its written strength. */
export function boundsOf(fault: Pick<PlanFault, 'kind' | 'config' | 'share'>): Bounds {
  const edits = editsOf(fault);
  if (edits.length === 0) return UNBOUNDED;
  return edits.reduce((most, edit) => {
    const own = edit.knob.bounds(edit) ?? UNBOUNDED;
    return {
      failed: Math.max(most.failed, own.failed),
      slower: most.slower * own.slower,
      lateNs: most.lateNs + own.lateNs,
    };
  }, NONE);
}

/** The factor by which a fault raises a load of `rate` requests per second at most; Infinity = unknown. */
export function growthOf(fault: PlanFault, rate: number): number {
  const edits = editsOf(fault);
  if (!(rate > 0) || edits.some(({ knob }) => knob.rateOf === undefined)) return Infinity;
  return edits.reduce((rest, edit) => edit.knob.rateOf!(rest, edit), rate) / rate;
}

/** Whether all that a fault does is to take load away. */
export function lowersLoad(fault: PlanFault): boolean {
  return editsOf(fault).length > 0 && growthOf(fault, 1) < 1;
}

/** Whether a fault is too weak to harm more than this share of the requests of what it hits. */
export function isWeak({ failed, slower, lateNs }: Bounds, share: number): boolean {
  return Math.max(failed, 1 - 1 / slower) < share && lateNs === 0;
}

/** Whether the written strength of a fault limits its effect: such an effect shows at once where the fault acts. */
export function isBounded({ failed, slower, lateNs }: Bounds): boolean {
  return failed < 1 && Number.isFinite(slower) && Number.isFinite(lateNs);
}
