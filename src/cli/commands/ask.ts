import { caseFigures } from '../../analysis/sweep.js';
import type { SweepFigures } from '../../contracts/result/sweep.js';
import type { BudgetSource } from '../../contracts/scenario/scenario.js';
import { findMetric } from '../../language/metrics.js';
import { csvText, numberText } from '../../report/csv.js';
import { columnsOf, left } from '../../report/text-table.js';
import { wrapped } from '../../report/wrap.js';
import type { Question } from '../../scenario/load.js';
import { asLines, oneLine } from '../../text/line.js';
import { formatValue, formatWithInterval, type Unit } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { CommandError, EXIT, usageError } from '../exit.js';
import { prepare, reporterTo, type Prepared, type Selection } from '../prepare.js';
import { endOf, keepResult, simulateAll, type SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

/** Flags of `ask`. */
export interface AskFlags extends Selection, SimulateOptions {
  readonly json?: string;
  readonly csv?: string;
}

/** One figure of one variant. */
interface Answer {
  readonly question: string;
  readonly variant: string;
  readonly unit: Unit;
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Runs in which it never happens, such as a recovery. */
  readonly never: number;
  readonly replications: number;
  /** By replication. */
  readonly each: readonly (number | null)[];
  /** Whether a question with a limit holds; `inconclusive`: these runs do not decide. null = it has none. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | null;
  /** Why there is no figure; null if there is one. */
  readonly stop: string | null;
}

/** Runs the scenario and prints the figures that are asked for, by variant. */
export async function ask(
  path: string,
  texts: readonly string[],
  flags: AskFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json, flags.csv]);
  const prepared = prepare(path, flags, terminal);
  const given = texts.length > 0 ? [...new Set(texts)] : usual(prepared);
  const questions = questionsOf(prepared, given, terminal);
  const simulated = await simulateAll(prepared, flags, terminal);
  if (simulated.shortfall?.isEmpty === true) return endOf(simulated, terminal);
  const { file, plans } = prepared;
  const asked = {
    metrics: questions.map(({ measure }) => measure),
    budgets: questions.flatMap(budgetOf),
    expect: null,
  };
  const figures = caseFigures({ file, plans, records: simulated.records }, asked);
  const answers = answersOf(questions, figures);
  if (flags.quiet !== true) terminal.note(oneLine(simulated.words));
  const writes = new Writes();
  await writes.attempt(() => writeDocument(flags.json, () => jsonOf(answers, prepared), terminal));
  await writes.attempt(() => writeDocument(flags.csv, () => csvOf(answers), terminal));
  if (!takesStandardOutput([flags.json, flags.csv])) {
    terminal.out(asLines(linesOf(answers, terminal.columns)));
  }
  keepResult(prepared, simulated);
  writes.settle();
  return endOf(simulated, terminal);
}

/** What most people ask of each workload. */
function usual({ file }: Prepared): readonly string[] {
  const names = new Set(file.variants.flatMap(({ scenario }) => [...scenario.workloads.keys()]));
  return [...names].flatMap((name) => [
    `${name}.success`,
    `${name}.goodput`,
    `${name}.latency.p99`,
  ]);
}

/** The questions, checked against the variants that they name, or else those that run. */
function questionsOf(
  { source, path, file }: Prepared,
  texts: readonly string[],
  terminal: Terminal,
): readonly Question[] {
  const running = file.variants.map(({ name }) => name);
  const { questions, problems } = source.questions(texts, running);
  const report = reporterTo(terminal);
  for (const problem of problems) report(problem);
  const count = problems.length;
  if (count > 0) throw new CommandError(EXIT.usage, `${path}: ${plural(count, 'problem')}`);
  const known = new Set(running);
  for (const { measure } of questions) {
    const lost = measure.variants?.find(({ name }) => !known.has(name));
    if (lost === undefined) continue;
    throw usageError(
      `--variant leaves out ${lost.name}, which "${oneLine(measure.text)}" asks for`,
    );
  }
  return questions;
}

function budgetOf({ expression }: Question): BudgetSource[] {
  if (expression === null) return [];
  const { text } = expression;
  const terms = { name: null, severity: 'error', confidence: 0.95, strict: false } as const;
  return [{ text, expression, ...terms, by: 0, allowEmpty: false, at: '' }];
}

function answersOf(
  questions: readonly Question[],
  variants: readonly SweepFigures[],
): readonly Answer[] {
  let judged = 0;
  return questions.flatMap(({ measure, expression }, index) => {
    const { variants: named, text } = measure;
    const place = expression === null ? null : judged++;
    const found = findMetric(measure.metric.name);
    const unit = found.known === 'yes' ? found.metric.unit : 'number';
    return variants
      .filter(({ name }) => named === null || named.some((one) => one.name === name))
      .map(({ name, figures, budgets, replications, stop }): Answer => {
        const verdict = place === null ? null : budgets[place]!;
        const { value, ci95, never, each } = figures[index]!;
        const figure = { unit, value, ci95, never, each, replications };
        return { question: text, variant: name, ...figure, verdict, stop };
      });
  });
}

const VERDICTS = { pass: 'holds', fail: 'does not hold', inconclusive: 'not decided' } as const;

/** Each question, with a line for each variant below it. */
function linesOf(answers: readonly Answer[], columns: number): string[] {
  const questions = new Set(answers.map(({ question }) => question));
  const rows = [...questions].flatMap((question) => {
    const own = answers.filter((answer) => answer.question === question);
    const texts = own.map((answer) => [oneLine(answer.variant), textOf(answer)]);
    const [width] = columnsOf(texts);
    const lines = texts.map(([name, text]) => `  ${left(name!, width!)}  ${text}`);
    return [...wrapped(oneLine(question), '', '  ', columns), ...lines];
  });
  const isInterval = answers.some(({ ci95 }) => ci95 !== null);
  return isInterval ? [...rows, '', '[ ] is the 95 % interval of the value.'] : rows;
}

function textOf(answer: Answer): string {
  const { value, ci95, unit, never, verdict, replications, stop } = answer;
  if (stop !== null) return `no figure: the runs were stopped (${stop})`;
  const runs = plural(replications, 'run');
  const figure =
    never > 0
      ? `never in ${never} of ${runs}`
      : value === null
        ? 'nothing was measured'
        : replications < 2 || ci95 === null
          ? `${formatValue(value, unit)} (${runs})`
          : `${formatWithInterval(value, ci95, unit)} (${runs})`;
  return verdict === null ? figure : `${figure}: ${VERDICTS[verdict]}`;
}

function jsonOf(answers: readonly Answer[], { file }: Prepared): string {
  const [{ scenario }] = file.variants as [(typeof file.variants)[number]];
  return `${JSON.stringify({ faultline: 1, seed: scenario.run.seed, answers }, null, 2)}\n`;
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
