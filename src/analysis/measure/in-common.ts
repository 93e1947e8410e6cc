import { FAILURE_WORDS } from './outcome-words.js';
import { TraceTree } from './trace-tree.js';
import type { VariantData } from './variant-data.js';
import { kindIndex, isSuccess, OUTCOME_NAMES } from '../../contracts/outcome.js';
import { instanceName, partName } from '../../contracts/plan/names.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { InCommon, Trait } from '../../contracts/result/blame.js';
import { byCodeUnit } from '../../text/order.js';

/** Fewer traced requests of a kind show nothing. */
const ENOUGH = 10;
/** A trait of failed requests is this much more frequent than among good ones. Unit: share. */
const MORE = 0.2;
/** Most traits, and most for each kind of trait. */
const MOST = 8;
const EACH = 3;

/**
 * What most failed requests of users have and few good ones: their kind, what they met on the way. By the traced
 * requests of all runs; null with too few of either.
 */
export function inCommonOf({ plan, records }: VariantData): InCommon | null {
  const counts = new Map<string, { readonly trait: Named; failed: number; good: number }>();
  let [failed, good] = [0, 0];
  for (const record of records) {
    const tree = TraceTree.of(record.traces);
    for (const root of tree.roots()) {
      if (tree.rootEnd(root) < plan.warmupNs) continue;
      const isGood = isSuccess(record.traces.outcome[root]);
      if (isGood) good++;
      else failed++;
      for (const [key, trait] of traitsOf(plan, record, tree, root)) {
        let own = counts.get(key);
        if (own === undefined) counts.set(key, (own = { trait, failed: 0, good: 0 }));
        if (isGood) own.good++;
        else own.failed++;
      }
    }
  }
  if (failed < ENOUGH || good < ENOUGH) return null;
  const all = [...counts.values()].map(({ trait, ...own }): Trait => ({
    ...trait,
    failed: own.failed / failed,
    good: own.good / good,
  }));
  return { failed, good, traits: telling(all) };
}

type Named = Pick<Trait, 'kind' | 'value'>;

/** Those that are much more frequent among the failed ones, the clearest first. */
function telling(all: readonly Trait[]): readonly Trait[] {
  const kinds = new Map<string, number>();
  return all
    .filter((trait) => trait.failed - trait.good >= MORE)
    .sort(
      (a, b) =>
        b.failed - b.good - (a.failed - a.good) ||
        byCodeUnit(a.kind, b.kind) ||
        byCodeUnit(a.value, b.value),
    )
    .filter(({ kind }) => {
      const known = kinds.get(kind) ?? 0;
      kinds.set(kind, known + 1);
      return known < EACH;
    })
    .slice(0, MOST);
}

/** The traits of one request, each once. */
function traitsOf(
  plan: Plan,
  { traces }: RunRecord,
  tree: TraceTree,
  root: number,
): ReadonlyMap<string, Named> {
  const traits = new Map<string, Named>();
  const add = (kind: Trait['kind'], value: string): void => {
    traits.set(`${kind} ${value}`, { kind, value });
  };
  add('request', partName(plan, traces.part[root]));
  const open = [...tree.childrenOf(root)];
  while (open.length > 0) {
    const row = open.pop()!;
    open.push(...tree.childrenOf(row));
    const { from } = plan.statEdges[traces.edge[row]];
    const edge = `${componentOf(plan, from)}->${componentOf(plan, traces.part[row])}`;
    add('call', edge);
    if (traces.attempt[row] > 1) add('retry', edge);
    const outcome = OUTCOME_NAMES[kindIndex(traces.outcome[row])];
    const words = outcome === undefined ? undefined : FAILURE_WORDS.get(outcome);
    if (words !== undefined) add('ends', `${edge}: ${words}`);
    addPlace(plan, traces.instance[row], add);
  }
  return traits;
}

/** Where an attempt was served: only what tells instances of a component apart. */
function addPlace(
  plan: Plan,
  instance: number,
  add: (kind: Trait['kind'], value: string) => void,
): void {
  if (instance < 0) return;
  const { component } = plan.instances[instance];
  const { name, versions, instances } = plan.components[component];
  if (instances > 1) add('instance', instanceName(plan, instance));
  const version = versions?.ofPlace[plan.instances[instance].index];
  if (versions !== null && version !== undefined)
    add('version', `${name}@${versions.names[version]}`);
}

function componentOf({ parts, components }: Plan, part: number): string {
  return components[parts[part].component].name;
}
