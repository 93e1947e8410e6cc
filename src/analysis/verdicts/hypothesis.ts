import type { BudgetResult, HypothesisResult } from '../../contracts/result/budgets.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { judgeBudget } from './budget.js';
import type { Study } from './study.js';

/**
 * Verdict on the hypothesis of a file. It is invalid if an expectation about the time before a fault fails (there was
 * no steady state). It is refuted if another expectation fails. It is inconclusive if one is, or if runs are missing.
 * Otherwise it is confirmed. Expectations with severity `warning` do not count.
 */
export function judgeHypothesis(
  hypothesis: NonNullable<ScenarioFile['hypothesis']>,
  study: Study,
): HypothesisResult {
  const expectations: (BudgetResult & { variant: string })[] = [];
  let isInvalid = false;
  for (const source of hypothesis.expect) {
    const isSteadyState = source.expression.window?.kind === 'before';
    for (const data of study.variants) {
      const judged = judgeBudget(source, data, study);
      if (judged === null) continue;
      if (isSteadyState && judged.verdict === 'fail' && judged.severity === 'error')
        isInvalid = true;
      expectations.push({ ...judged, variant: data.variant.name });
    }
  }
  const has = (verdict: string): boolean =>
    expectations.some((one) => one.severity === 'error' && one.verdict === verdict);
  const isOpen = has('inconclusive') || (study.unfinished?.size ?? 0) > 0;
  const judged = has('fail') ? 'refuted' : isOpen ? 'inconclusive' : 'confirmed';
  return {
    statement: hypothesis.statement,
    verdict: isInvalid ? 'invalid' : judged,
    expectations,
  };
}
