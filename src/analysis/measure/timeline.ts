import type { Series, Timeline } from '../../contracts/result/result.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import type { PartRecord, RunRecord } from '../../contracts/record/record.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { betweenOf } from './gauges.js';
import { countsOf, type Counts } from './lanes.js';
import { SparseMerge } from './sparse.js';
import { columnOf, sharedSeries } from './step-columns.js';
import { bySteps, meanLevels, outcomesBySteps, stepsOf, type Steps } from './steps.js';
import type { Story } from './story.js';
import { arrivedOf, finishedOf, rowsAt, succeededOf } from './sums.js';
import { partsOf, type VariantData } from './variant-data.js';

/** Series over time, pooled over all runs of a variant, with the health states of one run (`first`). */
export function timelineOf(data: VariantData, first: Story): Timeline {
  const { plan, records } = data;
  const steps = stepsOf(plan);
  const lanes = records.map((record) => countsOf(data, record, steps));
  const series: Record<string, Series> = {};
  lanes[0].forEach((lane, i) => {
    const runs = lanes.map((run) => run[i]);
    const states = first.lanes.get(lane.name) ?? [];
    series[lane.name] = seriesOf(data, runs, steps, states);
  });
  plan.components.forEach((component, id) => {
    if (component.kind !== 'workload') return;
    series[component.name] = workloadSeries(data, id, steps, first);
  });
  const edges: Record<string, Timeline['edges'][string]> = {};
  for (const edge of data.edges) edges[edge.name] = edgeSeries(data, edge, steps);
  return { step: stepSeconds(data), steps: steps.count, series, edges };
}

/** Length of a full step, seconds. */
export function stepSeconds(data: VariantData): number {
  return data.variant.scenario.run.stepNs / 1e9;
}

function seriesOf(
  data: VariantData,
  runs: readonly Counts[],
  steps: Steps,
  state: readonly HealthState[],
): Series {
  const n = runs.length;
  const { parts, workers } = runs[0];
  const perSecond = (pick: (lane: Counts) => Float64Array): readonly number[] =>
    over(runs.map(pick), steps, (sum, step) => (sum / n / steps.lengthNs[step]) * 1e9);
  const mean = (pick: (lane: Counts) => Float64Array): readonly number[] =>
    workers === 0 ? [] : over(runs.map(pick), steps, (sum) => sum / n);
  return {
    rate: perSecond((lane) => lane.arrivals),
    goodRate: perSecond((lane) => lane.good),
    ...successSeries(data.records, parts, steps),
    ...latencySeries(data.records, parts, steps),
    inFlight: mean((lane) => lane.inSystem),
    busy: mean((lane) => lane.busy),
    queue: mean((lane) => lane.queue),
    up: upSeries(runs, data.plan.components[runs[0].component].instances, steps),
    state,
  };
}

/** Number of running processes of a component; empty if all run, and for requests of workloads. */
function upSeries(runs: readonly Counts[], instances: number, steps: Steps): readonly number[] {
  const shares = runs.map((lane) => lane.up);
  const up = over(shares, steps, (sum) => (sum / runs.length) * instances);
  return up.every((value) => value === instances) ? [] : up;
}

/** Series of all requests of a workload together; its state is the worst of theirs. */
function workloadSeries(data: VariantData, id: number, steps: Steps, first: Story): Series {
  const parts = partsOf(data.plan, id);
  const { records } = data;
  const runs = records.map((record) => rowsAt(record, parts));
  const arrivals = runs.map((rows) => arrivalsOf(rows, steps));
  const goodOf = ({ good }: PartRecord): Uint32Array => good;
  const good = runs.map((rows) => bySteps(rows.map(goodOf), steps));
  const perSecond = (columns: readonly Float64Array[]): readonly number[] =>
    over(columns, steps, (sum, step) => (sum / records.length / steps.lengthNs[step]) * 1e9);
  const { name } = data.plan.components[id];
  const rows = parts.map((part) => first.lanes.get(`${name}.${data.plan.parts[part].name}`) ?? []);
  return {
    rate: perSecond(arrivals),
    goodRate: perSecond(good),
    ...successSeries(records, parts, steps),
    ...latencySeries(records, parts, steps),
    inFlight: [],
    busy: [],
    queue: [],
    up: [],
    state: Array.from({ length: steps.count }, (_, step) => worst(rows.map((row) => row[step]))),
  };
}

