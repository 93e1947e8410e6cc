import { handlersOf } from './consumers.js';
import { sumOf } from '../../stats/sums.js';
import type { LatencyResult } from '../../contracts/result/estimate.js';
import type {
  AnswerResult,
  ComponentResult,
  PoolResult,
} from '../../contracts/result/components.js';
import type { Histogram } from '../../stats/histogram.js';
import {
  distributionOf,
  estimateOf,
  meanOf,
  intervalOf,
  ratio,
  byStatistic,
  largestOf,
  statistic,
} from './estimate.js';
import { picked, inService, pickOf, type GaugePick } from './gauges.js';
import type { GaugeKind } from '../../contracts/record/record.js';
import { edgesInto } from './component-edges.js';
import { poolCapacity, poolPick, poolWaits } from './client-pools.js';
import { costByRun } from './costs.js';
import { counterSums, partSums } from './column-sums.js';
import { levels } from './levels.js';
import { goodByRun, latencyOf, outcomesByRun, queueWaitsOf, successOf } from './outcomes.js';
import type { Asked } from './question.js';
import { processOf } from '../../contracts/plan/versions.js';
import { isChanged, type Capacity } from './in-force.js';
import { capacityByCell, isScaled, meanCapacity, varies } from './presence.js';
import { meanLevels, stepsOf, type Steps } from './steps.js';
import { unusualStatuses } from './statuses.js';
import { selectComponent, selectStats } from './subjects.js';
import { finishedOf, mergeAll, namedOutcomes } from './sums.js';
import { isPlaced, partsOf, type VariantData } from './variant-data.js';

/** Results of every component of a variant, by name. */
export function componentResults(data: VariantData): Readonly<Record<string, ComponentResult>> {
  const results: Record<string, ComponentResult> = {};
  data.plan.components.forEach((component, id) => {
    results[component.name] = componentResult(data, id);
  });
  return results;
}

/** Results of any subject that answers requests: latency, rates, outcomes; pooled over runs. */
export function answerResult(asked: Asked, withHistogram: boolean): AnswerResult {
  const outcomes = outcomesByRun(asked);
  const total = outcomes.reduce((all, run) => all.map((n, kind) => n + run[kind]));
  const seconds = (asked.window.lengthNs / 1e9) * outcomes.length;
  const success = successOf(outcomes);
  const statuses = unusualStatuses(asked);
  const latency = latencyOf(asked, 'latency');
  const successLatency = latencyOf(asked, 'successLatency');
  return {
    latency: latencyResult(latency.all, latency.each, withHistogram),
    successLatency: latencyResult(successLatency.all, successLatency.each, withHistogram),
    throughput: seconds > 0 ? finishedOf(total) / seconds : 0,
    goodput: seconds > 0 ? sumOf(goodByRun(asked, outcomes)) / seconds : 0,
    success: success.value,
    successCi95: estimateOf(success).ci95,
    outcomes: namedOutcomes(total),
    ...(Object.keys(statuses).length > 0 ? { statuses } : {}),
  };
}

/** Statistics of one population of latencies. */
export function latencyResult(
  all: Histogram,
  each: readonly Histogram[],
  withHistogram: boolean,
): LatencyResult {
  const ci95: Record<string, readonly [number, number]> = {};
  for (const name of ['mean', 'p50', 'p90', 'p95', 'p99', 'p999']) {
    const interval = intervalOf(distributionOf(all, each, name), 0.95);
    if (interval !== null) ci95[name] = [interval.low, interval.high];
  }
  return {
    count: all.count,
    ...byStatistic((name) => statistic(all, name)),
    min: statistic(all, 'min'),
    ci95,
    histogram: withHistogram ? bucketsOf(all) : null,
  };
}

/** Statistics of durations that each run has measured. */
function ofRuns(each: readonly Histogram[]): LatencyResult {
  return latencyResult(mergeAll(each), each, false);
}

