import type { Ns } from '../kernel/time.js';
import { expectedArrivals } from '../contracts/scenario/arrivals.js';
import type { Plan, PlanLoad } from '../contracts/plan/plan.js';
import type { Layout } from './layout.js';

/** Approximate number of traced requests per run. */
const TRACED_ROOTS = 400;

/**
 * One load per workload, in component order. A workload that starts at 0 also runs during the warm-up. Other starts and
 * all stops count from the end of the warm-up.
 */
export function planLoads(layout: Layout, warmupNs: Ns, endNs: Ns): readonly PlanLoad[] {
  const loads: PlanLoad[] = [];
  for (const component of layout.components) {
    if (component.source.kind !== 'workload') continue;
    const { workload } = component.source;
    const requests = component.parts.flatMap(({ source }) =>
      source.kind === 'request' ? [source.request] : [],
    );
    let reached = 0;
    const stopNs = workload.stopNs === null ? endNs : Math.min(endNs, warmupNs + workload.stopNs);
    loads.push({
      component: component.id,
      arrivals: workload.arrivals,
      startNs: workload.startNs === 0 ? 0 : warmupNs + workload.startNs,
      stopNs,
      weights: Float64Array.from(requests, (request) => (reached += request.weight)),
      requests: requests.map(({ patience, goodputWithinNs }) => ({
        patienceNs: patience?.afterNs ?? null,
        patienceCancels: patience?.cancel ?? false,
        goodputWithinNs,
      })),
    });
  }
  return loads;
}

/** Share of user requests to trace, so that a run has about 400 traces. */
export function traceShareOf(loads: readonly PlanLoad[]): number {
  const expected = expectedRequests(loads);
  return expected <= TRACED_ROOTS ? 1 : TRACED_ROOTS / expected;
}

/** Calls of a run if each request takes every edge once: a rough upper bound, without retries. */
export function expectedCalls({ loads, edges }: Plan): number {
  return expectedRequests(loads) * Math.max(1, edges.length);
}

function expectedRequests(loads: readonly PlanLoad[]): number {
  return loads.reduce(
    (sum, { arrivals, startNs, stopNs }) => sum + expectedArrivals(arrivals, stopNs - startNs),
    0,
  );
}
