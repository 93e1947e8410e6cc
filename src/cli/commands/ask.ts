import { csvText, numberText } from '../../report/formats/csv.js';
import { columnsOf, left } from '../../report/lines/text-table.js';
import { allOrNoneWords } from '../../report/words/all-or-none.js';
import { untilWords } from '../../report/words/until-words.js';
import { LOOKS_ERROR } from '../../stats/looks.js';
import { wrapped } from '../../report/lines/wrap.js';
import { asLines, oneLine } from '../../text/line.js';
import { formatCount, formatWithInterval, isAllOrNone } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { wider, type Wider, type WiderInputs } from '../../api/inputs-interval.js';
import { answersOf, askedAbout, questionsOf, type Answer } from '../../api/questions.js';
import { withoutNone, writtenOut } from '../all-outcomes.js';
import { scenarioPath } from '../files.js';
import { prepare, reported, reporterTo } from '../prepare.js';
import { chosenOf, refuseRunFlags, rendered, resultIn } from '../result-file.js';
import { storedAnswers } from '../../api/stored-answers.js';
import type { Result } from '../../contracts/result/result.js';
import { EXIT, usageError } from '../exit.js';
import { interruption } from '../interrupt.js';
import { rareAnswers, type RareAnswer } from '../rare/rare.js';
import { endOf, keepResult, simulateAll, type SimulateOptions } from '../simulate.js';
import { searchRuns } from '../search-runs.js';
import type { Question } from '../../contracts/scenario/expression.js';
import type { Terminal } from '../terminal.js';

export interface AskFlags extends Selection, SimulateOptions {
  readonly json?: string;
  readonly csv?: string;
  /** How often all inputs with an interval are drawn; omitted = their values are taken as exact. */
  readonly draws?: number;
  /** The component whose filling leads to what is asked: the answer comes from importance splitting. */
  readonly rare?: string;
}

/** What is asked, and how. */
interface Asking {
  readonly prepared: Prepared;
  readonly flags: AskFlags;
  readonly terminal: Terminal;
}

/** Runs the scenario and prints the figures that are asked for, by variant. */
export async function ask(
  path: string,
  texts: readonly string[],
  flags: AskFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json, flags.csv]);
  const known = resultIn(scenarioPath(path));
  if (known !== null) return askStored(known, { path, texts, flags, terminal });
  const whole = prepare(path, flags, terminal);
  const given = texts.length > 0 ? [...new Set(texts)] : usual(whole);
  const questions = reported(() => questionsOf(whole, writtenOut(given)), reporterTo(terminal));
  const prepared = askedAbout(whole, questions);
  if (flags.rare !== undefined && flags.draws !== undefined)
    throw usageError('--draws: --rare takes measured inputs as exact; ask for one of them');
  if (flags.rare !== undefined)
    return askRare(flags.rare, questions, { prepared, flags, terminal });
  const simulated = await simulateAll(prepared, flags, terminal);
  if (simulated.shortfall?.isEmpty === true) return endOf(simulated, terminal);
  const { file, plans } = prepared;
  const { until, records } = simulated;
  const part = until === null ? 1 : (1 - until.confidence) / LOOKS_ERROR;
  const all = answersOf({ file, plans, records, part }, questions);
  const exact = withoutNone(given, all);
  const wide = await widened({ prepared, questions, answers: exact }, flags, terminal);
  const { answers } = wide;
  if (flags.quiet !== true) {
    terminal.note(oneLine(simulated.words));
    if (until !== null) terminal.note(oneLine(untilWords(until)));
  }
  const writes = await written(answers, { seed: seedOf(prepared), flags, terminal }, wide);
  keepResult(prepared, simulated);
  writes.settle();
  return endOf(simulated, terminal);
}

/** Prints figures of a result document, without a run. */
async function askStored(
  result: Result,
  {
    path,
    texts,
    flags,
    terminal,
  }: { path: string; texts: readonly string[] } & Omit<Asking, 'prepared'>,
): Promise<number> {
  refuseRunFlags(flags, path);
  if (flags.rare !== undefined || flags.draws !== undefined || flags.budget !== undefined)
    throw usageError(`${path} is a result: --rare, --draws and --budget need the scenario`);
  const answers = rendered(path, () => {
    const own = chosenOf(result, flags, path);
    const names = Object.entries(own.variants[0]!.components).flatMap(([name, { kind }]) =>
      kind === 'workload' ? [name] : [],
    );
    return storedAnswers(own, texts.length > 0 ? [...new Set(texts)] : names.flatMap(usualOf));
  });
  const writes = await written(answers, { seed: result.seed, flags, terminal }, null);
  writes.settle();
  return EXIT.ok;
}

const WORDS = { doing: 'drawing the inputs', rest: 'writing the answers' };

/** The answers with the uncertainty of the inputs, if it is asked for. */
function widened(
  by: Omit<WiderInputs, 'draws'>,
  flags: AskFlags,
  terminal: Terminal,
): Promise<Wider> {
  const { draws } = flags;
  if (draws === undefined) {
    return Promise.resolve({ answers: by.answers, inputs: 0, draws: 0, leftOut: 0 });
  }
  return wider({ ...by, draws }, searchRuns(by.prepared.path, flags, terminal, WORDS));
}

function inputLines({ inputs, draws, leftOut }: Wider): readonly string[] {
  if (inputs === 0) return [];
  const left = leftOut === 0 ? '' : `; ${plural(leftOut, 'draw')} had a value that is not allowed`;
  return [
    `It includes the uncertainty of ${plural(inputs, 'measured value')}: ${plural(draws, 'draw')} of all of them${left}.`,
  ];
}

