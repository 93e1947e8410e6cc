import { wiringOf } from '../../contracts/plan/wiring.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { faultedComponents, firstFaultNs } from '../measure/faulted.js';
import { goodputOf, goodShare } from '../measure/goodput.js';
import { partName } from '../../contracts/plan/names.js';
import { byCodeUnit } from '../../text/order.js';
import type { VariantData } from '../measure/variant-data.js';
import { cellsOf } from '../measure/window.js';

/** A part is collateral damage if its goodput share falls by at least this fraction. */
const HIT = 0.05;

/**
 * Requests, endpoints, routes and operations that lose goodput from the first fault to the end of the last one,
 * although none of their calls leads to a component that a fault hits. Sorted by name.
 */
export function collateralOf(data: VariantData, record: RunRecord): readonly string[] {
  const { plan } = data;
  const faulted = faultedComponents(data);
  if (faulted.size === 0) return [];
  const users = usersOf(data, faulted);
  const first = firstFaultNs(data);
  let last = first;
  for (const fault of plan.faults)
    for (const span of fault.spans) last = Math.max(last, span.untilNs);
  const during = cellsOf([{ fromNs: first, untilNs: Math.min(last, plan.endNs) }], plan);
  const names: string[] = [];
  for (let part = 0; part < plan.parts.length; part++) {
    if (users.has(part)) continue;
    const goodput = goodputOf(data, record, [part]);
    const was = goodShare(goodput, data.before);
    const is = goodShare(goodput, during);
    if (was !== null && is !== null && was > 0 && is < (1 - HIT) * was)
      names.push(partName(plan, part));
  }
  return names.sort(byCodeUnit);
}

/** Parts of faulted components, and all parts from which calls lead to them. */
function usersOf(data: VariantData, faulted: ReadonlySet<number>): ReadonlySet<number> {
  const { plan } = data;
  const users = new Set<number>();
  plan.parts.forEach((part, id) => {
    if (faulted.has(part.component)) users.add(id);
  });
  const { statsInto } = wiringOf(plan);
  // The set grows while it is read.
  for (const part of users)
    for (const stat of statsInto[part]) users.add(plan.statEdges[stat].from);
  return users;
}
