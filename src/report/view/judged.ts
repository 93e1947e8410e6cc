import type { VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { JUDGED, JUDGED_SECTIONS, type JudgedSection } from '../../contracts/scenario/judged.js';
import { groupedBy } from '../../text/order.js';
import { plural } from '../../text/words.js';
import { budgetNeeds, isFailure } from './budget-words.js';
import { listed } from '../base/format.js';

/** A list by which a file judges its variants, with the words of reports for it. */
export interface JudgedList {
  readonly decides: (typeof JUDGED)[JudgedSection]['decides'];
  /** `budget`. */
  readonly noun: string;
  /** The heading of its table. */
  readonly heading: string;
  /** The column of its texts. */
  readonly column: string;
  /** The row of the numbers of those that are met. */
  readonly met: string;
  /** The heading of those that are not. */
  readonly unmet: string;
  /** A verdict in one word of four letters. */
  readonly fails: string;
  /** Verdicts for screen readers. */
  readonly said: { readonly met: string; readonly unmet: string };
  /** Added to the name of its suite of tests. */
  readonly suite: string;
  /** The class of its tests; null = the file. */
  readonly className: string | null;
  /** Its words in annotations. */
  readonly annotation: { readonly unmet: string; readonly open: string; readonly idle: string };
  /** The last line of `check`: how many of the variants have one that is not met. */
  readonly sum: (failed: number, of: number) => string;
  readonly of: <V extends Judgeable>(variant: V) => V['budgets'];
}

type Judgeable = Pick<VariantResult, (typeof JUDGED)[JudgedSection]['results']>;

type Words = Omit<JudgedList, 'decides' | 'of'>;

const WORDS: Readonly<Record<JudgedSection, Words>> = {
  budgets: {
    noun: 'budget',
    heading: 'Budgets',
    column: 'Budget',
    met: 'Held',
    unmet: 'Not met',
    fails: 'FAIL',
    said: { met: 'held', unmet: 'broken' },
    suite: '',
    className: null,
    annotation: { unmet: 'Budget broken', open: 'Budget undecided', idle: 'Budget not measured' },
    sum: (failed, of) =>
      failed === 0 ? 'no variant breaks a budget' : `${failed} of ${of} variants break a budget`,
  },
  expect: {
    noun: 'expectation',
    heading: 'Expected behaviour',
    column: 'Expectation',
    met: 'As expected',
    unmet: 'Not as expected',
    fails: 'DIFF',
    said: { met: 'as expected', unmet: 'not as expected' },
    suite: ', expected behaviour',
    className: 'faultline.expect',
    annotation: {
      unmet: 'Not as expected',
      open: 'Expectation undecided',
      idle: 'Expectation not measured',
    },
    sum: (failed, of) =>
      failed === 0
        ? 'every variant behaves as expected'
        : `${failed} of ${of} variants do not behave as expected`,
  },
};

/** All lists, in the order of a report: the goals first. */
export const JUDGED_LISTS: readonly JudgedList[] = JUDGED_SECTIONS.map((section) => ({
  ...WORDS[section],
  decides: JUDGED[section].decides,
  of: <V extends Judgeable>(variant: V) => (variant[JUDGED[section].results] ?? []) as V['budgets'],
}));

/** The goals: only they decide whether a variant holds. */
export const GOALS = JUDGED_LISTS.find(({ decides }) => decides === 'survival')!;

/** The checks of behaviour. */
export const CHECKS = JUDGED_LISTS.find(({ decides }) => decides === 'check')!;

/** Everything by which a variant is judged. */
export function judgedOf(variant: VariantResult): readonly BudgetResult[] {
  return JUDGED_LISTS.flatMap(({ of }) => of(variant));
}

/** Numbers of those of a variant that count: with an exit code, and measurable. */
export interface Tally {
  readonly held: number;
  readonly of: number;
  readonly broken: number;
}

/** The numbers of a list for a variant. */
export function tallyOf(list: JudgedList, variant: Judgeable): Tally {
  const counted = list
    .of(variant)
    .filter(({ severity, applies }) => severity === 'error' && applies !== false);
  const held = counted.filter((one) => one.verdict === 'pass').length;
  return { held, of: counted.length, broken: counted.filter(isFailure).length };
}

/** One expression with its results in all variants. */
export interface JudgedRow {
  readonly text: string;
  readonly metric: string;
  readonly name: string | null;
  readonly by: readonly (BudgetResult | null)[];
}

/** The expressions of a list over all variants by their text, in the order of their first occurrence. */
export function rowsOf(list: JudgedList, variants: readonly VariantResult[]): readonly JudgedRow[] {
  const all = variants.flatMap((variant) => list.of(variant));
  return [...groupedBy(all, ({ text }) => text)].map(([text, [first]]) => ({
    text,
    metric: first!.metric,
    name: first!.name,
    by: variants.map((variant) => list.of(variant).find((one) => one.text === text) ?? null),
  }));
}

/** Most texts that a sentence names. */
const NAMED = 2;

/** The first entries of a list that count and have such a result, with the variants that have it; null if none has. */
export function namedIn(
  list: JudgedList,
  variants: readonly VariantResult[],
  asked: (one: BudgetResult) => boolean,
): string | null {
  const texts = rowsOf(list, variants).flatMap(({ name, text, by }) => {
    const own = variants.filter((_, i) => by[i]?.severity === 'error' && asked(by[i]));
    if (own.length === 0) return [];
    // The text names the variants that it is about.
    const isEach = own.length === by.filter((one) => one !== null).length;
    const where = isEach ? '' : ` in ${listed(own.map((variant) => variant.name))}`;
    const needs = own.map((variant) => budgetNeeds(by[variants.indexOf(variant)]!));
    const same = needs.every((one) => one === needs[0]) && needs[0] !== '' ? `: ${needs[0]!}` : '';
    return [`“${name ?? text}”${where}${same}`];
  });
  if (texts.length === 0) return null;
  const more = texts.length - NAMED;
  return listed([
    ...texts.slice(0, NAMED),
    ...(more > 0 ? [plural(more, `other ${list.noun}`)] : []),
  ]);
}
