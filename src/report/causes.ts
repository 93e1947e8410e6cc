import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
} from '../spec/result/counterfactual.js';
import type { VariantResult } from '../spec/result/result.js';
import { formatCount, formatShare } from '../text/figures.js';
import { plural } from '../text/words.js';
import { listed } from './format.js';

/** A variant with its runs without faults. */
export interface Explained {
  readonly variant: VariantResult;
  readonly own: Counterfactuals;
}

/** The variants that were run again without their faults. */
export function explainedOf(variants: readonly VariantResult[]): readonly Explained[] {
  return variants.flatMap((variant) =>
    variant.counterfactuals === undefined ? [] : [{ variant, own: variant.counterfactuals }],
  );
}

/** Words for what the faults of a variant have to do with its harm. */
export function causeSentence({ variant, own }: Explained): string {
  const { harm, background, faults } = own;
  const total = harm - background;
  if (total <= 0 || faults.every(({ role }) => role === 'none')) {
    return harm < 1
      ? 'No request fails or is slow, with the faults or without them.'
      : `The faults are not the cause: ${requests(background)} per run fail or are slow without them, ${requests(harm)} with them.`;
  }
  const by = (role: CausalRole): readonly CounterfactualFault[] =>
    faults.filter((one) => one.role === role);
  const quoted = (some: readonly CounterfactualFault[]): string =>
    listed(some.map(({ fault }) => `“${wordsOf(variant, fault)}”`));
  const without = (some: readonly CounterfactualFault[]): string =>
    listed(some.map((one) => `${requests(one.without)} without ${quoted([one])}`));
  const causes = by('cause');
  const worse = by('amplifier');
  const all = `${requests(harm)} per run fail or are slow`;
  const sentences: string[] = [];
  if (causes.length === 0 && worse.length > 1) {
    sentences.push(`Only together they do harm: ${all}, but ${without(worse)}.`);
  } else if (causes.length === 0) {
    sentences.push(`No single fault does half of the harm: ${all}.`);
  } else if (causes.length > 1 && causes.every((one) => harm - one.without < total / 2)) {
    sentences.push(`Each of ${quoted(causes)} is enough: ${all}, and ${without(causes)}.`);
  } else {
    sentences.push(`Cause: ${quoted(causes)}. ${all}, but ${without(causes)}.`);
  }
  if (causes.length > 0 && worse.length > 0) {
    const verb = worse.length === 1 ? 'makes' : 'make';
    sentences.push(`${quoted(worse)} ${verb} it worse, but alone does no harm: ${without(worse)}.`);
  }
  const parts = by('part');
  if (parts.length > 0) sentences.push(`${quoted(parts)} changes it a little: ${without(parts)}.`);
  const nothing = by('none');
  if (nothing.length > 0) sentences.push(`Without ${quoted(nothing)} it would be the same.`);
  const unknown = by('undecided');
  if (unknown.length > 0) sentences.push(`The runs do not decide about ${quoted(unknown)}.`);
  return sentences.join(' ');
}

/** Description of a fault of a variant. */
export function wordsOf({ faults }: VariantResult, id: string): string {
  return faults.find((fault) => fault.id === id)?.words ?? id;
}

/** Share of the harm above the background. */
export function shareWords({ harm, background }: Counterfactuals, value: number | null): string {
  const total = harm - background;
  return value === null || total <= 0 ? '–' : formatShare(value / total);
}

function requests(count: number): string {
  return count >= 1.5 || count < 0.5
    ? `${formatCount(Math.round(count))} requests`
    : plural(1, 'request');
}
