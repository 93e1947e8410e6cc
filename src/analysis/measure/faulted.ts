import type { PlanFault } from '../../contracts/plan/plan.js';
import type { WindowClause } from '../../contracts/scenario/expression.js';
import { firstTriggerNs } from './background.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { journalSpans } from './responded.js';
import { overAt } from './rollouts.js';
import { partsOf, type VariantData } from './variant-data.js';
import { cellsOf, clipped, spansOf, type CellSet, type Span } from './window.js';

/** The components, edges and workloads that a fault touches, as ids of the plan. */
export interface Touched {
  /** Components whose instances or parts it hits. */
  readonly components: ReadonlySet<number>;
  /** Measured edges whose messages it hits. */
  readonly stats: ReadonlySet<number>;
  /** Workloads whose rate it changes. */
  readonly workloads: ReadonlySet<number>;
}

/** In place of a measured edge: a link without calls. */
const NO_STAT = -1;

/** Finds the components, edges and workloads that a fault touches. */
export function touchedBy(fault: PlanFault, data: VariantData): Touched {
  const { plan } = data;
  const components = new Set<number>();
  for (const instance of fault.instances) components.add(plan.instances[instance].component);
  for (const part of fault.parts) components.add(plan.parts[part].component);
  // Which instances are on a node depends on the run.
  if (fault.nodes.length > 0) {
    plan.nodes!.requests.forEach((own, component) => {
      if (own !== null) components.add(component);
    });
  }
  const stats = new Set(fault.links.map(({ link }) => plan.links[link].stat));
  stats.delete(NO_STAT);
  const workloads = new Set(fault.loads.map((load) => plan.loads[load].component));
  return { components, stats, workloads };
}

/**
 * Intervals in which a fault was active in one run. They are planned, except for a conditional or random fault, a
 * rollout, and a fault that a responder ends: those are in the journal.
 */
export function spansIn(
  data: VariantData,
  fault: PlanFault,
  record: RunRecord,
): PlanFault['spans'] {
  const isPlanned = fault.when === null && fault.chance === null && fault.mitigated === undefined;
  if (isPlanned) return fault.spans;
  const { plan } = data;
  const index = plan.faults.findIndex(({ id }) => id === fault.id);
  const spans = journalSpans(plan, index, record);
  if (fault.rollout !== null && spans.length > 0) {
    spans[0].untilNs = Math.min(spans[0].untilNs, overAt(data, record, fault.rollout));
  }
  return spans;
}

/**
 * The time of a window of an expression. A fault that an alert starts counts from its earliest start in any run to the latest
 * end.
 */
export function askedSpans(clause: WindowClause | null, data: VariantData): readonly Span[] {
  const { plan, records } = data;
  const id = clause === null || clause.kind === 'between' ? null : clause.fault;
  const found = plan.faults.find((fault) => fault.id === id && fault.when !== null);
  if (found === undefined) return spansOf(clause, plan);
  const runs = records.map((record) => spansIn(data, found, record));
  const count = Math.max(...runs.map(({ length }) => length));
  const spans = Array.from({ length: count }, (_, k) => {
    const own = runs.flatMap((all) => all[k] ?? []);
    return {
      fromNs: Math.min(...own.map(({ fromNs }) => fromNs)),
      untilNs: Math.max(...own.map(({ untilNs }) => untilNs)),
    };
  });
  const faults = plan.faults.map((fault) => (fault === found ? { ...fault, spans } : fault));
  return spansOf(clause, { ...plan, faults });
}

/**
 * Whether a fault takes effect in a run: it starts before the arrivals end, and something that it touches has work or
 * calls in that run. Nothing recovers from a fault that does not.
 */
export function strikes(data: VariantData, fault: PlanFault, record: RunRecord): boolean {
  const { plan } = data;
  if (!spansIn(data, fault, record).some(({ fromNs }) => fromNs < plan.endNs)) return false;
  const { components, stats } = touchedBy(fault, data);
  // Of loads, nodes, stores of messages and rollouts no count shows that nothing uses them.
  const isKnown =
    components.size + stats.size > 0 &&
    fault.rollout === null &&
    [fault.loads, fault.nodes, fault.holders].every((touched) => touched.length === 0) &&
    fault.links.every(({ link }) => plan.links[link].stat !== NO_STAT);
  return (
    !isKnown ||
    [...components].some((component) => hasWork(plan, component, record)) ||
    [...stats].some((stat) => record.edges[stat].calls.some((count) => count > 0))
  );
}

function hasWork(plan: VariantData['plan'], component: number, record: RunRecord): boolean {
  const parts = partsOf(plan, component);
  return (
    parts.length === 0 ||
    parts.some((part) => {
      const { outcomes, busyNs } = record.parts[part];
      return outcomes.some((count) => count > 0) || busyNs.some((ns) => ns > 0);
    })
  );
}

/**
 * Cells in which a fault is active, from the end of the warm-up to the end of arrivals, by run. For a fault that
 * draws its starts these are all cells in which it may be active, as in budgets.
 */
export function windowsDuring(data: VariantData, fault: PlanFault): readonly CellSet[] {
  const { plan, records } = data;
  const windowOf = (spans: PlanFault['spans']): CellSet => cellsOf(clipped(spans, plan), plan);
  if (fault.when !== null || fault.rollout !== null || fault.mitigated !== undefined)
    return records.map((record) => windowOf(spansIn(data, fault, record)));
  const planned = windowOf(fault.spans);
  return records.map(() => planned);
}

/** Components that any fault hits; blast radius and collateral exclude them. */
export function faultedComponents(data: VariantData): ReadonlySet<number> {
  const all = new Set<number>();
  for (const fault of data.plan.faults) {
    for (const component of touchedBy(fault, data).components) all.add(component);
  }
  return all;
}

/** Start of the first fault, absolute ns; the end of arrivals where there is none. */
export function firstFaultNs({ plan }: VariantData): number {
  return firstTriggerNs(plan);
}
