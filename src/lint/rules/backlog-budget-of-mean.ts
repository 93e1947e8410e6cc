import { findMetric } from '../../language/metrics.js';
import type { Expression } from '../../contracts/scenario/expression.js';
import { kindAt } from '../judged.js';
import type { Rule } from '../rule.js';

/** Metrics of messages that wait, of which an alert sees each value. */
const LEVELS: ReadonlySet<string> = new Set(['lag', 'age', 'ready', 'delayed', 'outbox']);

/** A budget on a backlog that is small on average, however large it becomes. */
export const backlogBudgetOfMean: Rule = {
  name: 'backlog-budget-of-mean',
  severity: 'hint',
  reason:
    'A backlog without a statistic is its mean over the run. One of minutes among quiet minutes holds such a budget, and fires every alert.',
  remedy: 'Write `.max`, the largest value at any time, or `.mean` where the mean is meant.',
  check: (subject) =>
    subject.expressions.flatMap((expression, i) => {
      if (!isOfMean(expression)) return [];
      const { text, metric } = expression;
      return {
        path: subject.budgetPaths[i]!,
        entities: metric.subject.kind === 'component' ? [metric.subject.at.component] : [],
        message: `the ${kindAt(subject, i)} on ${metric.text} is about its mean`,
        measured: `${metric.text}, the mean over the run`,
        limit: `${metric.text}.max or ${metric.text}.mean`,
        fix: `# in budgets\n- ${text.replace(metric.text, `${metric.text}.max`)}`,
      };
    }),
};

/** Whether it is an upper limit, for the entire run, on a level without a statistic. */
function isOfMean({ metric: { name }, op, window, steps }: Expression): boolean {
  if (window !== null || steps !== null || !op.startsWith('<')) return false;
  const found = findMetric(name);
  const isLevel = LEVELS.has(name[0] ?? '') && found.known === 'yes';
  return isLevel && found.ending === 'mean' && name.at(-1) !== 'mean';
}
