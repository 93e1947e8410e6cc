import { meanOf } from '../kernel/distribution.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Workload } from '../contracts/scenario/workloads.js';
import type { Arrivals } from '../contracts/scenario/arrivals.js';
import type { CallGraph } from './resolve/graph.js';
import { formatDuration } from '../contracts/quantities/quantity-text.js';
import type { Raise } from './resolve/names.js';

/** Largest number of attempts over all replications. Larger scenarios are not started. */
const LOAD_MAX = 5e9;
/** Largest number of services, gateways, databases and event stores in a scenario. */
const COMPONENTS_MAX = 2000;
/** Largest number of instances over all components. */
const INSTANCES_MAX = 100_000;
/** Calls of a request above which the retries are the likely mistake, and not the rate. */
const CALLS_MANY = 1000;
/** Lower bound of the think time in the estimate of a closed load, because a cycle always takes some time. */
const CYCLE_MIN_S = 0.01;

/** Rejects scenarios that are too large to run, and shows the calculation. */
export function checkLimits(scenario: Scenario, graph: CallGraph, raise: Raise): void {
  const hosts = [
    scenario.gateways,
    scenario.services,
    scenario.databases,
    scenario.eventStores,
  ].flatMap((map) => [...map.values()]);
  if (hosts.length > COMPONENTS_MAX) {
    const message = `found ${hosts.length} components; the limit is ${COMPONENTS_MAX}`;
    raise('FL602', ['services'], message);
  }
  const instances = hosts.reduce((sum, host) => sum + host.zones.length, 0);
  if (instances > INSTANCES_MAX) {
    const message =
      `found ${instances} instances over all components; the limit is ` + `${INSTANCES_MAX}`;
    raise('FL602', ['services'], message);
  }
  const { run } = scenario;
  const replications = run.until?.atMost ?? run.replications;
  const seconds = (run.durationNs + run.warmupNs) / NS_PER_SECOND;
  const fanOut = fanOuts(graph);
  for (const [name, workload] of scenario.workloads) {
    const rate = rateOf(workload.arrivals, seconds);
    const perRequest = meanFanOut(workload, fanOut);
    const roots = rate * seconds;
    const total = roots * perRequest * replications;
    const path = ['workloads', name, 'arrivals'];
    const sum = `${round(rate)}/s x ${formatDuration(run.durationNs + run.warmupNs)} = ${round(roots)} requests a run`;
    if (total > LOAD_MAX) {
      const rest = `x ${round(perRequest)} calls each x ${replications} replications = ${round(total)}`;
      const message =
        `${sum}, ${rest}: exceeds the limit of ${round(LOAD_MAX)}. Shorten the run or lower ` +
        (perRequest > CALLS_MANY ? 'the attempts of the retries, which count in full' : 'the rate');
      raise('FL601', path, message);
    } else if (roots > run.maxEvents) {
      raise('FL601', path, `${sum}: exceeds run.maxEvents, ${round(run.maxEvents)}`);
    }
  }
}

/** Highest request rate of the arrivals. For closed arrivals, the rate that the think time alone allows. */
function rateOf(arrivals: Arrivals, seconds: number): number {
  switch (arrivals.kind) {
    case 'poisson':
    case 'constant':
      return arrivals.rate;
    case 'stages':
      return Math.max(arrivals.start, ...arrivals.stages.map((stage) => stage.target));
    case 'burst':
      return arrivals.base + ((arrivals.peak - arrivals.base) * arrivals.forNs) / arrivals.everyNs;
    case 'sinusoid':
      return arrivals.mean;
    case 'renewal':
      return NS_PER_SECOND / Math.max(1, meanOf(arrivals.gap));
    case 'at':
      return arrivals.timesNs.length / seconds;
    case 'closed':
      return arrivals.users / Math.max(CYCLE_MIN_S, meanOf(arrivals.think) / NS_PER_SECOND);
  }
}

/** Calls that one execution of each part causes, including itself. An upper bound: all retries count. */
function fanOuts(graph: CallGraph): (part: string) => number {
  const out = new Map<string, { to: string; weight: number }[]>();
  for (const edge of graph.edges) {
    const list = out.get(edge.from) ?? [];
    list.push({ to: edge.to, weight: edge.times * edge.tries });
    out.set(edge.from, list);
  }
  const known = new Map<string, number>();
  const visit = (part: string, depth: number): number => {
    const cached = known.get(part);
    if (cached !== undefined) return cached;
    // A conditional cycle has no bound and counts once. If it recurs, the guard stops the run.
    if (depth > 64) return 1;
    known.set(part, 1);
    const below = (out.get(part) ?? []).reduce(
      (sum, { to, weight }) => sum + weight * visit(to, depth + 1),
      1,
    );
    known.set(part, below);
    return below;
  };
  return (part) => visit(part, 0);
}

function meanFanOut(workload: Workload, fanOut: (part: string) => number): number {
  const total = workload.requests.reduce((sum, request) => sum + request.weight, 0);
  return workload.requests.reduce(
    (sum, request) => sum + (request.weight / total) * fanOut(`${workload.name}.${request.name}`),
    0,
  );
}

function round(value: number): string {
  if (value >= 1e6) {
    let exponent = 6;
    let unit = 1e6;
    while (value / unit >= 10) {
      unit *= 10;
      exponent++;
    }
    return `${Math.round((value / unit) * 10) / 10}e${exponent}`;
  }
  return String(Math.round(value * 100) / 100);
}
