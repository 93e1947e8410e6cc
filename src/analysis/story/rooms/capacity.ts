import type { RunRecord } from '../../../contracts/record/record.js';
import { downtimesOf, type Downtime } from '../../measure/downtimes.js';
import type { Ns } from '../../../kernel/time.js';
import { groupedBy } from '../../../text/order.js';
import type { VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';

/** Times in which instances do not run, by component. */
export function downtimesBy(
  data: VariantData,
  record: RunRecord,
): readonly (readonly Downtime[])[] {
  const { plan } = data;
  const all = downtimesOf(data, record, new Set(plan.instances.keys()));
  const groups = groupedBy(all, ({ instance }) => String(plan.instances[instance].component));
  return plan.components.map((_, component) => groups.get(String(component)) ?? []);
}

/** Mean capacity of the instances that run in a window. */
export function capacityIn(
  { plan }: VariantData,
  ids: readonly number[],
  downtimes: readonly Downtime[],
  capacityOf: (id: number, fromNs: Ns, untilNs: Ns) => number,
  { cells, lengthNs }: CellSet,
): number {
  const [first, last] = cells.length === 0 ? [0, 0] : [cells[0], cells[cells.length - 1]];
  const fromNs = plan.grid.edges[first];
  const untilNs = plan.grid.edges[last + 1];
  const all = ids.reduce((sum, id) => sum + capacityOf(id, fromNs, untilNs), 0);
  if (downtimes.length === 0 || cells.length === 0) return all;
  let lost = 0;
  for (const down of downtimes) {
    const ns = Math.min(untilNs, down.untilNs) - Math.max(fromNs, down.fromNs);
    if (ns > 0) lost += ns * capacityOf(down.instance, fromNs, untilNs);
  }
  return all - lost / lengthNs;
}
