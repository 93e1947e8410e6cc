import { faultKind, meansPrimary } from '../../patterns/registry.js';
import { invariant } from '../../kernel/invariant.js';
import { compile } from '../../plan/compile.js';
import { PlanError } from '../../plan/problem.js';
import { isPlaced } from '../../analysis/measure/variant-data.js';
import type { Span } from '../../analysis/measure/window.js';
import type { ExploredFault } from '../../contracts/result/explore.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { formatDuration, parseShare } from '../../contracts/quantities/quantity-text.js';
import type { Fault, ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import type { Dish, Serving } from './menu.js';

/** A fault that can be tried, alone and with others. */
export interface Candidate extends ExploredFault {
  readonly fault: Fault;
}

/** All candidates in one plan: a set of them is the plan without the others. */
export interface Candidates {
  readonly plan: Plan;
  /** The variant with the faults of the file and all candidates. */
  readonly variant: Variant;
  readonly all: readonly Candidate[];
  /** Faults that their component cannot have, in words. */
  readonly impossible: readonly string[];
}

/**
 * The faults of the menu for every component and every edge between components. `span`: when they are active, from the
 * end of the warm-up. Edges of workloads are left out: they are not part of the system.
 */
export function candidatesOf(
  variant: Variant,
  file: ScenarioFile,
  menu: readonly Dish[],
  span: Span,
): Candidates {
  const plan = compile(variant, file);
  const wanted = menu.flatMap((dish) => {
    const { strength, onComponent, onEdge } = dish;
    const made = (place: string, serving: Serving | null): readonly Candidate[] =>
      serving === null ? [] : [candidate(place, dish.name, serving, { span, variant })];
    return [
      ...plan.components
        .filter(isPlaced)
        .flatMap(({ name, instances }) => made(name, onComponent(name, instances, strength))),
      ...edgeNames(plan).flatMap((edge) => made(edge, onEdge(edge, strength))),
    ];
  });
  let all: readonly Candidate[] = wanted;
  for (;;) {
    const own = withCandidates(variant, all);
    try {
      const whole = compile(own, file);
      const impossible = wanted.filter((one) => !all.includes(one)).map(({ words }) => words);
      return { plan: whole, variant: own, all, impossible };
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      const refused = new Set(error.problems.map(({ where }) => where.replace(/^faults\./, '')));
      const left = all.filter(({ fault }) => !refused.has(fault.id));
      if (left.length === all.length) throw error;
      all = left;
    }
  }
}

function withCandidates(variant: Variant, all: readonly Candidate[]): Variant {
  const { scenario } = variant;
  const faults = [...scenario.faults, ...all.map(({ fault }) => fault)];
  return { ...variant, scenario: { ...scenario, faults } };
}

/** Edges between two components of the system. */
function edgeNames(plan: Plan): readonly string[] {
  const names = plan.statEdges.flatMap(({ from, to }) => {
    const [caller, callee] = [from, to].map((part) => plan.components[plan.parts[part].component]);
    const isOwn = caller!.kind !== 'workload' && caller !== callee;
    return isOwn ? [`${caller!.name}->${callee!.name}`] : [];
  });
  return [...new Set(names)].sort();
}

function candidate(
  place: string,
  id: string,
  { kind, fields, words }: Serving,
  { span, variant }: { readonly span: Span; readonly variant: Variant },
): Candidate {
  const { share, instances, ...own } = fields;
  const found = faultKind(kind);
  invariant(found !== undefined, 'explore-fault-kind');
  const length = formatDuration(span.untilNs - span.fromNs);
  // A component is down or slow as a whole, which a database with replicas is only in all of its nodes.
  const database = variant.scenario.databases.get(place) ?? null;
  const isWhole = instances === undefined && database !== null && database.replication !== null;
  const all = isWhole && meansPrimary(found!) ? { role: 'all' } : {};
  const shown = Object.entries({ ...fields, ...all }).map(
    ([field, value]) => `, ${field}: ${value}`,
  );
  return {
    place,
    words,
    yaml: `- { id: ${place.replace('->', '-')}-${id}, kind: ${kind}, target: ${place}${shown.join('')}, at: ${formatDuration(span.fromNs)}, for: ${length} }`,
    fault: {
      // No fault of a scenario can have this id.
      id: `${place}/${id}`,
      kind,
      target: [place],
      optional: false,
      between: null,
      config: found!.schema.parse(own),
      instances: instances === undefined ? { kind: 'all' } : { kind: 'count', count: 1 },
      zone: null,
      version: null,
      role: null,
      labels: new Map(),
      share: share === undefined ? 1 : parseShare(share),
      spans: [{ fromNs: span.fromNs, untilNs: span.untilNs }],
      jitterNs: 0,
      probability: 1,
      group: null,
      when: null,
      ramp: null,
    },
  };
}
