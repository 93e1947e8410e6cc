import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { type Explained, wordsOf } from '../view/explained.js';
import { listed } from '../base/format.js';
import { harmedWords, harmWords, insteadWords, leftWords, type Harmed } from './harm-words.js';
import { metastabilityWords } from './metastability-words.js';
import { effectiveSentences, interventionSentences } from './intervention-words.js';
import { allOf, capitalised } from '../../text/words.js';
import { unseenFinding, unseenProofWords } from './unseen-proof-words.js';

/** Words for what the faults of a variant, and its other possible causes, have to do with its harm. */
export function causeSentence(explained: Explained): string {
  return sentencesOf(explained, interventionSentences(explained.own));
}

/** The same in two parts: a heading such as `Cause: “psp hangs”`, else the change that shows most, and what is said after it. */
export function causeParts(explained: Explained): {
  readonly title: string;
  readonly rest: string;
} {
  const { faults } = explained.own;
  const whole = causeSentence(explained);
  const [head] = faults.length === 0 ? [''] : faultWords(explained);
  if (head === '' || !whole.startsWith(head))
    return { title: whole.split(/: | \(|\.(?: |$)/u, 1)[0]!, rest: whole };
  return { title: head, rest: capitalised(whole.slice(head.length).replace(/^[.:] ?/u, '')) };
}

/** The same without interventions that change nothing: for a terminal, where no table lists what was tried. */
export function causeLine(explained: Explained): string {
  return sentencesOf(explained, effectiveSentences(explained.own));
}

/** The same without what was tried: below an answer that names the change to make. */
export function faultLine(explained: Explained): string {
  return sentencesOf(explained, [], hasShown(explained.own));
}

/** Whether some change averts harm, whose effect the answer names. */
function hasShown({ interventions }: Counterfactuals): boolean {
  return interventions.some(({ role }) => HELPS.has(role));
}

const HELPS: ReadonlySet<InterventionRole> = new Set(['cause', 'sustainer', 'remedy', 'part']);

/** `isShown`: what the answer above says has shown a cause. */
function sentencesOf(
  explained: Explained,
  interventions: readonly string[],
  isShown = false,
): string {
  const { own } = explained;
  const faults = own.faults.length === 0 ? [] : [faultWords(explained).join('')];
  const stuck = metastabilityWords(own);
  const changes = [
    ...unseenProofWords(explained),
    ...(stuck === null ? [] : [stuck]),
    ...interventions,
  ];
  const isOlder = own.faults.some(({ role }) => role !== 'none') && 2 * own.background > own.harm;
  // Without the only fault is without any.
  const single = own.faults.length === 1 ? [] : faults;
  const sentences = isOlder
    ? [`Without any fault ${insteadWords(backgroundOf(own), own)}.`, ...changes, ...single]
    : [...faults, ...changes];
  const none = isShown ? '' : '; no run shows a cause';
  const told = sentences.length === 0 ? [`${harmWords(own)}${none}.`] : sentences;
  return [...told, ...runsWords(explained)].join(' ');
}

/** Which runs the counts are of, where there are several: `Counts are those of run 1 of 3.` */
function runsWords({ variant, own }: Explained): readonly string[] {
  const all = variant.perReplication.length;
  if (all < 2 || own.harm < 0.5) return [];
  const what = own.replications === 1 ? 'those' : 'means';
  return [`Counts are ${what} of ${repeatedRuns({ variant, own }, allOf(all, 'run'))}.`];
}

/** The runs that were repeated: `run 1 of 5`, `runs 1 to 3 of 5`; `whole`: all of them. */
export function repeatedRuns({ variant, own }: Explained, whole: string): string {
  const [made, all] = [own.replications, variant.perReplication.length];
  if (made === all) return whole;
  return `${made === 1 ? 'run 1' : `runs 1 to ${formatCount(made)}`} of ${formatCount(all)}`;
}

/** The harm that is there without any fault. */
function backgroundOf({ background, backgroundFailed }: Counterfactuals): Harmed {
  return { harm: background, failed: backgroundFailed };
}

/** The harm that is there without a fault; with it if no such run was made. */
export function withoutOf(
  own: Counterfactuals,
  { without, withoutFailed }: CounterfactualFault,
): Harmed {
  return without === null ? own : { harm: without, failed: withoutFailed };
}

/** What the faults have to do with the harm: the finding without counts, and the rest of its sentence and further ones. */
function faultWords({ variant, own }: Explained): readonly [finding: string, rest: string] {
  const { harm, background, faults } = own;
  const total = harm - background;
  if (total <= 0 || faults.every(({ role }) => role === 'none')) {
    const unseen = unseenFinding({ variant, own });
    if (unseen !== null) return [unseen, '.'];
    if (harm < 0.5) return ['No request fails or is slow, with the faults or without them', '.'];
    const instead = insteadWords(backgroundOf(own), own);
    return ['The faults are not the cause', `: without them ${instead}.`];
  }
  const by = (role: CausalRole): readonly CounterfactualFault[] =>
    faults.filter((one) => one.role === role);
  const quoted = (some: readonly CounterfactualFault[]): string => quotedWords(variant, some);
  const remain = (some: readonly CounterfactualFault[]): string => remainWords(variant, own, some);
  const ofOf = (some: readonly CounterfactualFault[]): string =>
    `Of ${harmedWords(
      own,
      some.map((one) => withoutOf(own, one)),
    )}`;
  const equals = equalsOf(own, by('cause'), by('part'));
  const causes = [...by('cause'), ...equals];
  const worse = by('amplifier');
  const causeWords = (): readonly [string, string] => {
    // Another one that the runs do not decide about may be a cause too.
    const one = by('undecided').length > 0 ? 'A cause' : 'Cause';
    const several = equals.length > 0 ? 'Causes of about equal parts' : 'Causes';
    const isEach = causes.every((cause) => harm - (cause.without ?? harm) < total / 2);
    const rest = `. ${ofOf(causes)}, ${remain(causes)}.`;
    if (causes.length > 1 && isEach && equals.length === 0)
      return [`${quoted(causes)} are each enough`, rest];
    const finding = `${causes.length > 1 ? several : one}: ${quoted(causes)}`;
    const added = causes.length > 1 ? null : addedWords(variant, own, causes[0]!);
    if (added !== null) return ['', added];
    const alone = causes.length > 1 ? null : aloneWords(own, causes[0]!);
    return [finding, alone === null ? rest : `. Alone it does ${alone}.`];
  };
  const isTold = causes.length > 0 || worse.length > 1;
  const [finding, rest] = !isTold
    ? togetherWords(own)
    : causes.length > 0
      ? causeWords()
      : [`Only together ${quoted(worse)} do harm`, `. ${ofOf(worse)}, ${remain(worse)}.`];
  if (!isTold && faults.every(isUnmade)) return [finding, rest];
  const sentences: string[] = [];
  if (worse.length > 0 && (causes.length > 0 || worse.length === 1)) {
    const [makes, does] = worse.length === 1 ? ['makes', 'does'] : ['make', 'do'];
    sentences.push(
      `${quoted(worse)} ${makes} it worse, but alone ${does} no harm: ${remain(worse)}.`,
    );
  }
  const others = (role: CausalRole): Some => by(role).filter((one) => !equals.includes(one));
  const further = restSentences(variant, others, quoted, remain);
  return [finding, [rest, ...sentences, ...further].join(' ')];
}

function isUnmade({ averted }: CounterfactualFault): boolean {
  return averted.value === null;
}

/** The words where no fault, and no pair of them, is the cause alone. */
function togetherWords(own: Counterfactuals): readonly [finding: string, rest: string] {
  const background = backgroundOf(own);
  const isOpen = own.faults.some(({ role }) => role === 'undecided');
  const isUntold = own.faults.every(isUnmade);
  if (!isOpen && !isUntold)
    return ['No single fault does half of the harm', `: ${harmedWords(own)} in all.`];
  const left = leftWords(background, own);
  const which = isUntold ? ' No run shows which one; --explain does.' : '';
  const rest = `: of ${harmedWords(own, [background])}, ${left} remain without them.${which}`;
  return ['The faults together are the cause', rest];
}

/** Share of the harm that a cause averts from which another fault is its equal. */
const EQUAL = 0.8;

type Some = readonly CounterfactualFault[];

/** Parts that avert nearly as much as the only cause: they are no smaller parts. */
function equalsOf({ harm }: Counterfactuals, causes: Some, parts: Some): Some {
  const averts = ({ without }: CounterfactualFault): number => harm - (without ?? harm);
  return parts.filter((one) => causes.length === 1 && averts(one) >= EQUAL * averts(causes[0]!));
}

/** Faults that are no cause, by their roles. */
function restSentences(
  variant: VariantResult,
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
  // A fault that waits for an alert that stays silent has shown nothing.
  const begins = ({ fault }: CounterfactualFault): boolean =>
    variant.faults.find(({ id }) => id === fault)?.spans.length !== 0;
  const [begun, absent] = [nothing.filter(begins), nothing.filter((one) => !begins(one))];
  const where = variant.perReplication.length > 1 ? ' in run 1' : '';
  if (begun.length > 0) sentences.push(`No difference: ${quoted(begun)}.`);
  if (absent.length > 0) sentences.push(`No start${where}: ${quoted(absent)}.`);
  const isMade = ({ averted }: CounterfactualFault): boolean => averted.value !== null;
  const unknown = by('undecided').filter(isMade);
  if (unknown.length > 0) sentences.push(`The runs do not decide about ${quoted(unknown)}.`);
  const unmade = by('undecided').filter((one) => !isMade(one));
  if (unmade.length > 0)
    sentences.push(`No run shows the part of ${quoted(unmade)}; --explain does.`);
  return sentences;
}

function quotedWords(variant: VariantResult, some: readonly CounterfactualFault[]): string {
  return listed(some.map(({ fault }) => `“${wordsOf(variant, fault)}”`));
}

/** `35 remain without the fault`; of several `35 remain without “a” and 40 without “b”`. */
function remainWords(
  variant: VariantResult,
  own: Counterfactuals,
  some: readonly CounterfactualFault[],
): string {
  const all = some.map((one) => withoutOf(own, one));
  const left = all.map((one) => leftWords(one, own, all));
  const verb = left[0] === '1' ? 'remains' : 'remain';
  if (some.length === 1) return `${left[0]!} ${verb} without the fault`;
  const each = some.map(
    (one, k) => `${left[k]!}${k === 0 ? ` ${verb}` : ''} without ${quotedWords(variant, [one])}`,
  );
  return listed(each);
}

/** A fault of which only the runs with it alone exist: `3 of the harm of 12 failed or slow requests`; null for others. */
export function aloneWords(
  { harm, background }: Counterfactuals,
  { without, alone }: CounterfactualFault,
): string | null {
  if (without !== null || alone === null) return null;
  const [own, all] = [alone - background, harm].map((count) => formatCount(Math.round(count)));
  return alone - background > harm
    ? `more harm than with the others: ${own} failed or slow requests instead of ${all}`
    : `${own} of the harm of ${all} failed or slow requests`;
}

/** A fault beside harm that is mostly there without any fault; null if the faults do most of the harm. */
function addedWords(
  variant: VariantResult,
  own: Counterfactuals,
  row: CounterfactualFault,
): string | null {
  if (2 * own.background <= own.harm) return null;
  return `Without “${wordsOf(variant, row.fault)}” ${insteadWords(withoutOf(own, row), own)}.`;
}

/** Share of the harm above the background. */
export function shareWords({ harm, background }: Counterfactuals, value: number | null): string {
  const total = harm - background;
  return value === null || total <= 0 ? '–' : formatShare(value / total);
}