function componentResult(data: VariantData, id: number): ComponentResult {
  const { plan } = data;
  const component = plan.components[id];
  const asked = { data, selection: selectComponent(id, data), window: data.whole };
  const parts: Record<string, AnswerResult> = {};
  for (const part of partsOf(plan, id)) {
    const selection = { ...asked.selection, parts: [part] };
    parts[plan.parts[part].name] = answerResult({ ...asked, selection }, false);
  }
  const placed = isPlaced(component);
  const workers = capacityOf(asked, ({ concurrency }) => concurrency);
  const cores = capacityOf(asked, ({ cpu }) => cpu.cores);
  const busy = busiest(asked, share(asked, 'busy', workers) ?? share(asked, 'cpu', cores));
  const cost = sumOf(costByRun(asked, [id])) / data.records.length;
  const coalesced = sumOf(partSums(asked, 'coalesced'));
  const wouldReject = sumOf(partSums(asked, 'wouldReject'));
  return {
    kind: component.kind,
    ...answerResult(asked, true),
    parts,
    utilization: placed ? busy : null,
    cpu: placed ? share(asked, 'cpu', cores) : null,
    queue: placed ? meanAndMax(asked, 'queue') : null,
    concurrency: placed ? figures(asked, inService(asked.selection.instances)) : null,
    queueWait: placed ? ofRuns(queueWaitsOf(asked)) : null,
    wastedWork: placed
      ? ratio(sumOf(partSums(asked, 'wastedNs')), sumOf(partSums(asked, 'busyNs')))
      : null,
    duplicates: sumOf(partSums(asked, 'duplicates')),
    ...(placed && isFleet(component.kind) ? { fleet: fleetOf(asked) } : {}),
    ...(cost > 0 ? { cost } : {}),
    ...(coalesced > 0 ? { coalesced } : {}),
    ...(wouldReject > 0 ? { wouldReject } : {}),
    pools: poolsOf(data, id),
  };
}

/** Capacity of a component's instances, as a mean over the window if their number changes. */
function capacityOf({ data, selection, window }: Asked, capacity: Capacity): number {
  const { instances } = selection;
  const each = instances.map((id) => capacity(processOf(data.plan, id)));
  const isEqual = each.every((one) => one === each[0]);
  if (!varies(data, instances, capacity)) {
    return isEqual ? (each[0] ?? 0) * instances.length : sumOf(each);
  }
  if (!isEqual || isChanged(data, instances, capacity))
    return meanCapacity(data, window, instances, capacity);
  return each[0]! * meanCapacity(data, window, instances, () => 1);
}

function isFleet(kind: ComponentResult['kind']): boolean {
  return kind === 'service' || kind === 'gateway';
}

/** Mean number of instances over a window, including those that are starting. */
function fleetOf({ data, selection, window }: Asked): NonNullable<ComponentResult['fleet']> {
  const { instances } = selection;
  const all = isScaled(data, instances);
  const each = data.records.map((record) => {
    if (!all) return instances.length;
    const cells = capacityByCell(data, record, instances, () => 1, { wanted: true });
    return window.cells.reduce((sum, cell) => sum + cells[cell], 0) / window.lengthNs;
  });
  return { instances: estimateOf(meanOf(each)), isScaled: all };
}

function share(asked: Asked, kind: GaugeKind, capacity: number): number | null {
  if (!Number.isFinite(capacity) || !(capacity > 0)) return null;
  const mean = meanAndMax(asked, kind)?.mean;
  return mean === undefined ? null : mean / capacity;
}

/** The use of the workers of a component or, if that is larger, of its handlers of messages. */
function busiest(asked: Asked, workers: number | null): number | null {
  return handlersOf(asked).reduce((most, { pick, limit }) => {
    const mean = figures(asked, pick)?.mean ?? null;
    return mean === null || !Number.isFinite(limit) ? most : Math.max(most ?? 0, mean / limit);
  }, workers);
}