async function written(
  answers: readonly Answer[],
  { seed, flags, terminal }: Omit<Asking, 'prepared'> & { readonly seed: number },
  wide: Wider | null,
): Promise<Writes> {
  const { json, csv } = flags;
  const writes = new Writes();
  await writes.attempt(() => writeDocument(json, () => jsonOf(answers, seed), terminal));
  await writes.attempt(() => writeDocument(csv, () => csvOf(answers), terminal));
  if (!takesStandardOutput([json, csv])) {
    const isWide = wide !== null && wide.inputs > 0;
    const lines = linesOf(answers, terminal.columns, isWide);
    terminal.out(asLines([...lines, ...(wide === null ? [] : inputLines(wide))]));
  }
  return writes;
}

/** Answers about rare events. An interrupt leaves those of the repetitions that are done. */
async function askRare(
  component: string,
  questions: readonly Question[],
  by: Asking,
): Promise<number> {
  const { prepared, flags, terminal } = by;
  const answers = await rareAnswers({ prepared, questions, component, options: flags, terminal });
  terminal.progress('');
  const writes = await written(answers, { seed: seedOf(prepared), flags, terminal }, null);
  if (flags.quiet !== true) for (const one of answers) terminal.note(oneLine(rareWords(one)));
  writes.settle();
  return interruption.aborted ? EXIT.interrupted : EXIT.ok;
}

function rareWords({ variant, runs, levels, events, plainEvents }: RareAnswer): string {
  const head = `${variant}: ${plural(runs, 'run')} over ${plural(levels.length, 'level')}`;
  if (plainEvents === null || levels.length === 0) return head;
  return `${head}, ${formatCount(events)} events; plain runs would need about ${formatCount(plainEvents)} for this interval`;
}

/** What most people ask of each workload. */
function usual({ file }: Prepared): readonly string[] {
  const names = new Set(file.variants.flatMap(({ scenario }) => [...scenario.workloads.keys()]));
  return [...names].flatMap(usualOf);
}

function usualOf(name: string): readonly string[] {
  return [`${name}.success`, `${name}.goodput`, `${name}.latency.p99`];
}

const VERDICTS = { pass: 'holds', fail: 'does not hold', inconclusive: 'not decided' } as const;

/** Each question, with a line for each variant below it. */
function linesOf(answers: readonly Answer[], columns: number, isWide: boolean): string[] {
  const questions = new Set(answers.map(({ question }) => question));
  const rows = [...questions].flatMap((question) => {
    const own = answers.filter((answer) => answer.question === question);
    const texts = own.map((answer) => [oneLine(answer.variant), textOf(answer, isWide)]);
    const [width] = columnsOf(texts);
    const lines = texts.map(([name, text]) => `  ${left(name!, width!)}  ${text}`);
    return [...wrapped(oneLine(question), '', '  ', columns), ...lines];
  });
  const isInterval = answers.some((one) => showsInterval(one, isWide));
  const notes = [
    isInterval ? '[ ] is the 95 % interval of the value.' : '',
    allOrNoneWords(
      answers
        .filter((one) => !('levels' in one) && !showsInterval(one, isWide))
        .map((one) => ({
          ...one,
          runs: one.replications - one.each.filter((own) => own === null).length,
        })),
    ),
  ].filter((note) => note !== '');
  return notes.length > 0 ? [...rows, '', ...notes] : rows;
}

/** Whether an answer is printed with its interval. A single run has one only with the uncertainty of its inputs. */
function showsInterval(
  { value, unit, ci95, verdict, replications }: Answer,
  isWide: boolean,
): boolean {
  if (isWide) return ci95 !== null;
  return (
    ci95 !== null && replications > 1 && (verdict === 'inconclusive' || !isAllOrNone(value, unit))
  );
}

/** Rare shares have three digits, however small they are: `0.000124 % [0.000081, 0.00019]`. */
function rareText({ value, ci95 }: Answer): string {
  const [share, ...ends] = [value ?? 0, ...(ci95 ?? [])].map((one) =>
    String(Number((100 * one).toPrecision(3))),
  );
  return `${share} % [${ends.join(', ')}]`;
}

function textOf(answer: Answer, isWide: boolean): string {
  const { value, ci95, unit, never, verdict, replications, stop } = answer;
  if (stop !== null) return `no figure: the runs were stopped (${stop})`;
  const runs = plural(replications, 'levels' in answer ? 'repetition' : 'run');
  const figure =
    never > 0
      ? `never in ${never} of ${runs}`
      : value === null
        ? 'nothing was measured'
        : `${'levels' in answer ? rareText(answer) : formatWithInterval(value, showsInterval(answer, isWide) ? ci95 : null, unit, true)} (${runs})`;
  return verdict === null ? figure : `${figure}: ${VERDICTS[verdict]}`;
}

function jsonOf(answers: readonly Answer[], seed: number): string {
  return `${JSON.stringify({ faultline: 1, seed, answers }, null, 2)}\n`;
}

function seedOf({ file }: Prepared): number {
  return file.variants[0]!.scenario.run.seed;
}

/** RFC 4180 with CRLF. Durations in seconds, rates per second, shares 0 to 1. */
function csvOf(answers: readonly Answer[]): string {
  const head = ['question', 'variant', 'value', 'low', 'high', 'never', 'replications', 'verdict'];
  const rows = answers.map((own) => [
    csvText(own.question),
    csvText(own.variant),
    numberText(own.value),
    numberText(own.ci95?.[0] ?? null),
    numberText(own.ci95?.[1] ?? null),
    String(own.never),
    String(own.replications),
    own.verdict === null ? '' : VERDICTS[own.verdict],
  ]);
  return [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}
