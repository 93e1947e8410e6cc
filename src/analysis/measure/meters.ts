import type { MeterRecord } from '../../contracts/record/record.js';
import type {
  BrokenSaga,
  DrainResult,
  MeteredResult,
  MeterResult,
  RolloutResult,
} from '../../contracts/result/meters.js';
import { latencyResult } from './components.js';
import { delayQueues, passesOn, restingEach, restingPlaces } from './dead-letters.js';
import { measureDrain } from './drain.js';
import { estimateOf, statistic } from './estimate.js';
import { meterScale } from '../../language/exported.js';
import { latencyOf } from './outcomes.js';
import { neverCount } from './recovery.js';
import { courseOf, rolloutOf } from './rollouts.js';
import { bySteps, stepsOf, type Steps } from './steps.js';
import { versionSelection } from './subjects.js';
import { mergeAll, mergeSegments, sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';
import { waitingLines } from './waiting-lines.js';

/** Results of all subjects with meters, by `component` or `component.part`. */
export function meteredResults(data: VariantData): Readonly<Record<string, MeteredResult>> {
  const { plan, records } = data;
  const steps = stepsOf(plan);
  const resting = restingPlaces(plan);
  const delays = delayQueues(plan);
  const results = new Map<string, Writable>();
  records[0].meters.forEach((first, index) => {
    const { name, kind } = plan.components[first.component];
    const subject = first.part < 0 ? name : `${name}.${plan.parts[first.part].name}`;
    let own = results.get(subject);
    if (own === undefined) {
      const { component, part } = first;
      const dead = part < 0 && resting.has(component);
      const about = {
        ...(dead ? { deadLetters: restingEach(data, component) } : {}),
        ...(part < 0 && delays.has(component) ? { holdsBack: true as const } : {}),
        ...(passesOn(plan, component, part) ? { passesOn: true as const } : {}),
      };
      results.set(subject, (own = { kind, meters: {}, ...about }));
    }
    // Every run of a variant has the same meters in the same order.
    const runs = records.map((record) => record.meters[index]);
    own.meters[first.name] = meterResult(data, runs, steps);
    // Resting dead letters are not a backlog: no consumer will handle them.
    const isLine = first.name === 'lag' || first.name === 'outbox.rows';
    const isWaitedFor = own.deadLetters === undefined && own.holdsBack === undefined;
    if (isLine && plan.faults.length > 0 && isWaitedFor) own.drain = drains(data, runs);
  });
  for (const [subject, waitedHere] of waitsOfRelayed(data, steps)) {
    const own = results.get(subject);
    if (own !== undefined) results.set(subject, { ...own, waitedHere });
  }
  for (const [component, rollout] of rolloutsOf(data)) {
    const { name } = plan.components[component];
    results.set(name, { ...results.get(name)!, rollout });
  }
  for (const [component, broken] of brokenSagas(data)) {
    const { name } = plan.components[component];
    results.set(name, { ...results.get(name)!, broken });
  }
  return Object.fromEntries(results);
}

/**
 * Longest time that a message waited at a subject itself, in seconds, for subjects whose messages are old on arrival.
 */
function waitsOfRelayed(data: VariantData, steps: Steps): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const record of data.records) {
    for (const { subject, ages, isRelayed } of waitingLines(data, record, steps)) {
      if (!isRelayed) continue;
      const most = ages.reduce((max, age) => Math.max(max, age), 0) / 1e9;
      longest.set(subject, Math.max(longest.get(subject) ?? 0, most));
    }
  }
  return longest;
}

/** A result under construction. */
type Writable = MeteredResult & {
  readonly meters: Record<string, MeterResult>;
  drain?: MeteredResult['drain'];
};

/** Time to drain the backlog after each fault for which it can be measured. */
function drains(
  data: VariantData,
  runs: readonly MeterRecord[],
): Readonly<Record<string, DrainResult>> {
  const lags = runs.map((run) => [run]);
  const found = data.plan.faults.flatMap(({ id }) => {
    const measured = measureDrain(data, id, lags);
    if (measured.value === null) return [];
    return [[id, { ...estimateOf(measured), never: neverCount(measured) }] as const];
  });
  return Object.fromEntries(found);
}

