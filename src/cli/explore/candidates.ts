import { faultKind } from '../../patterns/registry.js';
import { invariant } from '../../kernel/invariant.js';
import { compile } from '../../plan/compile.js';
import { PlanError } from '../../plan/problem.js';
import { isPlaced } from '../../analysis/measure/variant-data.js';
import type { Span } from '../../analysis/measure/window.js';
import type { ExploredFault } from '../../spec/result/explore.js';
import type { Plan, PlanComponent } from '../../spec/plan/plan.js';
import { formatDuration, parseShare } from '../../spec/quantities/quantity-text.js';
import type { Fault, ScenarioFile, Variant } from '../../spec/scenario/scenario.js';
import type { Dish } from './menu.js';

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
  const wanted = menu.flatMap((dish) => [
    ...plan.components.filter(isPlaced).flatMap((component) => ofComponent(dish, component, span)),
    ...edgeNames(plan).flatMap((edge) => ofEdge(dish, edge, span)),
  ]);
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

function ofComponent(
  { kind, strength }: Dish,
  { name, instances }: PlanComponent,
  span: Span,
): readonly Candidate[] {
  const at = { place: name, span };
  switch (kind) {
    case 'down':
      return [made(at, { id: 'down', kind: 'crash', fields: {}, words: `${name} is down` })];
    case 'instance': {
      const words = `1 of ${instances} instances of ${name} is down`;
      const one = { id: 'instance', kind: 'crash', fields: { instances: 1 }, words };
      return instances < 2 ? [] : [made(at, one)];
    }
    case 'slow': {
      const words = `${name} is ${strength}x slower`;
      return [made(at, { id: 'slow', kind: 'slow', fields: { factor: Number(strength) }, words })];
    }
    case 'errors': {
      const words = `${name} fails ${strength} of its requests`;
      return [made(at, { id: 'errors', kind: 'error', fields: { share: strength }, words })];
    }
    case 'latency':
    case 'loss':
      return [];
  }
}

function ofEdge({ kind, strength }: Dish, place: string, span: Span): readonly Candidate[] {
  if (kind === 'latency') {
    const words = `${place} takes ${strength} longer`;
    const fields = { add: strength };
    return [made({ place, span }, { id: 'latency', kind: 'latency', fields, words })];
  }
  if (kind !== 'loss') return [];
  const words = `${place} loses ${strength} of its packets`;
  return [made({ place, span }, { id: 'loss', kind: 'loss', fields: { share: strength }, words })];
}

interface Wanted {
  readonly id: string;
  readonly kind: string;
  /** As in a scenario. */
  readonly fields: Readonly<Record<string, string | number>>;
  readonly words: string;
}

function made(
  { place, span }: { readonly place: string; readonly span: Span },
  { id, kind, fields, words }: Wanted,
): Candidate {
  const { share, instances, ...own } = fields;
  const found = faultKind(kind);
  invariant(found !== undefined, 'explore-fault-kind');
  const length = formatDuration(span.untilNs - span.fromNs);
  const shown = Object.entries(fields).map(([field, value]) => `, ${field}: ${value}`);
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
