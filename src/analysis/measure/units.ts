import { PARTITION_MAX } from '../../contracts/scenario/capacity.js';
import { partName } from '../../contracts/plan/names.js';
import { sumOf } from '../../stats/sums.js';
import type { Asked } from './question.js';
import type { Use } from './use.js';
import type { Visits } from './visits.js';
import { FULL } from './waits-below.js';

/** Units per second of a table, for reads and for writes. Burst capacity is left out: it lasts minutes. */
export function unitsOf(
  { data, selection, visits }: Asked & { readonly visits: Visits },
  component: string,
): readonly Use[] {
  const database = data.variant.scenario.databases.get(component);
  const capacity = database?.capacity ?? null;
  if (database === undefined || capacity === null) return [];
  return (['read', 'write'] as const).map((does): Use => {
    // A write takes units of each index, too.
    const ceilings = does === 'read' ? [capacity] : [capacity, ...capacity.indexes];
    const limit = Math.min(
      ...ceilings.map((one) =>
        Math.min('read' in one ? one[does] : one.write, one.partitions * PARTITION_MAX[does]),
      ),
    );
    const parts = selection.parts.flatMap((part) => {
      const operation = database.operations.get(
        partName(data.plan, part).slice(component.length + 1),
      );
      return operation?.write === (does === 'write') ? [{ part, units: operation.units }] : [];
    });
    const taken = (rate: (part: number) => number): number =>
      sumOf(parts.map(({ part, units }) => rate(part) * units));
    const asked = taken(visits.arrived);
    // Retries of what was throttled take no more than the requests that are due.
    const rate = asked >= FULL * limit ? visits.due : visits.arrived;
    const used = Math.min(asked, limit);
    return {
      component,
      resource: `${does}Units`,
      of: null,
      used,
      limit,
      fixed: 0,
      share: used / limit,
      need: taken(rate),
      rate: sumOf(parts.map(({ part }) => rate(part))),
    };
  });
}
