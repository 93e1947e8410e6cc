import type { VariantResult } from '../../contracts/result/result.js';
import { isLeftWaiting } from '../families/unseen.js';
import { isWorse, type Figure } from './difference.js';
import { loadGroups, withLoadOf, type Compared } from './reference.js';

/** The variants that are ranked: those that finished, and that have the load of the baseline. */
export function rankedTogether(all: Compared): readonly VariantResult[] {
  return withLoadOf(all, all.baseline);
}

/**
 * The variants that another one with the same load beats in success or in goodput, beyond chance and the margin, and those that leave a
 * backlog where another one leaves none. However fast or cheap they are, they are never called the best.
 */
export function outdone(all: Compared): ReadonlySet<string> {
  const known = OUTDONE.get(all.result);
  if (known !== undefined) return known;
  const names = new Set<string>();
  OUTDONE.set(all.result, names);
  const figures = servedFigures(all);
  for (const variants of loadGroups(all)) {
    for (const one of variants) {
      if (figures.some((figure) => variants.some((other) => isWorse(all, figure, one, other))))
        names.add(one.name);
    }
    const leaving = variants.filter((one) => isLeftWaiting(all, one));
    if (leaving.length < variants.length) for (const { name } of leaving) names.add(name);
  }
  return names;
}

/** By result, because every column of a page asks for it. */
const OUTDONE = new WeakMap<Compared['result'], ReadonlySet<string>>();

/** Success and goodput over all workloads, compared under the name of the only one. */
function servedFigures({ result }: Compared): readonly Figure[] {
  const workloads = result.topology.nodes.filter(({ kind }) => kind === 'workload');
  const figure = (key: 'success' | 'goodput', unit: Figure['unit']): Figure => ({
    key,
    better: 'more',
    unit,
    pick: (v) => v.summary[key],
    paths: workloads.length === 1 ? [`${workloads[0]!.name}.${key}`] : [],
  });
  return [figure('success', 'share'), figure('goodput', 'perSecond')];
}
