import { caseFigures } from '../analysis/sweep.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { Verdict } from '../contracts/result/budgets.js';
import type { SweepFigures } from '../contracts/result/sweep-figures.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { findMetric } from '../language/metrics.js';
import type { Question } from '../contracts/scenario/expression.js';
import type { Unit } from '../text/figures.js';
import { oneLine } from '../text/line.js';
import { OptionError, ScenarioError } from './errors.js';
import { lower, type Prepared } from './prepare.js';

/** One figure of one variant. Durations are in seconds, rates per second, shares from 0 to 1. */
export interface Answer {
  /** The question as it was asked. */
  readonly question: string;
  readonly variant: string;
  /** `seconds`, `perSecond`, `share` or `number`. */
  readonly unit: Unit;
  /** Over all runs; null = nothing was measured, or it never happens in some run. */
  readonly value: number | null;
  /** The 95 % interval of the value; null = there is none. */
  readonly ci95: readonly [number, number] | null;
  /** Runs in which it never happens, such as a recovery. */
  readonly never: number;
  /** Runs that were made. */
  readonly replications: number;
  /** By replication. */
  readonly each: readonly (number | null)[];
  /** Whether a question with a limit holds; `inconclusive`: these runs do not decide. null = it has none. */
  readonly verdict: Verdict | null;
  /** Why there is no figure; null if there is one. */
  readonly stop: string | null;
}

/**
 * Questions about a scenario: a metric with its window and variants, such as `users.latency.p99 during hang in full`, or
 * one with a limit. They are checked against the variants that they name, or else the chosen ones. Throws a ScenarioError
 * with all that are wrong, and an OptionError for one about a variant that is not among the chosen ones.
 */
export function questionsOf(
  { source, path, file }: Pick<Prepared, 'source' | 'path' | 'file'>,
  texts: readonly string[],
): readonly Question[] {
  const running = file.variants.map(({ name }) => name);
  const { questions, problems } = source.questions(texts, running);
  if (problems.length > 0) throw new ScenarioError(path, problems);
  const known = new Set(running);
  for (const { measure } of questions) {
    const lost = measure.variants?.find(({ name }) => !known.has(name));
    if (lost === undefined) continue;
    throw new OptionError(
      `\`variant\` leaves out ${lost.name}, which "${oneLine(measure.text)}" asks for`,
      { option: 'variant', found: lost.name, allowed: running },
    );
  }
  return questions;
}

/** The same scenario, whose runs are measured for these questions: cut at the windows that its budgets do not have. */
export function askedAbout(prepared: Prepared, questions: readonly Question[]): Prepared {
  const isWhole = ({ measure, expression }: Question): boolean =>
    measure.window === null && (expression?.steps ?? null) === null;
  if (questions.every(isWhole)) return prepared;
  const file = prepared.source.asking(prepared.file, questions);
  const plans = file.variants.map((variant) => lower(variant, file, prepared.path));
  return { ...prepared, file, plans };
}

/** The runs about which something is asked; `records` by variant and replication. */
interface AskedRuns {
  readonly file: ScenarioFile;
  readonly plans: readonly Plan[];
  readonly records: readonly (readonly RunRecord[])[];
  /** Share of the error probability that verdicts on these runs may spend. Default: all of it. */
  readonly part?: number;
}

/** The answers to questions, each in all variants that it is about, in their order. */
export function answersOf(runs: AskedRuns, questions: readonly Question[]): readonly Answer[] {
  const asked = {
    metrics: questions.map(({ measure }) => measure),
    budgets: questions.flatMap((question) => budgetOf(question, runs.part)),
    expect: null,
    ...(runs.part !== undefined && { part: runs.part }),
  };
  return answersIn(caseFigures(runs, asked), questions);
}

function budgetOf({ expression }: Question, part = 1): BudgetSource[] {
  if (expression === null) return [];
  const { text } = expression;
  const terms = { name: null, severity: 'error', confidence: 0.95, strict: false } as const;
  return [{ text, expression, ...terms, part, by: 0, allowEmpty: false, at: '' }];
}

function answersIn(
  variants: readonly SweepFigures[],
  questions: readonly Question[],
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
