import { callsOf } from '../../lint/walker.js';
import { Demands } from '../../lint/demand.js';
import { Graph } from '../../lint/graph.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { partName } from '../../contracts/plan/names.js';
import type { VariantData } from './variant-data.js';

/** Computed on first use. */
const known = new WeakMap<Scenario, Demands>();

/** Mean CPU time of one execution of a part as the scenario has it, for runs in which few executions end; seconds. */
export function writtenWork({ variant: { scenario }, plan }: VariantData, part: number): number {
  let demands = known.get(scenario);
  if (demands === undefined) {
    const { calls } = callsOf(scenario, () => true);
    demands = new Demands(scenario, calls, new Graph(calls));
    known.set(scenario, demands);
  }
  return demands.of(partName(plan, part)).workNs / 1e9;
}
