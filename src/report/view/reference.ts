import type { Result, VariantResult } from '../../contracts/result/result.js';
import { flow } from '../../text/flow.js';

/** A result and its baseline: a view, or the two that one is made from. */
export interface Compared {
  readonly result: Result;
  readonly baseline: VariantResult;
}

/** The variant that another one is compared with: the first with its load, itself if it is the first. */
export function referenceOf({ result, baseline }: Compared, variant: VariantResult): VariantResult {
  if (variant.otherLoad !== true) return baseline;
  return result.variants.find(({ name }) => name === variant.reference) ?? variant;
}

/** Whether two variants have the same load. Only such variants are compared. */
export function haveSameLoad(all: Compared, one: VariantResult, two: VariantResult): boolean {
  return referenceOf(all, one).name === referenceOf(all, two).name;
}

/** The finished variants that have the load of another one, in the order of the result. */
export function withLoadOf(all: Compared, one: VariantResult): readonly VariantResult[] {
  return all.result.variants.filter(
    (other) => other.unfinished === undefined && haveSameLoad(all, other, one),
  );
}

/** The finished variants by load, those with the load of the baseline first; never empty lists. */
export function loadGroups(all: Compared): readonly (readonly VariantResult[])[] {
  const first = [all.baseline, ...all.result.variants].map((one) => referenceOf(all, one));
  return [...new Set(first)].map((one) => withLoadOf(all, one)).filter(({ length }) => length > 0);
}

/** The variants with which others are compared: `today`, or `today (high-fixed to high)`. */
export function referencesText(all: Compared): string {
  const own = all.result.variants.flatMap((variant) => {
    const { name } = referenceOf(all, variant);
    const isOther = variant.otherLoad === true && name !== variant.name;
    return isOther ? [`${variant.name} to ${name}`] : [];
  });
  return own.length === 0 ? all.baseline.name : `${all.baseline.name} (${own.join(', ')})`;
}

/** The paths at which the load or the faults of two variants differ: they answer different questions. */
export function questionsBetween(one: VariantResult, two: VariantResult): readonly string[] {
  const of = ({ changes = [] }: VariantResult): ReadonlyMap<string, string> =>
    new Map(changes.flatMap(({ path, to, isQuestion }) => (isQuestion ? [[path, flow(to)]] : [])));
  const [own, other] = [of(one), of(two)];
  return [...new Set([...own.keys(), ...other.keys()])].filter(
    (path) => own.get(path) !== other.get(path),
  );
}

/**
 * The variant that an advised one takes the place of: the baseline; for the baseline, and where that answers another
 * question, the one that the report is about.
 */
export function replacedBy(
  {
    baseline,
    worstVariant,
  }: { readonly baseline: VariantResult; readonly worstVariant: VariantResult },
  variant: VariantResult,
): VariantResult {
  const isOther = variant === baseline || questionsBetween(variant, baseline).length > 0;
  return isOther ? worstVariant : baseline;
}