function meanAndMax(asked: Asked, kind: GaugeKind): { mean: number; max: number } | null {
  return figures(asked, pickOf(kind, asked.selection.instances));
}

function figures({ data, window }: Asked, pick: GaugePick): { mean: number; max: number } | null {
  const { means, maxima } = levels(data, window, pick);
  const [mean, max] = [meanOf(means).value, largestOf(maxima).value];
  return mean === null || max === null ? null : { mean, max };
}

const NONE = { mean: 0, max: 0 } as const;

/** Connection pools into a component; null if there are none, but an empty mapping for a database. */
function poolsOf(data: VariantData, id: number): ComponentResult['pools'] {
  const results = poolResults(data, id);
  const isEmpty = Object.keys(results).length === 0;
  return isEmpty && data.plan.components[id].kind !== 'database' ? null : results;
}

/** Pools into a component by calling component. */
function poolResults(data: VariantData, callee: number): Readonly<Record<string, PoolResult>> {
  const results: Record<string, PoolResult> = {};
  const steps = stepsOf(data.plan);
  for (const edge of edgesInto(data, callee)) {
    const asked = { data, selection: selectStats(edge.stats, data), window: data.whole };
    const of = (kind: 'open' | 'used' | 'waiting'): { mean: number; max: number } | null =>
      figures(asked, poolPick(asked, kind));
    const open = of('open');
    if (open === null) continue;
    const size = Math.round(poolCapacity(asked));
    results[data.plan.components[edge.from].name] = {
      wait: ofRuns(poolWaits(asked)),
      waiting: of('waiting') ?? NONE,
      open,
      used: of('used') ?? NONE,
      size: Number.isFinite(size) ? size : null,
      opened: sumOf(counterSums(asked, 'connects')),
      timeouts: sumOf(counterSums(asked, 'poolTimeouts')),
      steps: { used: poolSteps(asked, 'used', steps), waiting: poolSteps(asked, 'waiting', steps) },
    };
  }
  return results;
}

/** Level of the pools of an edge by step, mean over the runs. */
function poolSteps(
  asked: Pick<Asked, 'data' | 'selection'>,
  kind: 'used' | 'waiting',
  steps: Steps,
): number[] {
  const { records } = asked.data;
  const pick = poolPick(asked, kind);
  const runs = records.map((record) => meanLevels(picked(record, pick), steps));
  return Array.from({ length: steps.count }, (_, step) => {
    return runs.reduce((total, levels) => total + levels[step], 0) / records.length;
  });
}

/** Sub-bucket bits of the histograms in the result: 2^4 buckets per octave, 3 to 6 % apart. */
const RESULT_BITS = 4;

/** Non-empty buckets: their upper bounds in seconds, and their counts. */
function bucketsOf(histogram: Histogram): { upTo: number[]; n: number[] } {
  const { index, n, subBits } = histogram.toJSON();
  const upTo: number[] = [];
  const counts: number[] = [];
  const shift = Math.max(0, subBits - RESULT_BITS);
  let last = -1;
  for (let i = 0; i < index.length; i++) {
    const coarse = index[i] === 0 ? 0 : ((index[i] - 1) >> shift) + 1;
    if (coarse === last) counts[counts.length - 1] += n[i];
    else {
      upTo.push(upperBound(coarse, subBits - shift) / 1e9);
      counts.push(n[i]);
    }
    last = coarse;
  }
  return { upTo, n: counts };
}

/** Largest whole ns that falls into a bucket; bucket 0 holds zeros. */
function upperBound(bucket: number, subBits: number): number {
  if (bucket === 0) return 0;
  const sub = 1 << subBits;
  const octave = (bucket - 1) >> subBits;
  let bottom = 1;
  for (let i = 0; i < octave; i++) bottom *= 2;
  const end = bottom + (((bucket - 1) & (sub - 1)) + 1) * (bottom / sub);
  return Math.max(1, Math.ceil(end) - 1);
}
