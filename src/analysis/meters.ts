import type { MeterRecord } from '../spec/record.js';
import type { BrokenSaga, MeteredResult, MeterResult } from '../spec/result-meters.js';
import { latencyResult } from './components.js';
import { meterScale } from './metrics-meters.js';
import { bySteps, stepsOf, type Steps } from './steps.js';
import { mergeAll, mergeSegments, sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';

/** Everything with meters, by `component` or `component.part`. */
export function meteredResults(data: VariantData): Readonly<Record<string, MeteredResult>> {
  const { plan, records } = data;
  const steps = stepsOf(plan);
  const results = new Map<string, MeteredResult & { meters: Record<string, MeterResult> }>();
  records[0].meters.forEach((first, index) => {
    const { name, kind } = plan.components[first.component];
    const subject = first.part < 0 ? name : `${name}.${plan.parts[first.part].name}`;
    let own = results.get(subject);
    if (own === undefined) results.set(subject, (own = { kind, meters: {} }));
    // Every run of a variant has the same meters in the same order.
    const runs = records.map((record) => record.meters[index]);
    own.meters[first.name] = meterResult(data, runs, steps);
  });
  for (const [component, broken] of brokenSagas(data)) {
    const { name } = plan.components[component];
    results.set(name, { ...results.get(name)!, broken });
  }
  return Object.fromEntries(results);
}

/** By component: for each rule the first saga of the first run that broke it. */
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
      const total = counts.reduce((sum, cells) => sum + sumCells(cells, whole.cells), 0) / n;
      return {
        form: 'counter',
        total,
        steps: Array.from(bySteps(counts, steps), (sum) => sum / n),
      };
    }
    case 'gauge': {
      const gauges = runs.flatMap((run) => (run.form === 'gauge' ? [run] : []));
      const scale = meterScale(first.name);
      const areas = gauges.map(({ area }) => area);
      const area = areas.reduce((sum, cells) => sum + sumCells(cells, whole.cells), 0);
      let max = 0;
      for (const gauge of gauges) {
        for (const cell of whole.cells) max = Math.max(max, gauge.max[cell]);
      }
      return {
        form: 'gauge',
        mean: whole.lengthNs === 0 ? 0 : (area / n / whole.lengthNs) * scale,
        max: max * scale,
        steps: Array.from(bySteps(areas, steps), (sum, step) =>
          steps.lengthNs[step] > 0 ? (sum / n / steps.lengthNs[step]) * scale : 0,
        ),
      };
    }
    case 'durations': {
      const each = runs.map((run) =>
        mergeSegments(run.form === 'durations' ? [run.segments] : [], whole.segments),
      );
      return { form: 'durations', ...latencyResult(mergeAll(each), each, false) };
    }
  }
}
