import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
} from '../spec/result/counterfactual.js';
import type { VariantResult } from '../spec/result/result.js';
import { formatCount, formatShare } from '../text/figures.js';
import { type Explained, wordsOf } from './explained.js';
import { listed } from './format.js';
import { metastabilityWords } from './metastability-words.js';
import { effectiveSentences, interventionSentences } from './intervention-words.js';
import { unseenProofWords } from './unseen-proof-words.js';

/** Words for what the faults of a variant, and its other possible causes, have to do with its harm. */
export function causeSentence(explained: Explained): string {
  return sentencesOf(explained, interventionSentences(explained.own));
}

/** The same without interventions that change nothing: for the terminal, where no table lists what was tried. */
export function causeLine(explained: Explained): string {
  return sentencesOf(explained, effectiveSentences(explained.own));
}

function sentencesOf(explained: Explained, interventions: readonly string[]): string {
  const { own } = explained;
  const faults = own.faults.length === 0 ? [] : [faultSentence(explained)];
  const stuck = metastabilityWords(own);
  const changes = [
    ...unseenProofWords(explained),
    ...(stuck === null ? [] : [stuck]),
    ...interventions,
  ];
  const isOlder = own.faults.some(({ role }) => role !== 'none') && 2 * own.background > own.harm;
  const sentences = isOlder
    ? [
        `Without any fault ${harmWords(own.background)}, of ${formatCount(Math.round(own.harm))} with them.`,
        ...changes,
        ...faults,
      ]
    : [...faults, ...changes];
  if (sentences.length === 0) return `${harmWords(own.harm)}; no run shows a cause.`;
  return sentences.join(' ');
}

function harmWords(harm: number): string {
  const count = Math.round(harm);
  return count === 1
    ? '1 request fails or is slow'
    : `${formatCount(count)} requests fail or are slow`;
}

function faultSentence({ variant, own }: Explained): string {
  const { harm, background, faults } = own;
  const total = harm - background;
  const of = `${formatCount(Math.round(harm))} failed or slow requests`;
  if (total <= 0 || faults.every(({ role }) => role === 'none')) {
    if (unseenProofWords({ variant, own }).length > 0)
      return 'Without the faults as many requests of users fail or are slow.';
    if (harm < 0.5) return 'No request fails or is slow, with the faults or without them.';
    return `The faults are not the cause: ${harmWords(background)} without them, and ${formatCount(Math.round(harm))} with them.`;
  }
  const by = (role: CausalRole): readonly CounterfactualFault[] =>
    faults.filter((one) => one.role === role);
  const quoted = (some: readonly CounterfactualFault[]): string => quotedWords(variant, some);
  const remain = (some: readonly CounterfactualFault[]): string => remainWords(variant, harm, some);
  const causes = by('cause');
  const worse = by('amplifier');
  const sentences: string[] = [];
  if (causes.length === 1) {
    // Another one that the runs do not decide about may be a cause too.
    const title = by('undecided').length > 0 ? 'A cause' : 'Cause';
    sentences.push(
      addedWords(variant, own, causes[0]!) ??
        `${title}: ${quoted(causes)}. Of ${of}, ${remain(causes)}.`,
    );
  } else if (causes.length > 1) {
    const isEach = causes.every((one) => harm - (one.without ?? harm) < total / 2);
    sentences.push(
      isEach
        ? `${quoted(causes)} are each enough. Of ${of}, ${remain(causes)}.`
        : `Causes: ${quoted(causes)}. Of ${of}, ${remain(causes)}.`,
    );
  } else if (worse.length > 1) {
    sentences.push(`Only together ${quoted(worse)} do harm. Of ${of}, ${remain(worse)}.`);
  } else if (faults.every(({ averted }) => averted.value === null)) {
    const rest = formatCount(Math.round(background));
    return `The faults together are the cause: of ${of}, ${rest} remain without them. No run shows which one; \`--explain\` does.`;
  } else {
    sentences.push(`No single fault does half of the harm of ${of}.`);
  }
  if (worse.length > 0 && (causes.length > 0 || worse.length === 1)) {
    const [makes, does] = worse.length === 1 ? ['makes', 'does'] : ['make', 'do'];
    sentences.push(
      `${quoted(worse)} ${makes} it worse, but alone ${does} no harm: ${remain(worse)}.`,
    );
  }
  return [...sentences, ...restSentences(by, quoted, remain)].join(' ');
}

type Some = readonly CounterfactualFault[];

/** Faults that are no cause, by their roles. */
function restSentences(
  by: (role: CausalRole) => Some,
  quoted: (some: Some) => string,
  remain: (some: Some) => string,
): readonly string[] {
  const sentences: string[] = [];
  const parts = by('part');
  if (parts.length > 0) sentences.push(`A smaller part: ${quoted(parts)}; ${remain(parts)}.`);
  const less = by('protection');
  if (less.length > 0) sentences.push(`More harm without ${quoted(less)}: ${remain(less)}.`);
  const nothing = by('none');
  if (nothing.length > 0) sentences.push(`No difference: ${quoted(nothing)}.`);
  const isMade = ({ averted }: CounterfactualFault): boolean => averted.value !== null;
  const unknown = by('undecided').filter(isMade);
  if (unknown.length > 0) sentences.push(`The runs do not decide about ${quoted(unknown)}.`);
  const unmade = by('undecided').filter((one) => !isMade(one));
  if (unmade.length > 0)
    sentences.push(`No run shows the part of ${quoted(unmade)}; \`--explain\` does.`);
  return sentences;
}

function quotedWords(variant: VariantResult, some: readonly CounterfactualFault[]): string {
  return listed(some.map(({ fault }) => `“${wordsOf(variant, fault)}”`));
}

/** `35 remain without it`; of several `35 remain without “a” and 40 without “b”`. */
function remainWords(
  variant: VariantResult,
  harm: number,
  some: readonly CounterfactualFault[],
): string {
  const left = (one: CounterfactualFault): number => Math.round(one.without ?? harm);
  const verb = left(some[0]!) === 1 ? 'remains' : 'remain';
  if (some.length === 1) return `${formatCount(left(some[0]!))} ${verb} without it`;
  const each = some.map(
    (one, k) =>
      `${formatCount(left(one))}${k === 0 ? ` ${verb}` : ''} without ${quotedWords(variant, [one])}`,
  );
  return listed(each);
}

/** A fault beside harm that is mostly there without any fault; null if the faults do most of the harm. */
function addedWords(
  variant: VariantResult,
  { harm, background }: Counterfactuals,
  { fault, without }: CounterfactualFault,
): string | null {
  if (2 * background <= harm) return null;
  return `“${wordsOf(variant, fault)}” adds ${formatCount(Math.round(harm - (without ?? harm)))}.`;
}

/** Share of the harm above the background. */
export function shareWords({ harm, background }: Counterfactuals, value: number | null): string {
  const total = harm - background;
  return value === null || total <= 0 ? '–' : formatShare(value / total);
}
