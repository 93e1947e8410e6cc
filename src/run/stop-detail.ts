import type { Plan } from '../contracts/plan/plan.js';
import { GAUGE_KINDS, type RunRecord } from '../contracts/record/record.js';
import { instanceName, partName } from '../contracts/plan/names.js';

/**
 * Describes what a run was doing when a guard stopped it, with the name of the loop or the queue. The event limit alone
 * explains nothing, so the text names the busiest edge and the longest queue. A path of calls is shown until it
 * repeats.
 */
export function stopDetail(plan: Plan, record: RunRecord): string {
  if (record.stop === 'depth') return shortened(record.stopDetail);
  if (record.stop !== 'budget' || record.stopDetail !== '') return record.stopDetail;
  const found = [busiestEdge(plan, record), longestQueue(plan, record)].filter(
    (text) => text !== '',
  );
  const events = `${record.totals.events} events`;
  if (found.length === 0) return `${events}, none of them in the measured time`;
  return `${events}; ${found.join('; ')}`;
}

/** `a -> b -> c -> b -> c -> …`, cut after the first round. */
function shortened(path: string): string {
  const names = path.split(' -> ');
  const again = names.findIndex((name, index) => names.indexOf(name) < index);
  if (again < 0) return path;
  return `${names.slice(0, again + 1).join(' -> ')} -> … (${names.length - 1} calls deep)`;
}

function busiestEdge(plan: Plan, { edges }: RunRecord): string {
  let best = -1;
  let most = 0;
  edges.forEach(({ attempts }, edge) => {
    const sent = sum(attempts);
    if (sent > most) [best, most] = [edge, sent];
  });
  if (best < 0) return '';
  const { from, to } = plan.statEdges[best]!;
  const calls = sum(edges[best]!.calls);
  const name = `${partName(plan, from)}->${partName(plan, to)}`;
  return `busiest edge ${name} with ${most} attempts of ${calls} calls`;
}

/** The instance with the longest queue in any completed measuring cell. */
function longestQueue(plan: Plan, { gauges }: RunRecord): string {
  let owner = -1;
  let longest = 0;
  gauges.kind.forEach((kind, row) => {
    if (kind !== GAUGE_KINDS.indexOf('queue')) return;
    for (const level of gauges.max.subarray(gauges.from[row], gauges.until[row])) {
      if (level > longest) [owner, longest] = [gauges.instance[row]!, level];
    }
  });
  if (owner < 0) return '';
  return `longest queue ${instanceName(plan, owner)} with ${longest} requests`;
}

function sum(cells: Uint32Array): number {
  return cells.reduce((total, count) => total + count, 0);
}