/** The share of successes of some parts by step, pooled over the runs, and its range. */
export function successSeries(
  records: readonly RunRecord[],
  parts: readonly number[],
  steps: Steps,
): Pick<Series, 'success' | 'successBand'> {
  const tables = records.map((record) => outcomesBySteps(rowsAt(record, parts), steps));
  const success: (number | null)[] = [];
  const successBand: (readonly [number, number] | null)[] = [];
  for (let step = 0; step < steps.count; step++) {
    const at = step * OUTCOME_KINDS;
    let succeeded = 0;
    let finished = 0;
    let low = Infinity;
    let high = -Infinity;
    for (const table of tables) {
      const ended = finishedOf(table, at);
      if (ended === 0) continue;
      succeeded += succeededOf(table, at);
      finished += ended;
      low = Math.min(low, succeededOf(table, at) / ended);
      high = Math.max(high, succeededOf(table, at) / ended);
    }
    success.push(finished > 0 ? succeeded / finished : null);
    successBand.push(finished > 0 ? [low, high] : null);
  }
  return {
    success: sharedSeries(steps, success),
    successBand: sharedSeries(steps, successBand),
  };
}

/** The median and the p99 of the successes of some parts by step, in seconds. */
export function latencySeries(
  records: readonly RunRecord[],
  parts: readonly number[],
  steps: Steps,
): Pick<Series, 'p50' | 'p99'> {
  const merge = new SparseMerge();
  const p50: (number | null)[] = [];
  const p99: (number | null)[] = [];
  for (let step = 0; step < steps.count; step++) {
    merge.clear();
    for (const record of records)
      for (const part of parts) merge.add(record.parts[part].stepLatency, step);
    const [middle, high] = merge.quantiles([0.5, 0.99]);
    p50.push(middle);
    p99.push(high);
  }
  return { p50: sharedSeries(steps, p50), p99: sharedSeries(steps, p99) };
}

function edgeSeries(
  data: VariantData,
  edge: VariantData['edges'][number],
  steps: Steps,
): Timeline['edges'][string] {
  const { records } = data;
  const sums = (column: 'calls' | 'attempts'): Float64Array[] =>
    records.map(({ edges }) => {
      const columns = edge.stats.map((stat) => edges[stat][column]);
      return bySteps(columns, steps);
    });
  const perSecond = (column: 'calls' | 'attempts'): readonly number[] =>
    over(sums(column), steps, (sum, step) => (sum / records.length / steps.lengthNs[step]) * 1e9);
  const levels = records.map((record) =>
    meanLevels(betweenOf(data, record, 'inFlight', edge.from, edge.to), steps),
  );
  return {
    calls: perSecond('calls'),
    attempts: perSecond('attempts'),
    inFlight: over(levels, steps, (sum) => sum / records.length),
  };
}

function over(
  columns: readonly Float64Array[],
  steps: Steps,
  finish: (sum: number, step: number) => number,
): readonly number[] {
  const values = Array.from({ length: steps.count }, (_, step) => {
    let sum = 0;
    for (const column of columns) sum += column[step];
    return finish(sum, step);
  });
  return sharedSeries(steps, values);
}

function arrivalsOf(rows: readonly PartRecord[], steps: Steps): Float64Array {
  const table = outcomesBySteps(rows, steps);
  return columnOf(steps, (arrivals) => {
    for (let step = 0; step < steps.count; step++)
      arrivals[step] = arrivedOf(table, step * OUTCOME_KINDS);
  });
}

const SEVERITY: readonly HealthState[] = ['ok', 'degraded', 'failing', 'down'];

function worst(states: readonly (HealthState | undefined)[]): HealthState {
  let level = 0;
  for (const state of states)
    level = Math.max(level, state === undefined ? 0 : SEVERITY.indexOf(state));
  return SEVERITY[level];
}
