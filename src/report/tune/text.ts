import type {
  TunedSet,
  TunedSetting,
  TunedVariant,
  TuneResult,
} from '../../contracts/result/tune.js';
import type { BudgetResult } from '../../contracts/result/result.js';
import { formatCount, formatNumber, formatShare, formatValue } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { changesOf, shellWord } from '../../text/shell.js';
import { plural } from '../../text/words.js';
import { GOALS, tallyOf } from '../judged.js';
import { headingLines, type Paint } from '../text-table.js';
import { wrapped } from '../wrap.js';

/** Inputs of the summary besides the result. */
export interface TuneTextOptions {
  readonly file: string;
  readonly columns: number;
  readonly paint: Paint;
}

/** The answer of a search for settings: what to change, what that gains and costs, and which single changes help. */
export function tuneText(read: TuneResult, options: TuneTextOptions): Lines {
  const result = oneLineTexts(read);
  const { scenario, seed, replications, tuned } = result;
  const { paint, file, columns } = options;
  const facts = `${plural(replications, 'replication')}, seed ${seed}`;
  const lines = [
    ...headingLines(scenario.title, [file, facts], { columns, paint }),
    '',
    ...answerLines(tuned, options),
    ...singlesLines(tuned, options),
    '',
    ...notes(tuned).flatMap((note) => wrapped(note, '', '', columns).map(paint.dim)),
  ];
  return asLines(lines);
}

function answerLines(tuned: TunedVariant, { file, columns, paint }: TuneTextOptions): string[] {
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const { name, base, answer } = tuned;
  const { held, of } = tallyOf(GOALS, base);
  if (base.holds)
    return text(
      `${name} holds ${of === 1 ? 'its budget' : `all ${of} budgets`}: nothing to change.`,
    );
  const lead = `${name} holds ${held} of ${plural(of, 'budget')}.`;
  if (answer === null) return text(`${lead} No change of a setting that was tried helps.`);
  const { length } = answer.settings;
  const what = length === 1 ? 'One setting' : `${length} settings together`;
  const ends = answer.holds
    ? `hold${length === 1 ? 's' : ''} ${of === 1 ? 'it' : 'all of them'}`
    : `come${length === 1 ? 's' : ''} closest, and hold${length === 1 ? 's' : ''} ${tallyOf(GOALS, answer).held} of ${of}`;
  return [
    ...text(`${lead} ${what} ${ends}:`).map(paint.bold),
    '',
    ...answer.settings.flatMap((own) => wrapped(settingWords(own), '  ', '      ', columns)),
    '',
    ...(answer.failed + base.failed === 0 ? [] : text(gainWords(answer, tuned))),
    ...budgetLines(answer, tuned, columns),
    '',
    ...text('Run it beside the present settings:'),
    `  ${commandOf(answer, tuned, file)}`,
  ];
}

/** `+ policies.pay.timeout: 250ms (now 500ms)`. */
function settingWords({ path, from, to }: TunedSetting): string {
  if (to === null) return `- ${path}${from === null ? '' : ` (now ${from})`}`;
  return `+ ${path}: ${to} (${from === null ? 'not set now' : `now ${from}`})`;
}

/** Attempts per call, as a factor, from which they are a price. A refused call has no attempt. */
const MORE = 1.01;

/** What the change gains, in requests that fail and that are late, and what it costs. */
function gainWords(
  { arrived, failed, late, averted, price }: TunedSet,
  { base }: TunedVariant,
): string {
  const share = (part: number, whole: number): string =>
    formatShare(whole === 0 ? 0 : part / whole);
  const range = averted.ci95 === null ? '' : ` (averted: ${averted.ci95.map(round).join(' to ')})`;
  const slow =
    round(late) === round(base.late)
      ? ''
      : ` and ${round(late)} instead of ${round(base.late)} are late`;
  const costs = [
    price.degraded > base.price.degraded + 0.0005
      ? `${formatShare(price.degraded)} of the answers are degraded`
      : '',
    price.attempts > MORE * Math.max(1, base.price.attempts)
      ? `${formatNumber(price.attempts)} attempts per call instead of ${formatNumber(base.price.attempts)}`
      : '',
  ].filter((words) => words !== '');
  const cost = costs.length === 0 ? '' : ` Price: ${costs.join(', ')}.`;
  return `${share(failed, arrived)} of the requests fail instead of ${share(base.failed, base.arrived)}: ${round(failed)} instead of ${round(base.failed)}${range}${slow}.${cost}`;
}

