// Runs of a scenario in this thread, through the library.
import { stringify } from 'yaml';
import {
  compile,
  formatDiagnostic,
  loadScenario,
  runHere,
  summarise,
} from '../../dist/library/index.js';

const NS = 1e9;

/** The YAML of a scenario. */
export const textOf = (scenario) =>
  stringify(scenario, { aliasDuplicateObjects: false, lineWidth: 120 });

/** The records of a scenario, which is one variant. Throws with the diagnostics of a refused one. */
export function recordsOf(scenario, { seed, replications } = scenario.run) {
  const run = { ...scenario.run, seed, replications };
  const text = textOf({ ...scenario, run });
  const { file, problems } = loadScenario('case.yaml', () => ({ text }));
  if (file === null) throw new Error(problems.map(formatDiagnostic).join('\n'));
  const plans = file.variants.map((variant) => compile(variant, file));
  return { file, plans, records: runHere(plans, replications) };
}

/** What the program says about a scenario. */
export function variantOf(scenario, run = scenario.run) {
  const { file, plans, records } = recordsOf(scenario, run);
  return summarise(file, plans, records, '0').variants[0];
}

/**
 * Requests of users in the first run, by time of arrival: how many arrived, and how many of them succeeded within the
 * limit of the workload.
 */
export function usersOf(scenario, run) {
  return usersOfRuns(scenario, run)[0];
}

/** The same of each replication. */
export function usersOfRuns(scenario, run) {
  const { plans, records } = recordsOf(scenario, run);
  return records[0].map((record) => usersIn(plans[0], record));
}

function usersIn({ parts, components, grid, warmupNs }, { parts: rows, totals }) {
  const own = parts.flatMap(({ component }, part) =>
    components[component].kind === 'workload' ? [rows[part]] : [],
  );
  const cells = Array.from({ length: grid.edges.length - 1 }, (_, cell) => {
    const kinds = own[0].outcomes.length / (grid.edges.length - 1);
    const arrived = own.reduce((sum, { outcomes }) => sum + total(outcomes, cell, kinds), 0);
    const good = own.reduce((sum, row) => sum + row.good[cell], 0);
    return { at: (grid.edges[cell] - warmupNs) / NS, arrived, good };
  });
  return { cells: cells.filter(({ at }) => at >= 0), events: totals.events };
}

function total(outcomes, cell, kinds) {
  let sum = 0;
  for (let kind = 0; kind < kinds; kind++) sum += outcomes[cell * kinds + kind];
  return sum;
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

/** Requests that arrived from `from` s to `until` s, and those of them that were not good. */
export function harmIn({ cells }, from = 0, until = Infinity) {
  let arrived = 0;
  let good = 0;
  for (const cell of cells) {
    if (cell.at < from || cell.at >= until) continue;
    arrived += cell.arrived;
    good += cell.good;
  }
  return { arrived, harm: arrived - good };
}
