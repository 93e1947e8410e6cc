import type { UnseenHarm, UnseenKind } from '../../contracts/result/counterfactual.js';
import { endingWords } from '../../analysis/story/ending-words.js';
import { PASSING } from '../../plan/interventions/index.js';
import { formatCount } from '../../text/figures.js';
import { capitalised, plural } from '../../text/words.js';
import { type Explained, wordsOf } from '../view/explained.js';
import { listed } from '../base/format.js';
import { DECISIVE } from './intervention-words.js';
import { waitingNoun, type MeteredParts, type WaitingNoun } from '../families/unseen.js';
import type { VariantResult } from '../../contracts/result/result.js';

/** Most kinds of harm that get a sentence. */
const MOST = 2;

/** By kind: how much of it there is, in words. */
const COUNTS: Readonly<
  Record<UnseenKind, (n: number, subject: string, noun: WaitingNoun) => string>
> = {
  unsettled: (n, subject) => plural(n, `broken ${subject} saga`),
  lost: (n, subject) => `${plural(n, 'lost effect')} of ${subject}`,
  repeated: (n, subject) => `${plural(n, 'repeated effect')} of ${subject}`,
  deadLettered: (n, subject) => `${plural(n, 'dead letter')} of ${subject}`,
  stale: (n, subject) => `${plural(n, 'stale read')} of ${subject}`,
  backlog: (n, subject, noun) =>
    `${plural(n, noun)} that ${n === 1 ? 'waits' : 'wait'} ${noun === 'row' ? 'in' : 'for'} ${subject} on average`,
};

/**
 * What the faults have to do with harm that no request shows: `Of 2 broken place-order sagas, 0 remain without “one
 * instance of orders crashes”.`
 */
export function unseenProofWords(explained: Explained): readonly string[] {
  return proofsOf(explained)
    .slice(0, MOST)
    .map(({ one, left }) => sentenceOf(explained.variant, one, left));
}

/** By kind: what faults do to its subject. */
const DONE: Readonly<Record<UnseenKind, (subject: string) => string>> = {
  unsettled: (subject) => `leave ${subject} sagas without a consistent end`,
  lost: (subject) => `lose effects of ${subject}`,
  repeated: (subject) => `repeat effects of ${subject}`,
  deadLettered: (subject) => `make dead letters of ${subject}`,
  stale: (subject) => `make reads of ${subject} stale`,
  backlog: (subject) => `make ${subject} fall behind`,
};

/** `The faults make jobs fall behind, and cost no request of users`; null where no run without a fault shows it. */
export function unseenFinding(explained: Explained): string | null {
  const found = proofsOf(explained).find(({ isByFaults }) => isByFaults);
  if (found === undefined) return null;
  const { kind, subject } = found.one;
  return `The faults ${DONE[kind](subject)}, and cost no request of users`;
}

/** The first of these sentences, the cause first, then shorter ones with fewer of its runs; empty without one. */
export function briefProofs(explained: Explained): readonly string[] {
  const [first] = proofsOf(explained);
  if (first === undefined || first.isTogether) return [];
  const { one, left } = first;
  const { variant } = explained;
  const brief = left.map((_, k) => causeFirst(variant, one, left.slice(0, left.length - k)));
  const inOne = inOneSaga(variant, one);
  return inOne === null ? brief : [`${brief[0]!} ${inOne}`, ...brief];
}

/** `In the first, charge remains and reserve is undone.`, of sagas whose effects are inconsistent; else null. */
function inOneSaga({ metered }: MeteredParts, { kind, subject }: UnseenHarm): string | null {
  const [first] = metered[subject]?.broken ?? [];
  if (kind !== 'unsettled' || first === undefined) return null;
  const steps = Object.entries(first.effects);
  const named = (is: (done: number, undone: number) => boolean): readonly string[] =>
    steps.filter(([, [done, undone]]) => is(done, undone)).map(([step]) => step);
  const of = (names: readonly string[], words: readonly [one: string, more: string]): string[] =>
    names.length === 0 ? [] : [`${listed(names)} ${words[names.length === 1 ? 0 : 1]}`];
  const parts = [
    ...of(
      named((done, undone) => done > undone),
      ['remains', 'remain'],
    ),
    ...of(
      named((done, undone) => undone > done),
      ['is undone too often', 'are undone too often'],
    ),
    ...of(
      named((done, undone) => done > 0 && done === undone),
      ['is undone', 'are undone'],
    ),
    ...of(
      named((done, undone) => done === 0 && undone === 0),
      ['never happens', 'never happen'],
    ),
  ];
  return `In the first, ${listed(parts)}.`;
}

