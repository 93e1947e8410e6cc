import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { latencyLater } from '../../contracts/result/latency-later.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import { isBackDuring, isUserDegradedLast } from '../../contracts/result/back-during.js';
import { formatInstant, formatSeconds, formatValue } from '../../text/figures.js';
import { allOf, plural } from '../../text/words.js';
import { budgetFigure, isBroken } from '../view/budget-words.js';
import { budgetCauses } from '../words/budget-cause.js';
import { causeSentence } from '../words/causes.js';
import { tippingWords } from '../tipping/words.js';
import { explainedOf, wordsOf } from '../view/explained.js';
import { chainOf } from '../words/chain.js';
import { isLate } from '../view/event-looks.js';
import { nextWords } from '../words/cheapest.js';
import { listed } from '../base/format.js';
import { expectedText, isUnexpected, noBudgets } from '../words/expected-words.js';
import { cut } from '../base/html-escape.js';
import { unfinishedLines } from '../words/incomplete.js';
import { innocentLines, innocentsOf } from '../words/innocents.js';
import { JUDGED_LISTS } from '../view/judged.js';
import { leadWords } from '../words/lead.js';
import { nextFaultAt } from '../view/next-fault.js';
import { characterOf, describedRun } from '../words/character.js';
import { recommendedOf, recommendedWords, SHORT } from '../words/recommended.js';
import { heldBudgets, holdsAll, isRemedy, viewOf, type View } from '../view/view.js';
import { backlogsOf } from '../view/waiting.js';
import { whatIfText } from '../words/what-if.js';
import { unsaidOf } from './unsaid.js';

/** A part of the account: a heading of a level, a paragraph, a list of sentences, or steps with their times. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'steps';
      readonly items: readonly { readonly when: string; readonly what: string }[];
    };

/** Inputs of the account besides the result. */
export interface StoryOptions {
  /** The scenario or the document as the user named it. */
  readonly source: string;
}

/** Longest text of a block: no chain is that long. */
const LONGEST = 3000;
/** Longest word: a name of 10,000 letters must not hide the others. */
const WORD = 200;

/**
 * The account of a result for an incident channel or a post-mortem: variant by variant, those that fail first. A
 * variant that holds its budgets has only its sentence and its steps.
 */
export function storyBlocks(read: Result, options: StoryOptions): readonly Block[] {
  const view = viewOf(read);
  const { result } = view;
  const whatIf = whatIfText(result.scenario.whatIf);
  const told = [...result.variants].sort((a, b) => rankOf(a) - rankOf(b));
  return [
    title(1, result.scenario.title),
    paragraph(factsOf(result, options)),
    ...(whatIf === null ? [] : [paragraph(whatIf)]),
    ...list(unfinishedLines(result).map(({ variant, text }) => `${variant}: ${text}`)),
    ...hypothesis(result),
    ...told.flatMap((variant) => variantBlocks(view, variant)),
    ...remedies(view),
  ].map(shortened);
}

/** Variants that fail come first, then undecided and unexpected ones; others keep the order of the scenario. */
function rankOf(variant: VariantResult): number {
  const { held, of, broken } = heldBudgets(variant);
  if (broken > 0) return 0;
  return variant.unfinished !== undefined || held < of || isUnexpected(variant) ? 1 : 2;
}

function factsOf({ run, seed, replications, digest }: Result, { source }: StoryOptions): string {
  const runs = plural(replications, 'replication');
  return `${source}: ${runs} of ${formatSeconds(run.duration)}, seed ${seed}, digest ${digest}`;
}

function hypothesis({ hypothesis: own }: Result): readonly Block[] {
  return own === null ? [] : [paragraph(`Hypothesis ${own.verdict}: ${own.statement}`)];
}

