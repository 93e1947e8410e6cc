import type { Ns } from '../../kernel/time.js';
import type { Plan, PlanBundle, PlanEdge, PlanFault } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { addedFault } from './added-fault.js';
import type { Intervention, Source } from './kind.js';

/** A pair of components between which calls are made, with some layers of these calls. */
export interface Pair {
  readonly from: number;
  readonly to: number;
  /** `front->mid`, as edges are named in results. */
  readonly name: string;
  /** `front to mid`. */
  readonly words: string;
}

type IsCut = (layer: Layer) => boolean;

/** The pairs of components whose calls have such a layer. Layers in a dry run count as absent. */
export function pairsWith(plan: Plan, isCut: IsCut): readonly Pair[] {
  return pairs(plan, ({ bundle }) =>
    plan.bundles[bundle]!.layers.some((layer) => !layer.dryRun && isCut(layer)),
  );
}

/** The pairs of components with such an edge between them. */
export function pairs(plan: Plan, isWanted: (edge: PlanEdge) => boolean): readonly Pair[] {
  const found = new Map<string, Pair>();
  for (const edge of plan.edges) {
    if (!isWanted(edge)) continue;
    const { from, to } = endsOf(plan, edge);
    const names = [from, to].map((id) => plan.components[id]!.name);
    const name = names.join('->');
    found.set(name, { from, to, name, words: names.join(' to ') });
  }
  return [...found.values()];
}

/** The edges between the components of a pair, such as `front->mid`. */
export function edgesOf(plan: Plan, name: string): readonly PlanEdge[] {
  return plan.edges.filter((edge) => {
    const { from, to } = endsOf(plan, edge);
    return `${plan.components[from]!.name}->${plan.components[to]!.name}` === name;
  });
}

/** For each pair of components: without such layers of its calls. `what`: `the retries`. Loops can be cut late. */
export function cuts(
  plan: Plan,
  isCut: IsCut,
  cause: Pick<Intervention, 'kind' | 'part'>,
  what: string,
): readonly Intervention[] {
  return pairsWith(plan, isCut).map((pair) => ({
    ...cause,
    subject: pair.name,
    words: `without ${what} of ${pair.words}`,
    apply: (source) => withoutLayers(source.plan, pair, isCut),
    ...(cause.part === 'loop' && {
      applyFrom: (source: Source, fromNs: Ns) =>
        withoutLayersFrom(source.plan, [pair], isCut, fromNs),
    }),
  }));
}

/** The plan in which the calls between two components lack some layers. */
export function withoutLayers(plan: Plan, pair: Pair, isCut: IsCut): Plan {
  const { bundles, bare } = bareBundles(plan, isCut);
  const edges = plan.edges.map((edge) => (isOf(plan, edge, pair) ? bare(edge) : edge));
  return { ...plan, bundles, edges };
}

/**
 * The plan in which calls between the components of some pairs that begin at a time or later lack some layers. null if
 * the configuration changes during the run anyway.
 */
export function withoutLayersFrom(
  plan: Plan,
  cut: readonly Pair[],
  isCut: IsCut,
  fromNs: Ns,
): Plan | null {
  if (plan.changes !== null) return null;
  const { bundles, bare } = bareBundles(plan, isCut);
  const added: PlanEdge[] = [];
  const edges = plan.edges.map((edge, index) => {
    if (!cut.some((pair) => isOf(plan, edge, pair))) return edge;
    const number = plan.edges.length + added.push(bare(edge)) - 1;
    return { ...edge, changed: [index, number] };
  });
  const callers = new Set(cut.map(({ from }) => from));
  const change: PlanFault = {
    ...addedFault('change', { fromNs, untilNs: plan.horizonNs }),
    knobs: ['configured'],
    instances: [...callers].flatMap((id) => {
      const { firstInstance, instances } = plan.components[id]!;
      return Array.from({ length: instances }, (_, index) => firstInstance + index);
    }),
  };
  return {
    ...plan,
    bundles,
    edges: [...edges, ...added],
    faults: [...plan.faults, change],
    changes: { faults: [plan.faults.length], states: [[0], [1]], settings: [] },
  };
}

/** The bundles with a bare copy of those that have such a layer, and an edge that uses the copy. */
function bareBundles(
  plan: Plan,
  isCut: IsCut,
): { readonly bundles: readonly PlanBundle[]; bare(edge: PlanEdge): PlanEdge } {
  const bundles = [...plan.bundles];
  const copies = new Map<number, number>();
  plan.bundles.forEach((bundle, index) => {
    if (!bundle.layers.some(isCut)) return;
    const layers = bundle.layers.filter((layer) => !isCut(layer));
    // The id names the state of the other layers, which the calls still share.
    copies.set(index, bundles.push({ ...bundle, layers }) - 1);
  });
  const bare = (edge: PlanEdge): PlanEdge => {
    const copy = copies.get(edge.bundle);
    if (copy === undefined) return edge;
    const { layers } = plan.bundles[edge.bundle]!;
    const asks = edge.asks?.filter((_, k) => !isCut(layers[k]!)) ?? null;
    return { ...edge, bundle: copy, asks };
  };
  return { bundles, bare };
}

function isOf(plan: Plan, edge: PlanEdge, pair: Pair): boolean {
  const { from, to } = endsOf(plan, edge);
  return from === pair.from && to === pair.to;
}

function endsOf({ parts }: Plan, edge: PlanEdge): { readonly from: number; readonly to: number } {
  return { from: parts[edge.from]!.component, to: parts[edge.to]!.component };
}
