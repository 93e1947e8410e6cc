import { callsOf } from '../../lint/walker.js';
import type { Call } from '../../lint/calls.js';
import { Demands } from '../../lint/demand.js';
import { Graph } from '../../lint/graph.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { partName } from '../../contracts/plan/names.js';
import type { VariantData } from './variant-data.js';

interface Written {
  readonly demands: Demands;
  /** Calls of one execution that are certain, by `caller callee`. */
  readonly sure: ReadonlyMap<string, number>;
}

/** Computed on first use. */
const known = new WeakMap<Scenario, Written>();

/** Mean CPU time of one execution of a part as the scenario has it, for runs in which few executions end; seconds. */
export function writtenWork({ variant: { scenario }, plan }: VariantData, part: number): number {
  return writtenIn(scenario).demands.of(partName(plan, part)).workNs / 1e9;
}

/** Calls on a measured edge that one execution makes if nothing fails, without those that depend on a condition. */
export function writtenCalls({ variant: { scenario }, plan }: VariantData, stat: number): number {
  const { from, to } = plan.statEdges[stat];
  return writtenIn(scenario).sure.get(`${partName(plan, from)} ${partName(plan, to)}`) ?? 0;
}

function writtenIn(scenario: Scenario): Written {
  let own = known.get(scenario);
  if (own === undefined) {
    const { calls } = callsOf(scenario, () => true);
    own = { demands: new Demands(scenario, calls, new Graph(calls)), sure: sureOf(calls) };
    known.set(scenario, own);
  }
  return own;
}

function sureOf(calls: readonly Call[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { from, to, sure } of calls) {
    const key = `${from} ${to}`;
    sums.set(key, (sums.get(key) ?? 0) + sure);
  }
  return sums;
}