function variantBlocks(view: View, variant: VariantResult): readonly Block[] {
  const { sentence } = variant.cascade;
  const steps = chainOf(view, variant).map(({ when, subject, text }) => ({
    when,
    what: text === '' ? subject : `${subject}: ${text}`,
  }));
  const run = describedRun(variant);
  const lead = leadWords(variant);
  return [
    title(2, `${variant.name}: ${verdictOf(view, variant)}`),
    ...(lead === null ? [] : [paragraph(lead)]),
    paragraph(sentence === '' ? 'Nothing degrades.' : sentence),
    ...(steps.length < 2
      ? []
      : [
          heading(run === '' ? 'Timeline' : `Timeline of ${run}`),
          { kind: 'steps' as const, items: steps },
        ]),
    ...section('Proof by runs without single faults', explainedOf([variant]).map(causeSentence)),
    ...section('Not to blame', innocentLines(innocentsOf(variant), INNOCENTS)),
    ...section('Recovery', recoveryOf(view, variant)),
    ...section(
      'How close it was',
      [tippingWords(variant)].flatMap((one) => one ?? []),
    ),
    ...JUDGED_LISTS.flatMap((list) =>
      section(
        list.unmet,
        list
          .of(variant)
          .filter(isBroken)
          .map((own) => budgetLine(own, variant)),
      ),
    ),
    ...section('Not decided', unsaidOf(view.result, variant)),
  ];
}

function verdictOf(view: View, variant: VariantResult): string {
  const { held, of, broken } = heldBudgets(variant);
  const character = characterOf(view, variant);
  // Beside budgets the word alone would say that they are undecided.
  const words = character.replace(/^undecided/u, 'recovery unknown');
  const tail = [expectedText(variant) ?? '', words].map((one) => one && `, ${one}`).join('');
  if (of === 0) return `${noBudgets([variant])}${tail}`;
  if (broken > 0) return `fails ${broken} of ${plural(of, 'budget')}${tail}`;
  if (held < of) return `${of - held} of ${plural(of, 'budget')} undecided${tail}`;
  return `holds ${allOf(of, 'budget', 'its')}${tail}`;
}

/** Most faults that are not to blame and have a line of their own. */
const INNOCENTS = 12;

/** When users are served as before, and the work that is left then. */
function recoveryOf(view: View, variant: VariantResult): readonly string[] {
  const left = backlogsOf(variant).filter(({ isLeft }) => isLeft);
  return [
    ...usersBack(view, variant),
    ...left.map(({ subject, words }) => `${subject} has not caught up: ${words}.`),
  ];
}

/** Whether requests of users fail more than usual at some time; late ones do not. */
function hasFailed({ requests }: View, { cascade, summary }: VariantResult): boolean {
  const isFailing = (event: CascadeEvent): boolean =>
    DEGRADATIONS.includes(event.kind) && requests.includes(event.subject) && !isLate(event);
  return summary.recovery.value !== 0 || cascade.events.some(isFailing);
}

/** When success and latency are back after the fault that hurts users, over all replications. */
function usersBack(view: View, variant: VariantResult): readonly string[] {
  const { result } = view;
  const { value, fault, never, each } = variant.summary.recovery;
  const { verdicts, events, innocent, causes } = variant.cascade;
  // The end of a fault that is not to blame says nothing about the users.
  if (fault === null || innocent.some((one) => one.fault === fault)) return [];
  const blamed = causes.filter((one) => one.fault !== undefined);
  if (blamed.some(({ role }) => role === 'cause') && !blamed.some((one) => one.fault === fault))
    return [];
  const after = `the end of “${wordsOf(variant, fault)}”`;
  const runs = each.length;
  const next = nextFaultAt(result, variant, fault);
  const end = next === null ? 'the end of the run' : `the next fault at ${formatInstant(next)}`;
  if (never > 0) {
    const where = runs === 1 ? '' : never === runs ? ' in any replication' : '';
    const some = never < runs ? ` in ${never} of ${plural(runs, 'replication')}` : where;
    return [`After ${after} success is not back before ${end}${some}.`];
  }
  if (value === null) return [];
  const measured = latencyLater(variant.summary, result.run.step);
  // The p95 of a few requests exceeds its limit now and then by chance.
  const later = measured === 'never' && !isUserDegradedLast(events) ? null : measured;
  const slow =
    later === null
      ? ''
      : later === 'never'
        ? `; latency is not back before ${end}`
        : `; latency is back ${formatSeconds(later)} after it`;
  const isCalm = verdicts.every((verdict) => verdict === 'untouched');
  if (isCalm || !hasFailed(view, variant)) return latencyOnly(after, end, later);
  const until = next === null ? '' : `, up to ${end}`;
  if (value > 0) return [`Success is back ${formatSeconds(value)} after ${after}${until}${slow}.`];
  const when = isBackDuring(fault, events) ? 'before' : 'with';
  return [`Success is back ${when} ${after}${until}${slow}.`];
}

