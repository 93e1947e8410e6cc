import type { RunRecord } from '../../contracts/record/record.js';
import { ratioOf, type Measured } from './estimate.js';
import { areaOf, gaugesByComponent, type Gauge } from './gauges.js';
import { sumCells } from './sums.js';
import { isPlaced, partsOf, type VariantData } from './variant-data.js';

/**
 * Share of a system's worker time that goes to executions whose result no caller uses. All services, gateways and
 * databases count, limited or not. External components do not: their capacity is not ours, and a hanging one would
 * hide all others. Time in which a worker waits for another component of the system (back-offs between attempts
 * included) counts there, not again in the caller. Time in which it waits for an external component counts, because
 * it holds the worker. The wasted share of a component's own time is taken to be that of all its time, its
 * `wastedWork`: so this is the mean of the components' `wastedWork`, weighed by the time that each worked itself.
 */
export function wastedOf(data: VariantData): Measured {
  const { plan } = data;
  const counted = plan.components
    .map((_, id) => id)
    .filter((id) => isPlaced(plan.components[id]) && !plan.components[id].external);
  const over: number[] = [];
  const under: number[] = [];
  for (const record of data.records) {
    const gauges = gaugesByComponent(data, record);
    const calls = callTimes(data, record);
    let lost = 0;
    let used = 0;
    for (const id of counted) {
      const { own, unused } = ownWork(data, record, id, gauges[id], calls[id]);
      used += own;
      lost += unused;
    }
    over.push(lost);
    under.push(used);
  }
  return ratioOf(over, under);
}

function ownWork(
  data: VariantData,
  record: RunRecord,
  id: number,
  gauges: readonly Gauge[],
  callNs: number,
): { own: number; unused: number } {
  const { plan, whole } = data;
  const inside = gauges.filter(
    ({ kind, callee }) => kind === 'inFlight' && callee >= 0 && !plan.components[callee].external,
  );
  let busy = 0;
  let wastedNs = 0;
  for (const part of partsOf(plan, id)) {
    busy += sumCells(record.parts[part].busyNs, whole.cells);
    wastedNs += sumCells(record.parts[part].wastedNs, whole.cells);
  }
  // Calls that have not ended occur only in flight; back-offs occur only in calls that have ended.
  const elsewhere = Math.max(callNs, areaOf(inside, whole.cells));
  const own = Math.max(0, busy - elsewhere);
  return { own, unused: busy > 0 ? (own * wastedNs) / busy : 0 };
}

/** Time that each component spends in calls to components that are not external, ns. */
function callTimes(data: VariantData, record: RunRecord): Float64Array {
  const { plan, whole } = data;
  const times = new Float64Array(plan.components.length);
  plan.statEdges.forEach((edge, stat) => {
    if (plan.components[plan.parts[edge.to].component].external) return;
    const { latency } = record.edges[stat];
    for (let i = 0; i < whole.segments.length; i++)
      times[plan.parts[edge.from].component] += latency[whole.segments[i]]?.sum ?? 0;
  });
  return times;
}
