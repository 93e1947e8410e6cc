import { thirtyByFive } from '../../bench/reports-case.mjs';
import { compile } from '../../src/plan/compile.js';
import { graphOfPlan } from '../../src/report/graph/graph-plan.js';
import { withDetails } from '../../src/report/graph/graph-details.js';
import type { TopologyGraph } from '../../src/report/graph/graph.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { Variant } from '../../src/contracts/scenario/scenario.js';
import { scenarioFiles, textOf } from '../scenarios/run-file.js';

/** The topology of the baseline of every shipped scenario, and that of thirty services. */
export function shippedGraphs(): readonly TopologyGraph[] {
  return shipped(
    ({ baseline }) => baseline,
    (graph) => graph,
  );
}

/** The same with its details, in the last variant, which has the most policies. */
export function detailedGraphs(): readonly TopologyGraph[] {
  return shipped((_, i, all) => i === all.length - 1, withDetails);
}

/** A scenario with its details, in its first variant. */
export function detailedGraph(path: string, text: string): TopologyGraph {
  return graphIn(
    path,
    () => text,
    (_, i) => i === 0,
    withDetails,
  );
}

type Detail = typeof withDetails;
type Choice = (variant: Variant, i: number, all: readonly Variant[]) => boolean;

function shipped(choice: Choice, detail: Detail): readonly TopologyGraph[] {
  return [
    ...scenarioFiles().map((path) => graphIn(path, (own) => textOf(own), choice, detail)),
    graphIn('thirty', () => thirtyByFive(), choice, detail),
  ];
}

function graphIn(
  path: string,
  read: (path: string) => string,
  choice: Choice,
  detail: Detail,
): TopologyGraph {
  const { file, problems } = loadScenario(path, (own) => ({ text: read(own) }));
  if (file === null) throw new Error(problems.map(formatDiagnostic).join('\n'));
  const variant = file.variants.find(choice) ?? file.variants[0]!;
  const plan = compile(variant, file);
  const groups = Object.fromEntries(variant.scenario.report.groups);
  return { ...detail(graphOfPlan(path, plan), plan, variant.scenario), groups };
}
