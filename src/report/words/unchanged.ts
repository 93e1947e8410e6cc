import type { VariantResult } from '../../contracts/result/result.js';
import { strongList, type Words } from '../base/emphasis.js';
import { referenceOf } from '../view/reference.js';
import type { View } from '../view/view.js';

/** Most variants that are named. */
const NAMED = 3;

/**
 * The variants of which every run has the course of the variant that they are compared with: `longer-queue changes nothing
 * in these runs.` Their figures are no result. Empty without one.
 */
export function unchangedWords(view: View): Words {
  const same = view.result.variants.filter((variant) => {
    const other = referenceOf(view, variant);
    return other !== variant && haveSameCourse(variant, other);
  });
  if (same.length === 0) return [];
  const names = same.slice(0, NAMED).map(({ name }) => name);
  const left = same.length - names.length;
  const more = left > 0 ? ` and ${left} more` : '';
  const verb = same.length === 1 ? 'changes' : 'change';
  return [...strongList(names), `${more} ${verb} nothing in these runs.`];
}

function haveSameCourse(one: VariantResult, two: VariantResult): boolean {
  const [own, others] = [one.perReplication, two.perReplication];
  return (
    own.length > 0 &&
    own.length === others.length &&
    own.every(({ digest }, run) => digest === others[run]!.digest)
  );
}