function round(count: number): string {
  return formatCount(Math.round(count));
}

/** Verdicts in the words of `check`. */
const WORDS: Readonly<Record<BudgetResult['verdict'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  inconclusive: '?',
};

/** Each budget with its value now and with the change. */
function budgetLines({ budgets }: TunedSet, { base }: TunedVariant, columns: number): string[] {
  return budgets.flatMap((own, k) => {
    const words = `${own.applies === false ? '-' : WORDS[own.verdict]} ${own.name ?? own.text}: ${valueOf(own)}, now ${valueOf(base.budgets[k]!)}`;
    return wrapped(words, '  ', '      ', columns);
  });
}

function valueOf({ value, unit, note }: BudgetResult): string {
  return value === null ? (note ?? 'no samples') : formatValue(value, unit);
}

/** The single changes besides the answer. */
function singlesLines(tuned: TunedVariant, { columns, paint }: TuneTextOptions): string[] {
  const { answer, singles } = tuned;
  const others = singles.filter(
    (one) =>
      isTelling(one, tuned) &&
      (answer === null ||
        answer.settings.length > 1 ||
        answer.settings[0]!.path !== one.settings[0]!.path),
  );
  if (others.length === 0) return [];
  return [
    '',
    paint.bold('Single settings that help:'),
    ...others.flatMap((own) =>
      wrapped(
        `${settingWords(own.settings[0]!)}: ${tallyOf(GOALS, own).held} of ${plural(tallyOf(GOALS, own).of, 'budget')}, ${round(own.failed)} requests fail`,
        '  ',
        '      ',
        columns,
      ),
    ),
  ];
}

/** Whether a change that does not hold the budgets is worth a line: it averts a part of the failures beyond chance. */
function isTelling({ holds, averted }: TunedSet, { base }: TunedVariant): boolean {
  const { value, ci95 } = averted;
  return holds || (value > TELLING * base.failed && (ci95 === null || ci95[0] > 0));
}

const TELLING = 0.05;

function commandOf({ settings }: TunedSet, { name }: TunedVariant, file: string): string {
  const set = settings.map(({ path, to }) => `${path}=${to ?? 'null'}`);
  return `faultline run ${shellWord(file)} --variant ${name} ${changesOf({ set, as: 'tuned' })}`;
}

function notes(tuned: TunedVariant): readonly string[] {
  const { partOf, cut, settings, tried, untried, runs, leftOut, interrupted, base } = tuned;
  const by = interrupted === true ? 'The interrupt' : '--max-runs';
  return [
    cut === true
      ? `${by} ended the search before each of these settings was left out once: fewer may be enough.`
      : '',
    partOf === null || cut === true
      ? ''
      : `The answer is a part of ${partOf.variant}, whose other changes (${partOf.of - (tuned.answer?.settings.length ?? 0)} of ${partOf.of}) are not needed for the budgets.`,
    base.holds
      ? ''
      : `Tried ${plural(tried, 'change')} of ${plural(settings, 'setting')} in ${plural(runs, 'run')}; no fault, no load and no budget is changed.`,
    untried === 0
      ? ''
      : `${by} left ${plural(untried, 'change')} untried, those farthest from the trouble.`,
    ...leftOut.map(({ text, why }) => `Left out: ${oneLine(text)}, because ${why}.`),
  ].filter((note) => note !== '');
}