/** The same where success never fell. */
function latencyOnly(
  after: string,
  end: string,
  later: ReturnType<typeof latencyLater>,
): readonly string[] {
  if (later === null) return [];
  return later === 'never'
    ? [`Latency is not back before ${end}.`]
    : [`Latency is back ${formatSeconds(later)} after ${after}.`];
}

function budgetLine(budget: BudgetResult, variant: VariantResult): string {
  const { limit, unit, severity, name, text } = budget;
  const words = name === null ? text : `${name} (${text})`;
  // Other limits are in the text.
  const at = limit === null || !text.includes(' of ') ? '' : `, limit ${formatValue(limit, unit)}`;
  const cause = budgetCauses([variant], text);
  const why = cause === '' ? '' : `; ${cause}`;
  return `${severity === 'warning' ? 'Warning: ' : ''}${words}: ${budgetFigure(budget)}${at}${why}`;
}

/** Which variants hold the budgets that others break. */
function remedies(view: View): readonly Block[] {
  const { variants } = view.result;
  const failing = variants.filter((variant) => heldBudgets(variant).broken > 0);
  if (failing.length === 0) return [];
  const whole = variants.filter((variant) => isRemedy(view, variant));
  const changes = explainedOf(failing).flatMap(({ variant, own }) => {
    const words = nextWords(own, variant);
    return words === null ? [] : [variants.length === 1 ? words : `${variant.name}: ${words}`];
  });
  const under = variants.some(holdsAll) ? ' under the same load and faults' : '';
  const none = variants.length === 1 ? [] : [`No variant holds all budgets${under}.`];
  const text =
    whole.length === 0
      ? [...none, ...changes.slice(0, 1)].join(' ')
      : useWords(view, whole, failing);
  return text === '' ? [] : [title(2, 'Next step'), paragraph(text)];
}

/** The variant to use, with the changes that are enough; or all that can be used. */
function useWords(
  view: View,
  whole: readonly VariantResult[],
  failing: readonly VariantResult[],
): string {
  const chosen = recommendedOf(view);
  if (chosen !== null && chosen.changes.length > 0) {
    const isLong = chosen.enough === null && chosen.changes.length > SHORT;
    const next = isLong ? ' Run `faultline fix` to see which of them are needed.' : '';
    return `${recommendedWords(view, chosen)}${next}`;
  }
  const names = listed(whole.map(({ name }) => name));
  const verb = whole.length === 1 ? 'holds' : 'hold';
  return `${names} ${verb} all budgets: compare the configuration with that of ${listed(failing.map(({ name }) => name))}.`;
}

function section(name: string, items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [heading(name), ...list(items)];
}

function title(level: 1 | 2, text: string): Block {
  return { kind: 'heading', level, text };
}

function heading(text: string): Block {
  return { kind: 'heading', level: 3, text };
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

function list(items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

function shortened(block: Block): Block {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return { ...block, text: short(block.text) };
    case 'list':
      return { ...block, items: block.items.map(short) };
    case 'steps':
      return {
        ...block,
        items: block.items.map(({ when, what }) => ({ when, what: short(what) })),
      };
  }
}

function short(text: string): string {
  const words = text.split(' ').map((word) => cut(word, WORD));
  return cut(words.join(' '), LONGEST);
}
