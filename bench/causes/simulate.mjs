// Runs of a scenario in this thread, through the library.
import { parse, stringify } from 'yaml';
import {
  compile,
  formatDiagnostic,
  loadScenario,
  runHere,
  summarise,
} from '../../dist/library/index.js';

/** The YAML of a scenario. */
export const textOf = (scenario) =>
  stringify(scenario, { aliasDuplicateObjects: false, lineWidth: 120 });

/** The result of a scenario, all of whose variants are one. Throws with the diagnostics of a refused one. */
export function resultOf(scenario, { seed, replications } = scenario.run) {
  const run = { ...scenario.run, seed, replications };
  const text = textOf({ ...scenario, run });
  const { file, problems } = loadScenario('case.yaml', () => ({ text }));
  if (file === null) throw new Error(problems.map(formatDiagnostic).join('\n'));
  const plans = file.variants.map((variant) => compile(variant, file));
  const records = runHere(plans, replications);
  const result = summarise(file, plans, records, '0');
  return { result, variant: result.variants[0], events: records[0][0].totals.events };
}

/** The scenario with only the faults that `isKept` accepts. */
export function withFaults(scenario, isKept) {
  const { faults = [], ...rest } = scenario;
  const kept = faults.filter(({ id }) => isKept(id));
  return kept.length === 0 ? rest : { ...rest, faults: kept };
}

/** The scenario in which a success of a request later than `within` seconds does not count. */
export function withLimit(scenario, within) {
  const users = { ...scenario.workloads.users, goodputWithin: `${Math.ceil(1e6 * within)}us` };
  return { ...scenario, workloads: { ...scenario.workloads, users } };
}

/** Requests of users that arrived and those that were not good, in steps from `from` s to `until` s. */
export function harmIn(variant, from = 0, until = Infinity) {
  const { step, series } = variant.timeline;
  let arrived = 0;
  let good = 0;
  series.users.rate.forEach((rate, i) => {
    if (i * step < from || i * step >= until) return;
    arrived += rate * step;
    good += series.users.goodRate[i] * step;
  });
  return { arrived, harm: arrived - good };
}

export { parse };
