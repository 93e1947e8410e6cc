import { processOf } from '../../spec/plan/versions.js';
import type { PlanProcess } from '../../spec/plan/process.js';
import type { RunRecord } from '../../spec/record/record.js';
import { poolCapacities } from '../measure/client-pools.js';
import { downtimesOf, type Downtime } from '../measure/downtimes.js';
import { areaOf, betweenOf, gaugesByComponent } from '../measure/gauges.js';
import { stepsOf } from '../measure/steps.js';
import { selectStats } from '../measure/subjects.js';
import { instancesOf, isPlaced, type VariantData } from '../measure/variant-data.js';
import { sumCells } from '../measure/sums.js';
import type { CellSet } from '../measure/window.js';
import { proxyLines } from './proxies.js';

/** How much of a resource with a ceiling is in use in a window. */
export interface Use {
  /** Mean level, and the capacity of the instances that run. */
  readonly used: number;
  readonly capacity: number;
}

/** A resource whose ceiling a load can meet. */
export interface Room {
  readonly component: number;
  /** Its component, or `the proxy of stock`. */
  readonly name: string;
  readonly resource: 'workers' | 'cores' | 'connections' | 'proxies';
  /** Of `connections`: the calling component. */
  readonly caller: number;
  useIn(window: CellSet): Use;
  /** Of `proxies`: the line in front of them, whose requests have not arrived at the component. */
  readonly line: Line | null;
}

/** A line in front of a resource. */
interface Line {
  /** Mean number of items that wait. */
  queueIn(window: CellSet): number;
  /** Workers that all items need which arrive in a window. */
  neededIn(window: CellSet): number;
}

/** The resources with a ceiling in one run: workers and cores of components, connections of pools, proxies of a mesh. */
export function roomsOf(data: VariantData, record: RunRecord): readonly Room[] {
  const { plan } = data;
  const gauges = gaugesByComponent(data, record);
  const all = downtimesOf(data, record, new Set(plan.instances.keys()));
  const rooms: Room[] = [];
  plan.components.forEach((owner, component) => {
    if (!isPlaced(owner)) return;
    const ids = instancesOf(plan, component);
    const downtimes = all.filter(
      ({ instance }) => plan.instances[instance].component === component,
    );
    const add = (
      resource: 'workers' | 'cores',
      kind: 'busy' | 'cpu',
      own: (settings: PlanProcess) => number,
    ): void => {
      if (!ids.every((id) => Number.isFinite(own(processOf(plan, id))))) return;
      const levels = gauges[component].filter((gauge) => gauge.kind === kind);
      const capacityOf = (id: number): number => own(processOf(plan, id));
      rooms.push({
        component,
        name: owner.name,
        resource,
        caller: -1,
        line: null,
        useIn: (window) => ({
          used: window.lengthNs > 0 ? areaOf(levels, window.cells) / window.lengthNs : 0,
          capacity: capacityIn(data, ids, downtimes, capacityOf, window),
        }),
      });
    };
    add('workers', 'busy', ({ concurrency }) => concurrency);
    add('cores', 'cpu', ({ cpu }) => cpu.cores);
  });
  return [...rooms, ...poolsOf(data, record), ...proxiesOf(data, record)];
}

/** Workers of proxies. A pass takes as long as all of them on average, so those that wait need as much. */
function proxiesOf(data: VariantData, record: RunRecord): readonly Room[] {
  return proxyLines(data, record, stepsOf(data.plan)).map((line): Room => {
    const { component, name, workers, served, gauges } = line;
    const meanOf = (area: Float64Array, { cells, lengthNs }: CellSet): number =>
      lengthNs > 0 ? sumCells(area, cells) / lengthNs : 0;
    const usedIn = (window: CellSet): number => workers * meanOf(gauges.used, window);
    const queueIn = (window: CellSet): number => meanOf(gauges.queue, window);
    const workNs = (workers * sumCells(gauges.used, data.whole.cells)) / Math.max(1, served);
    return {
      component,
      name,
      resource: 'proxies',
      caller: -1,
      useIn: (window) => ({ used: usedIn(window), capacity: workers }),
      line: {
        queueIn,
        neededIn: (window) => {
          const [first, last] = endsOf(window, data);
          const more = window.lengthNs > 0 ? (queueIn(last) - queueIn(first)) / window.lengthNs : 0;
          return usedIn(window) + more * workNs;
        },
      },
    };
  });
}

/** The first and the last cell of a window. */
function endsOf({ cells, segments }: CellSet, { plan }: VariantData): readonly [CellSet, CellSet] {
  const { edges } = plan.grid;
  const only = (cell: number): CellSet => ({
    cells: Int32Array.of(cell),
    segments,
    lengthNs: edges[cell + 1] - edges[cell],
  });
  return [only(cells[0]), only(cells[cells.length - 1])];
}

/** Share of a resource that is in use; 1 if there is no capacity left. */
export function shareOf({ used, capacity }: Use): number {
  return capacity > 0 ? used / capacity : 1;
}

function poolsOf(data: VariantData, record: RunRecord): readonly Room[] {
  const steps = stepsOf(data.plan);
  return data.edges.flatMap(({ from, to, stats }): readonly Room[] => {
    const asked = { data, selection: selectStats(stats, data) };
    const used = betweenOf(data, record, 'used', from, to);
    const sizes = used.length === 0 ? [] : poolCapacities(asked, record, steps);
    if (!sizes.some((size) => size > 0 && Number.isFinite(size))) return [];
    return [
      {
        component: to,
        name: data.plan.components[to].name,
        resource: 'connections',
        caller: from,
        line: null,
        useIn: ({ cells, lengthNs }) => ({
          used: lengthNs > 0 ? areaOf(used, cells) / lengthNs : 0,
          capacity:
            cells.length === 0 ? 0 : sizes[data.plan.grid.stepOfCell[cells[cells.length - 1]]],
        }),
      },
    ];
  });
}

/** Mean capacity of the instances that run in a window. */
function capacityIn(
  { plan }: VariantData,
  ids: readonly number[],
  downtimes: readonly Downtime[],
  capacityOf: (id: number) => number,
  { cells, lengthNs }: CellSet,
): number {
  const all = ids.reduce((sum, id) => sum + capacityOf(id), 0);
  if (downtimes.length === 0 || cells.length === 0) return all;
  const fromNs = plan.grid.edges[cells[0]];
  const untilNs = plan.grid.edges[cells[cells.length - 1] + 1];
  let lost = 0;
  for (const down of downtimes) {
    const ns = Math.min(untilNs, down.untilNs) - Math.max(fromNs, down.fromNs);
    if (ns > 0) lost += ns * capacityOf(down.instance);
  }
  return all - lost / lengthNs;
}