/** Progress of the rollouts, by component. */
function rolloutsOf(data: VariantData): ReadonlyMap<number, RolloutResult> {
  const found = new Map<number, RolloutResult>();
  data.plan.components.forEach(({ versions }, component) => {
    const rollout = rolloutOf(data, component);
    if (rollout === null) return;
    const courses = data.records.map((record) => courseOf(record, component));
    const ended = (result: string): number =>
      courses.filter((course) => (course?.result ?? 'running') === result).length;
    found.set(component, {
      kind: rollout.kind,
      from: versions!.names[0],
      to: versions!.names[rollout.to],
      promoted: ended('promoted'),
      rolledBack: ended('rolledBack'),
      running: ended('running'),
      seconds: courses.map((course) =>
        course === null || course.endedNs === Infinity
          ? null
          : (course.endedNs - course.beganNs) / 1e9,
      ),
      ...mediansOf(data, component, [versions!.names[0], versions!.names[rollout.to]]),
    });
  });
  return found;
}

/** Median latencies of two versions of a component. */
function mediansOf(
  data: VariantData,
  component: number,
  names: readonly [string, string],
): Pick<RolloutResult, 'medians'> {
  const [from, to] = names.map((version) => {
    const selection = versionSelection({ version, part: null }, component, data);
    return statistic(latencyOf({ data, selection, window: data.whole }, 'latency').all, 'p50');
  });
  return from === null || to === null ? {} : { medians: { from, to } };
}

/** For each rule of a component's sagas, the first saga of the first run that broke it. */
function brokenSagas(data: VariantData): ReadonlyMap<number, readonly BrokenSaga[]> {
  const { plan, records } = data;
  const found = new Map<number, BrokenSaga[]>();
  plan.sagas.forEach(({ component, spec }, index) => {
    const rules = spec.invariants.map(
      (rule) => `if ${spec.steps[rule.if].name} then ${spec.steps[rule.then].name}`,
    );
    [...rules, null].forEach((rule, at) => {
      const replication = records.findIndex(
        ({ sagas }) => (sagas[index]?.examples[at] ?? null) !== null,
      );
      if (replication < 0) return;
      const { start, end, done, undone } = records[replication].sagas[index].examples[at]!;
      const seconds = (ns: number): number => (ns - plan.warmupNs) / 1e9;
      const effects = spec.steps.map(({ name }, k) => [name, [done[k], undone[k]]] as const);
      const own = found.get(component) ?? [];
      found.set(component, [
        ...own,
        {
          rule,
          replication,
          start: seconds(start),
          end: seconds(end),
          effects: Object.fromEntries(effects),
        },
      ]);
    });
  });
  return found;
}

function meterResult(data: VariantData, runs: readonly MeterRecord[], steps: Steps): MeterResult {
  const [first] = runs;
  const n = runs.length;
  const { whole } = data;
  switch (first.form) {
    case 'counter': {
      const counts = runs.flatMap((run) => (run.form === 'counter' ? [run.counts] : []));
      const each = counts.map((cells) => sumCells(cells, whole.cells));
      return {
        form: 'counter',
        total: each.reduce((sum, count) => sum + count, 0) / n,
        each,
        steps: Array.from(bySteps(counts, steps), (sum) => sum / n),
      };
    }
    case 'gauge':
      return gaugeResult(data, runs, steps);
    case 'durations': {
      const each = runs.map((run) =>
        mergeSegments(run.form === 'durations' ? [run.segments] : [], whole.segments),
      );
      return { form: 'durations', ...latencyResult(mergeAll(each), each, true) };
    }
  }
}

function gaugeResult(data: VariantData, runs: readonly MeterRecord[], steps: Steps): MeterResult {
  const { whole } = data;
  const n = runs.length;
  const gauges = runs.flatMap((run) => (run.form === 'gauge' ? [run] : []));
  const scale = meterScale(runs[0].name);
  const levels = gauges.map(({ area }) =>
    Array.from(bySteps([area], steps), (sum, step) =>
      steps.lengthNs[step] > 0 ? (sum / steps.lengthNs[step]) * scale : 0,
    ),
  );
  const area = gauges.reduce((sum, gauge) => sum + sumCells(gauge.area, whole.cells), 0);
  const each = gauges.map(
    ({ max }) => whole.cells.reduce((most, cell) => Math.max(most, max[cell]), 0) * scale,
  );
  const over = (join: (...values: number[]) => number): number[] =>
    Array.from({ length: steps.count }, (_, step) => join(...levels.map((run) => run[step])));
  return {
    form: 'gauge',
    mean: whole.lengthNs === 0 ? 0 : (area / n / whole.lengthNs) * scale,
    max: Math.max(...each),
    each,
    steps: over((...values) => values.reduce((sum, value) => sum + value, 0) / n),
    ...(n > 1 ? { band: { low: over(Math.min), high: over(Math.max) } } : {}),
  };
}
