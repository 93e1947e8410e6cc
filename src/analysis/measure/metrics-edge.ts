import { invariant } from '../../kernel/invariant.js';
import type { PlanEdge } from '../../spec/plan.js';
import { poolSizeOf } from '../../spec/pool-size.js';
import { EDGE_COUNTER, type EdgeCounter } from '../../spec/policy.js';
import type { MachineRecord, RunRecord } from '../../spec/record.js';
import { distributionOf, largestOf, meanOf, nothing, ratioOf, type Measured } from './estimate.js';
import type { GaugePick } from './gauges.js';
import { movedOf, openNs, sizeOf } from './machines.js';
import type { Question } from './metrics.js';
import { levels, partSums, shareOfCapacity } from './metrics-placed.js';
import { isScaled, meanCapacity, thereBySteps } from './presence.js';
import type { Steps } from './steps.js';
import type { Histogram } from '../../stats/histogram.js';
import { mergeAll, mergeSegments, sumCells, sumCounter } from './sums.js';
import { instancesOf, type VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** Measures the metrics of edges and of the connection pools on them. */
export function measureEdge(question: Question): Measured {
  const { metric } = question;
  switch (metric.name) {
    case 'attempts':
      return meanOf(edgeSums(question, 'attempts'), 'exact');
    case 'calls':
      return meanOf(edgeSums(question, 'calls'), 'exact');
    case 'amplification':
      return ratioOf(edgeSums(question, 'attempts'), edgeSums(question, 'calls'));
    case 'wastedWork':
      return ratioOf(edgeSums(question, 'wastedNs'), partSums(question, 'busyNs'));
    case 'breaker.openFor':
    case 'breaker.transitions':
      return breaker(question);
    case 'pool.wait':
      return poolWait(question);
    case 'pool.waiting':
      return poolGauge(question, 'waiting');
    case 'connections':
      return poolGauge(question, 'open');
    case 'pool.utilization':
      return shareOfCapacity(question, poolPick(question, 'used'), poolCapacity(question));
    default: {
      const counter = COUNTER_OF.get(metric.name);
      invariant(counter !== undefined, 'analysis-metric-without-rule');
      return meanOf(counterSums(question, counter!), 'exact');
    }
  }
}

/** Sums of a column of edges, by run: in the window of the question, or in a window per run. */
export function edgeSums(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
  column: 'attempts' | 'calls' | 'wastedNs',
  windows: readonly CellSet[] | null = null,
): readonly number[] {
  const { data, selection, window } = question;
  return data.records.map((record, run) => {
    const { cells } = windows === null ? window : windows[run];
    let sum = 0;
    for (const stat of selection.stats) sum += sumCells(record.edges[stat][column], cells);
    return sum;
  });
}

/** Sums of a counter of edges in the window, by run. */
export function counterSums(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
  counter: EdgeCounter,
): readonly number[] {
  const { data, window } = question;
  const stats = statsOf(question);
  return data.records.map((record) => {
    let sum = 0;
    for (const stat of stats) {
      sum += sumCounter(record.edges[stat].counters, EDGE_COUNTER[counter], window.cells);
    }
    return sum;
  });
}

/** True for a circuit breaker. The metrics `breaker.*` and the breaker events count no other machines. */
export function isBreaker(machine: MachineRecord): boolean {
  return machine.policy === 'circuitBreaker';
}

/** True for a breaker on the calls of a selection. */
export function isAsked(
  { selection }: Pick<Question, 'selection'>,
  machine: MachineRecord,
): boolean {
  const { callers, callees, parts } = selection;
  const isCaller =
    callers === null || machine.callerComponent < 0 || callers.has(machine.callerComponent);
  const isCallee = callees.has(machine.calleeComponent);
  const isPart = machine.calleePart < 0 || parts.includes(machine.calleePart);
  return isBreaker(machine) && isCaller && isCallee && isPart;
}

type Pools = Pick<Question, 'data' | 'selection'>;

/**
 * Connections that the client pools of a selection may open together, by step, with the instances that exist then.
 */
export function poolCapacities(question: Pools, record: RunRecord, steps: Steps): Float64Array {
  const { data } = question;
  const counts = data.plan.components.map((_, component) => {
    const own = instancesOf(data.plan, component);
    return isScaled(data, own) ? thereBySteps(data, record, own, steps) : null;
  });
  const fixed = (component: number): number => data.plan.components[component].instances;
  const all = poolsOf(question, fixed);
  const sizes = new Float64Array(steps.count).fill(all);
  if (all === 0 || counts.every((column) => column === null)) return sizes;
  return sizes.map((_, step) =>
    poolsOf(question, (component) => counts[component]?.[step] ?? fixed(component)),
  );
}

/** The same, as the mean over a window and all runs. */
export function poolCapacity(question: Pools & Pick<Question, 'window'>): number {
  const { data, window } = question;
  return poolsOf(question, (component) => {
    const own = instancesOf(data.plan, component);
    return isScaled(data, own) ? meanCapacity(data, window, own, () => 1) : own.length;
  });
}

/** Connections that the client pools may open together. `countOf` gives the number of instances of a component. */
function poolsOf({ data, selection }: Pools, countOf: (component: number) => number): number {
  const { plan } = data;
  const pools = new Map<string, number>();
  for (const edge of plan.edges) {
    const from = plan.parts[edge.from].component;
    const to = plan.parts[edge.to].component;
    if (!isPoolOf({ selection }, from, to)) continue;
    const max = poolSize(edge, countOf(to));
    if (max === null) continue;
    // Bundles have pools of their own at a service; at a database they share the caller's pool.
    const bundle = edge.pool === null ? edge.bundle : -1;
    const isShared = edge.pool?.kind === 'pgbouncer';
    const key = isShared ? String(to) : `${from} ${to} ${bundle}`;
    pools.set(key, isShared ? max : max * countOf(from));
  }
  let total = 0;
  for (const maxOpen of pools.values()) total += maxOpen;
  return total;
}

/** Connections that one calling instance may open on an edge; null where it has no pool. */
function poolSize({ pool, connections, route }: PlanEdge, instances: number): number | null {
  if (pool !== null) return poolSizeOf(pool).size * (route === null ? 1 : instances);
  if (connections === null) return null;
  return connections.max * (connections.shared ? 1 : instances);
}

/** Picks the gauges of the client pools of a selection. */
export function poolPick(
  question: Pick<Question, 'data' | 'selection'>,
  kind: 'open' | 'used' | 'waiting',
): GaugePick {
  const { plan } = question.data;
  const passes: GaugePick['passes'] = (instance, callee) =>
    instance >= 0 && isPoolOf(question, plan.instances[instance].component, callee);
  return { kind, passes };
}

const COUNTER_OF: ReadonlyMap<string, EdgeCounter> = new Map([
  ['budgetDenied', 'budgetDenied'],
  ['hedges', 'hedges'],
  ['hedges.dropped', 'hedgesDropped'],
  ['retries', 'retries'],
  ['fallbacks', 'fallbacks'],
  ['breaker.rejected', 'breakerRejected'],
  ['bulkhead.rejected', 'bulkheadRejected'],
  ['throttle.rejected', 'throttleRejected'],
  ['pool.timeouts', 'poolTimeouts'],
  ['pool.overflow', 'poolOverflows'],
  ['pool.leaks', 'leaks'],
  ['connections.opened', 'connects'],
  ['connections.closed', 'goodbyes'],
  ['connections.raced', 'raced'],
  ['wouldReject', 'wouldReject'],
  ['coalesced', 'coalesced'],
  ['hinted', 'hinted'],
]);

function breaker(question: Question): Measured {
  const { data, metric, spans } = question;
  if (metric.name === 'breaker.transitions') {
    const each = data.records.map((record) => {
      let count = 0;
      for (const { machine, transitions } of movedOf(record, data.plan.warmupNs)) {
        if (!isAsked(question, machine)) continue;
        for (const { atNs } of transitions) {
          if (spans.some((span) => atNs >= span.fromNs && atNs < span.untilNs)) count++;
        }
      }
      return count;
    });
    return meanOf(each, 'exact');
  }
  const over: number[] = [];
  const under: number[] = [];
  for (const record of data.records) {
    let open = 0;
    for (const { machine, transitions } of movedOf(record, data.plan.warmupNs)) {
      if (isAsked(question, machine)) open += openNs(machine, transitions, spans);
    }
    over.push(open);
    const asked = record.machines.filter(({ machine }) => isAsked(question, machine));
    const count = asked.reduce((sum, block) => sum + sizeOf(block), 0);
    under.push(count * question.window.lengthNs);
  }
  return ratioOf(over, under);
}

/** Waits for a connection in the window, by run. */
export function poolWaits(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
): readonly Histogram[] {
  const { data, window } = question;
  return data.records.map((record) => {
    const pools = record.pools.filter((pool) =>
      isPoolOf(question, pool.callerComponent, pool.calleeComponent),
    );
    return mergeSegments(
      pools.map((pool) => pool.waits),
      window.segments,
    );
  });
}

function poolWait(question: Question): Measured {
  const each = poolWaits(question);
  return distributionOf(mergeAll(each), each, question.ending);
}

function poolGauge(question: Question, kind: 'open' | 'waiting'): Measured {
  const { means, maxima } = levels(question.data, question.window, poolPick(question, kind));
  if (means.every((value) => value === null)) return nothing(means.length);
  return question.ending === 'max' ? largestOf(maxima) : meanOf(means);
}

/** Edges of the selection; where it is a database, all edges into it. */
function statsOf(question: Pick<Question, 'data' | 'selection'>): readonly number[] {
  const { data, selection } = question;
  if (selection.callers !== null) return selection.stats;
  return statsInto(data, selection.callees);
}

function statsInto(data: VariantData, callees: ReadonlySet<number>): readonly number[] {
  const { plan } = data;
  const stats: number[] = [];
  plan.statEdges.forEach((edge, stat) => {
    if (callees.has(plan.parts[edge.to].component)) stats.push(stat);
  });
  return stats;
}

function isPoolOf(question: Pick<Question, 'selection'>, from: number, to: number): boolean {
  const { callers, callees } = question.selection;
  return callees.has(to) && (callers === null || callers.has(from));
}
