import { byCodeUnit, groupedBy } from '../../text/order.js';
import { invariant } from '../../kernel/invariant.js';
import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { firstTriggerNs } from './background.js';
import { withResponses } from './responded.js';
import { cellsOf, type CellSet } from './window.js';

/** Component edge: all measured edges between the parts of two components. */
export interface ComponentEdge {
  /** `caller->callee`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Indices into plan.statEdges and RunRecord.edges. */
  readonly stats: readonly number[];
}

/** One variant with its plan, its runs, and the look-ups that every part of the analysis needs. */
export interface VariantData {
  readonly variant: Variant;
  /** With the ends that responders have given to faults. */
  readonly plan: Plan;
  /** By replication; at least one. */
  readonly records: readonly RunRecord[];
  readonly componentIds: ReadonlyMap<string, number>;
  /** In code-unit order of their names. */
  readonly edges: readonly ComponentEdge[];
  /** Part ids of all requests of all workloads. */
  readonly requests: readonly number[];
  /**
   * Requests of users without a response at the end of the run count as failures: at an overload they are what it costs.
   * Absent where they count as neither success nor failure.
   */
  readonly countsUnanswered?: true;
  /** Cells from the end of the warm-up to the end of arrivals. */
  readonly whole: CellSet;
  /** Those before the first fault; all cells if there is no fault. */
  readonly before: CellSet;
}

/** Builds the look-ups of one variant. */
export function variantData(
  variant: Variant,
  planned: Plan,
  records: readonly RunRecord[],
  whole: CellSet,
): VariantData {
  invariant(records.length > 0, 'analysis-no-records');
  const plan = withResponses(planned, records);
  const componentIds = new Map(plan.components.map((component, id) => [component.name, id]));
  const requests: number[] = [];
  plan.parts.forEach((part, id) => {
    if (plan.components[part.component].kind === 'workload') requests.push(id);
  });
  const first = firstTriggerNs(plan);
  const before = cellsOf([{ fromNs: plan.warmupNs, untilNs: first }], plan);
  return { variant, plan, records, componentIds, edges: edgesOf(plan), requests, whole, before };
}

/** Part ids of a component. */
export function partsOf(plan: Plan, component: number): readonly number[] {
  const { firstPart, parts } = plan.components[component];
  return Array.from({ length: parts }, (_, i) => firstPart + i);
}

/** Instance ids of a component. */
export function instancesOf(plan: Plan, component: number): readonly number[] {
  const { firstInstance, instances } = plan.components[component];
  return Array.from({ length: instances }, (_, i) => firstInstance + i);
}

/** True for components with instances: not for workloads, nor for topics and the like, which only hold messages. */
export function isPlaced(component: PlanComponent): boolean {
  return component.kind !== 'workload' && component.instances > 0;
}

function edgesOf(plan: Plan): ComponentEdge[] {
  const all = plan.statEdges.map((edge, stat) => {
    const from = plan.parts[edge.from].component;
    const to = plan.parts[edge.to].component;
    return { name: `${plan.components[from].name}->${plan.components[to].name}`, from, to, stat };
  });
  return [...groupedBy(all, ({ name }) => name)]
    .map(([name, own]) => {
      const [{ from, to }] = own;
      return { name, from, to, stats: own.map(({ stat }) => stat) };
    })
    .sort((a, b) => byCodeUnit(a.name, b.name));
}
