import { wiringOf } from '../../../contracts/plan/wiring.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { poolCapacities } from '../../measure/client-pools.js';
import { areaOf, betweenOf } from '../../measure/gauges.js';
import { stepsOf } from '../../measure/steps.js';
import { selectStats } from '../../measure/subjects.js';
import type { ComponentEdge, VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';
import { groupedBy } from '../../../text/order.js';
import { list } from '../../../text/words.js';
import { levelOfCalls, outcomeShare } from './calls.js';
import type { Room } from './room.js';

/** Connections of the pools in front of components. Callers share those of a pooler. */
export function pools(data: VariantData, record: RunRecord): readonly Room[] {
  const steps = stepsOf(data.plan);
  const groups = groupedBy(data.edges, ({ from, to, stats }) =>
    isShared(data, stats) ? String(to) : `${from} ${to}`,
  );
  return [...groups.values()].flatMap((edges): readonly Room[] => {
    const { to } = edges[0];
    const used = edges.flatMap(({ from }) => betweenOf(data, record, 'used', from, to));
    if (used.length === 0) return [];
    const stats = edges.flatMap((edge) => edge.stats);
    const sizes = poolCapacities({ data, selection: selectStats(stats, data) }, record, steps);
    if (!sizes.some((size) => size > 0 && Number.isFinite(size))) return [];
    const name = data.plan.components[to].name;
    const callers = list(edges.map(({ from }) => data.plan.components[from].name));
    return [
      {
        component: to,
        name,
        owner: `the connection pool of ${callers} to ${name}`,
        resource: 'connections',
        useIn: ({ cells, lengthNs }) => ({
          used: lengthNs > 0 ? areaOf(used, cells) / lengthNs : 0,
          capacity:
            cells.length === 0 ? 0 : sizes[data.plan.grid.stepOfCell[cells[cells.length - 1]]],
        }),
        refusedIn: (window) => outcomeShare(record, stats, 'poolTimeout', window),
        attemptsIn: (demands, window) =>
          edges.reduce((sum, { from }) => sum + demands.sentTo(from, to, window), 0),
        neededIn: (demands, window, measured) => {
          const each = heldNs(record, edges, areaOf(used, measured.cells), measured);
          return levelOfCalls(data, record, stats, each, { demands, window, measured });
        },
        queueIn: () => 0,
      },
    ];
  });
}

/** How long a call holds a connection on average: the use of all connections over the calls that got one. */
function heldNs(
  { pools: records }: RunRecord,
  edges: readonly ComponentEdge[],
  area: number,
  { segments }: CellSet,
): number {
  let got = 0;
  for (const { callerComponent, calleeComponent, waits } of records) {
    if (!edges.some(({ from, to }) => from === callerComponent && to === calleeComponent)) continue;
    for (const segment of segments) got += waits[segment].count;
  }
  return got > 0 ? area / got : 0;
}

function isShared({ plan }: VariantData, stats: readonly number[]): boolean {
  const { edgesOf } = wiringOf(plan);
  return stats.some((stat) => edgesOf[stat].some(({ pool }) => pool?.kind === 'pgbouncer'));
}
