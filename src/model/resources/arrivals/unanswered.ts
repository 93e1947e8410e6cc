import { meanOf } from '../../../kernel/distribution.js';
import type { Ns } from '../../../kernel/time.js';
import type { Plan, PlanLoad } from '../../../contracts/plan/plan.js';
import type { Histogram } from '../../../stats/histogram.js';
import { presentFrom } from '../../../contracts/scenario/stages.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/** A request hangs from this many times the p99.9 of the successes on. */
const LONG = 2;

/** What is known of the requests of a part that succeeded. */
interface Usual {
  /** Age from which a request hangs; Infinity if none has succeeded. */
  readonly longestNs: Ns;
  readonly meanNs: Ns;
}

/**
 * Records user requests that hang at the end of a run as abandoned: they got no answer, and never will. Without this, a
 * system that stops answering would have no failures. `isDrained`: nothing more would have happened, so no request in
 * flight is young.
 *
 * A user of a closed workload that waits for such a request sends no others. Those that it would have sent until the
 * end, at its usual pace, are abandoned too: else the failures of an outage would be as few as its users.
 */
export function bookUnanswered(plan: Plan, isDrained: boolean): void {
  const known = new Map<number, Usual>();
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || strands.parent[strand] >= 0) continue;
    if (strands.returns[strand] !== RETURN.root) continue;
    const part = strands.part[strand];
    const load = plan.loads[strands.from[strand]];
    let usual = known.get(part);
    if (usual === undefined) known.set(part, (usual = usualOf(load, part, plan)));
    const age = plan.horizonNs - strands.arrived[strand];
    if (!isDrained && age < usual.longestNs) continue;
    sink.hangs(part, strands.cell[strand], age);
    if (load.arrivals.kind === 'closed') omit(plan, load, strand, usual);
  }
}

function usualOf({ requests }: PlanLoad, part: number, { components, parts }: Plan): Usual {
  const succeeded: Histogram = sink.successesOf(part);
  const { patienceNs } = requests[part - components[parts[part].component].firstPart];
  if (succeeded.count === 0) return { longestNs: Infinity, meanNs: 0 };
  const longestNs = Math.max(LONG * succeeded.quantile(0.999), patienceNs ?? 0);
  return { longestNs, meanNs: succeeded.quantile(0.5) };
}

/** The requests that a user of a closed workload would have sent while it waits for one that hangs. */
function omit({ grid, horizonNs, warmupNs }: Plan, load: PlanLoad, strand: number, usual: Usual) {
  const { arrivals, stopNs } = load;
  if (arrivals.kind !== 'closed') return;
  const cycleNs = meanOf(arrivals.think) + usual.meanNs;
  if (!(cycleNs > 0) || !Number.isFinite(cycleNs)) return;
  const sentNs = strands.arrived[strand];
  const sentBy = (at: Ns): number => Math.floor(Math.max(0, at - sentNs) / cycleNs);
  for (let cell = 0; cell < grid.edges.length - 1; cell++) {
    const from = grid.edges[cell];
    const until = Math.min(grid.edges[cell + 1], stopNs);
    const count = until > from ? sentBy(until) - sentBy(from) : 0;
    if (count === 0) continue;
    const middle = (Math.max(from, sentNs) + until) / 2;
    const { ramp } = arrivals;
    const isPresent =
      ramp === null ||
      presentFrom(ramp, strands.link[strand], middle - warmupNs) <= middle - warmupNs;
    if (isPresent) sink.omits(strands.part[strand], cell, count, horizonNs - middle);
  }
}