/** The sentence about the first of these harms where only a run without all faults averts it; null in other cases. */
export function togetherProof(explained: Explained): string | null {
  const [first] = proofsOf(explained);
  return first?.isTogether === true ? sentenceOf(explained.variant, first.one, first.left) : null;
}

/** Each harm that no request shows, with the runs that avert it: without one fault or with one change, else without all. */
function proofsOf({ variant, own }: Explained): readonly Proof[] {
  return (own.unseen ?? []).flatMap((one): readonly Proof[] => {
    // A few messages that wait for long are few on average: their age shows it, not their number.
    if (one.kind === 'backlog' && Math.round(one.harm) === 0) return [];
    const causes = one.faults.filter(({ role }) => role === 'cause' || role === 'amplifier');
    const changes = one.interventions.filter(({ role }) => DECISIVE.includes(role));
    const left = [
      ...causes.map(({ fault, without }) => ({
        count: without ?? one.harm,
        words: `without “${wordsOf(variant, fault)}”`,
        fault: wordsOf(variant, fault),
      })),
      ...changes.map(({ kind, harm, words, role, cause }) => {
        const held = PASSING.has(kind) ? heldUpBy(variant.cascade, one.subject) : null;
        const isCause = role === 'cause' && cause !== undefined;
        return { count: harm, words, ...(held !== null && { held }), ...(isCause && { cause }) };
      }),
    ];
    const isAverted = one.faults.length > 1 && 2 * one.background < one.harm;
    const isByFaults = isAverted || causes.length > 0;
    if (left.length > 0) return [{ one, left, isByFaults, isTogether: false }];
    const without = { count: one.background, words: 'without the faults' };
    return isAverted ? [{ one, left: [without], isByFaults, isTogether: true }] : [];
  });
}

/** A harm that no request shows, and what is left of it in runs that avert it. */
interface Proof {
  readonly one: UnseenHarm;
  readonly left: readonly Left[];
  /** Whether the runs without faults avert it. */
  readonly isByFaults: boolean;
  /** Whether the only such run is that without all faults. */
  readonly isTogether: boolean;
}

/** What holds a backlog up to the end of a run, where messages that fail in every attempt do; null in other cases. */
export function heldUpBy({ endings }: VariantResult['cascade'], backlog: string): string | null {
  const found = endings.find(
    ({ reason, subject }) =>
      reason === 'poison' && (backlog === subject || backlog.startsWith(`${subject!}.`)),
  );
  return found === undefined ? null : endingWords(found);
}

/** `1,955 messages that wait for jobs on average`. */
export function unseenCount(variant: MeteredParts, { kind, subject, harm }: UnseenHarm): string {
  return COUNTS[kind](Math.round(harm), subject, waitingNoun(variant, subject));
}

/**
 * `psp crashes (proved): of 2 broken sagas, 0 remain without it.` Without a fault another cause, or the messages that hold a backlog up, else
 * as in `sentenceOf`.
 */
function causeFirst(variant: VariantResult, one: UnseenHarm, left: readonly Left[]): string {
  const { fault, cause: own, held, words } = left[0]!;
  const cause = fault ?? own ?? (held === undefined ? undefined : capitalised(held));
  if (cause === undefined) return sentenceOf(variant, one, left);
  const first = { ...left[0]!, words: fault === undefined ? words : 'without it' };
  const rest = sentenceOf(variant, one, [first, ...left.slice(1)]);
  return `${cause} (proved): o${rest.slice(1)}`;
}

function sentenceOf(variant: VariantResult, one: UnseenHarm, left: readonly Left[]): string {
  const of = unseenCount(variant, one);
  const remain = left.map(({ count, words }, k) => {
    const rounded = Math.round(count);
    const verb = k > 0 ? '' : rounded === 1 ? ' remains' : ' remain';
    return `${formatCount(rounded)}${verb} ${words}`;
  });
  return `Of ${of}, ${listed(remain)}.`;
}

/** How much is left in runs with one change. */
interface Left {
  readonly count: number;
  readonly words: string;
  /** The words of the fault that these runs lack, if it is one. */
  readonly fault?: string;
  /** The cause that these runs lack, where it is no fault. */
  readonly cause?: string;
  /** What holds a backlog up that these runs do not have. */
  readonly held?: string;
}
