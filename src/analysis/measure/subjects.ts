import type { MetricPath, Reference } from '../../contracts/scenario/expression.js';
import { versionKind } from '../../language/expression-versions.js';
import type { SubjectKind } from '../../language/metrics/entry.js';
import { PART_KIND } from '../../contracts/component-kind.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { instancesOf, partsOf, type VariantData } from './variant-data.js';

/** The subject of a metric in one variant, as ids of the plan. The lists are empty if it does not exist there. */
export interface Selection {
  /**
   * Parts that respond: those of the component, or a single one. For edges: the called parts. For a version: its rows
   * of measurements, see `Plan.measured`.
   */
  readonly parts: readonly number[];
  /** Measured edges; empty unless the subject is an edge. */
  readonly stats: readonly number[];
  /** Instances of a component, or a single one; workloads also have instances. */
  readonly instances: readonly number[];
  /** Calling components of an edge; null = any. */
  readonly callers: ReadonlySet<number> | null;
  /** Called components of an edge, or the component itself. */
  readonly callees: ReadonlySet<number>;
}

/** Resolves the subject of a metric in a variant. */
export function select(path: MetricPath, data: VariantData): Selection {
  const subject = path.subject;
  if (subject.kind === 'cascade' || subject.kind === 'run' || subject.kind === 'alert') {
    return selectUsers(data);
  }
  if (subject.kind === 'edge') return edgeSelection(subject.from, subject.to, data);
  const component = data.componentIds.get(subject.at.component);
  if (component === undefined) return NOTHING;
  const instances = instancesOf(data.plan, component);
  if (subject.at.version !== null) return versionSelection(subject.at, component, data);
  return {
    ...NOTHING,
    parts: partIds(subject.at, component, data),
    instances:
      subject.at.instance === null
        ? instances
        : instances.slice(subject.at.instance, subject.at.instance + 1),
    callees: new Set([component]),
  };
}

/** The rows and instances of one version of a component, or of its part. */
export function versionSelection(
  at: Pick<Reference, 'version' | 'part'>,
  component: number,
  data: VariantData,
): Selection {
  const { plan } = data;
  const { versions, firstInstance } = plan.components[component];
  const version = versions?.names.indexOf(at.version!) ?? -1;
  if (version < 0) return NOTHING;
  const { rowShifts, ofPlace } = versions!;
  return {
    ...NOTHING,
    parts: partIds(at, component, data).map((part) => part + rowShifts[version]),
    instances: ofPlace.flatMap((own, place) => (own === version ? [firstInstance + place] : [])),
    callees: new Set([component]),
  };
}

/** The kind of a metric's subject. */
export function subjectOf({ subject }: MetricPath, data: VariantData): SubjectKind {
  if (subject.kind !== 'component') return subject.kind;
  if (subject.at.instance !== null) return 'instance';
  if (subject.at.version !== null) return versionKind(subject.at);
  const component = data.componentIds.get(subject.at.component);
  if (component === undefined) return 'service';
  const { kind } = data.plan.components[component];
  return subject.at.part === null ? kind : PART_KIND[kind];
}

/** Selection of a whole component. */
export function selectComponent(component: number, data: VariantData): Selection {
  return {
    ...NOTHING,
    parts: partsOf(data.plan, component),
    instances: instancesOf(data.plan, component),
    callees: new Set([component]),
  };
}

/** Selection of all requests of users. */
export function selectUsers({ requests }: VariantData): Selection {
  return { ...NOTHING, parts: requests };
}

/** Selection of the measured edges of one component edge. */
export function selectStats(stats: readonly number[], data: VariantData): Selection {
  const { plan } = data;
  const callers = new Set<number>();
  const callees = new Set<number>();
  const parts = new Set<number>();
  for (const stat of stats) {
    const { from, to } = plan.statEdges[stat];
    callers.add(plan.parts[from].component);
    callees.add(plan.parts[to].component);
    parts.add(to);
  }
  return { parts: [...parts].sort((a, b) => a - b), stats, instances: [], callers, callees };
}

/** Rows of a record for a selection: those of edges if it is an edge, else those of parts. */
export function rowsOf(
  record: RunRecord,
  selection: Selection,
): readonly (RunRecord['parts'][number] | RunRecord['edges'][number])[] {
  if (selection.callers !== null) return selection.stats.map((stat) => record.edges[stat]);
  return selection.parts.map((part) => record.parts[part]);
}

const NOTHING: Selection = {
  parts: [],
  stats: [],
  instances: [],
  callers: null,
  callees: new Set(),
};

function edgeSelection(from: Reference, to: Reference, data: VariantData): Selection {
  const stats: number[] = [];
  data.plan.statEdges.forEach((edge, stat) => {
    if (matches(from, edge.from, data) && matches(to, edge.to, data)) stats.push(stat);
  });
  return selectStats(stats, data);
}

function matches(at: Reference, part: number, data: VariantData): boolean {
  if (at.component === 'all') return true;
  const { component, name } = data.plan.parts[part];
  if (data.plan.components[component].name !== at.component) return false;
  return at.part === null || at.part === name;
}

function partIds(
  at: Pick<Reference, 'part'>,
  component: number,
  data: VariantData,
): readonly number[] {
  const parts = partsOf(data.plan, component);
  if (at.part === null) return parts;
  return parts.filter((part) => data.plan.parts[part].name === at.part);
}
