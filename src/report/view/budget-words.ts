import type { BudgetResult, HypothesisResult } from '../../contracts/result/budgets.js';
import { parseMeasure } from '../../language/expression.js';
import { findMetric } from '../../language/metrics.js';
import { decidingWords } from './deciding-words.js';
import { formatCount, formatSeconds, formatValue, formatWithInterval } from '../../text/figures.js';

/** True if a budget is not met: it fails, or it is strict and undecided. An uncounted one is no break. */
export function isBroken(budget: BudgetResult): boolean {
  return budget.verdict === 'fail' || (isUndecided(budget) && budget.strict === true);
}

/** True if more runs may decide a budget. */
export function isUndecided({ verdict, applies }: BudgetResult): boolean {
  return verdict === 'inconclusive' && applies !== false;
}

/** True if no number of runs measures a budget in a variant, as its note says. */
export function isUnmeasured({ verdict, applies }: BudgetResult): boolean {
  return verdict === 'inconclusive' && applies === false;
}

/** True if a budget fails the build. */
export function isFailure(budget: BudgetResult): boolean {
  return isBroken(budget) && budget.severity === 'error';
}

/** True if a hypothesis does not hold, or a strict expectation is undecided. */
export function isWrong({ verdict, expectations }: HypothesisResult): boolean {
  return verdict === 'refuted' || verdict === 'invalid' || expectations.some(isFailure);
}

/** The measured value in short: `812 ms`, `never`, `37 of 40 steps`. */
export function budgetValue(budget: BudgetResult): string {
  const { value, note, unit, steps } = budget;
  if (value === null) return note ?? 'no samples';
  if (steps !== undefined) return `${formatCount(steps.held)} of ${formatCount(steps.of)} steps`;
  return withNote(formatValue(value, unit), budget);
}

/** The value with its interval, or with the worst step: `37 of 40 steps, worst 812 ms at 75 s`. */
export function budgetFigure(budget: BudgetResult): string {
  const { value, ci95, unit, steps } = budget;
  if (value === null) return `${budgetValue(budget)}${openTail(budget)}`;
  if (steps === undefined) {
    const saved = budget.saved?.value ?? null;
    const beside = saved === null ? '' : `, saved ${formatValue(saved, unit)}`;
    const figure = formatWithInterval(value, ci95, unit, budget.verdict === 'inconclusive');
    return `${withNote(figure, budget)}${beside}${openTail(budget)}`;
  }
  const { worst, empty } = steps;
  const parts = [budgetValue(budget)];
  if (worst !== null)
    parts.push(`worst ${formatValue(worst.value, steps.unit)} at ${formatSeconds(worst.from)}`);
  if (empty > 0) parts.push(`${formatCount(empty)} without samples`);
  return `${parts.join(', ')}${openTail(budget)}`;
}

/** What would decide an undecided budget: `about 20 replications would decide`; empty for others. */
export function budgetNeeds({ verdict, runsToDecide, note }: BudgetResult): string {
  if (verdict !== 'inconclusive' || runsToDecide === undefined) return '';
  const never =
    note === null
      ? 'more replications do not help: it is at the limit'
      : 'more replications do not help: the runs differ';
  return decidingWords(runsToDecide, never);
}

function openTail(budget: BudgetResult): string {
  const needs = budgetNeeds(budget);
  return needs === '' ? '' : `, undecided: ${needs}`;
}

/** What the value of a budget is where its text leaves it open; null where it does not. */
export function meaningOf(metric: string): string | null {
  if (isMean(metric)) return 'mean over time';
  if (/\.latency(?:\.|$| )/u.test(metric)) return 'of all, failures included';
  return /\.successLatency(?:\.|$| )/u.test(metric) ? 'of successes' : null;
}

/** The same beside the text of a budget: ` (of successes)`; '' where there is nothing to say. */
export function besideBudget(metric: string): string {
  const meaning = meaningOf(metric);
  return meaning === null ? '' : ` (${meaning})`;
}

/** Whether a budget is on the mean of a level, such as a backlog, because it names no statistic. */
export function isMean(metric: string): boolean {
  const parsed = parseMeasure(metric);
  if (!parsed.ok) return false;
  const { name } = parsed.measure.metric;
  const found = findMetric(name);
  return found.known === 'yes' && found.ending === 'mean' && name.at(-1) !== 'mean';
}

/** Adds the note, which says why there is no limit. */
function withNote(text: string, { limit, note }: BudgetResult): string {
  return limit === null && note !== null ? `${text} (${note})` : text;
}
