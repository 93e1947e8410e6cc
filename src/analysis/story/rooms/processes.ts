import { processOf } from '../../../contracts/plan/versions.js';
import type { Ns } from '../../../kernel/time.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { areaOf, gaugesByComponent } from '../../measure/gauges.js';
import { capacityOver, meanCapacityOf, type Capacity } from '../../measure/in-force.js';
import { arrivedOf, outcomeOf, sumParts } from '../../measure/sums.js';
import { instancesOf, isPlaced, partsOf, type VariantData } from '../../measure/variant-data.js';
import { capacityIn, downtimesBy } from './capacity.js';
import type { Room } from './room.js';

/** Workers and cores of components. */
export function processes(data: VariantData, record: RunRecord): readonly Room[] {
  const { plan } = data;
  const gauges = gaugesByComponent(data, record);
  const downtimes = downtimesBy(data, record);
  const rooms: Room[] = [];
  plan.components.forEach((owner, component) => {
    if (!isPlaced(owner)) return;
    const ids = instancesOf(plan, component);
    const add = (resource: 'workers' | 'cores', kind: 'busy' | 'cpu', own: Capacity): void => {
      if (!ids.every((id) => Number.isFinite(own(processOf(plan, id))))) return;
      const levels = gauges[component].filter((gauge) => gauge.kind === kind);
      const capacityOf = (id: number, fromNs: Ns, untilNs: Ns): number =>
        meanCapacityOf(capacityOver(data, record, id, own), fromNs, untilNs);
      rooms.push({
        component,
        name: owner.name,
        owner: owner.name,
        resource,
        useIn: (window) => ({
          used: window.lengthNs > 0 ? areaOf(levels, window.cells) / window.lengthNs : 0,
          capacity: capacityIn(data, ids, downtimes[component], capacityOf, window),
        }),
        refusedIn: ({ cells }) => {
          const outcomes = sumParts(record, partsOf(plan, component), cells);
          const arrived = arrivedOf(outcomes);
          return arrived > 0 ? outcomeOf(outcomes, 'rejectedOverload') / arrived : 0;
        },
        attemptsIn: (demands, window) => demands.arrivedAt(component, window),
        neededIn: (demands, window, measured) =>
          demands.neededAt(component, kind, window, measured),
        queueIn: () => 0,
      });
    };
    add('workers', 'busy', ({ concurrency }) => concurrency);
    add('cores', 'cpu', ({ cpu }) => cpu.cores);
  });
  return rooms;
}
