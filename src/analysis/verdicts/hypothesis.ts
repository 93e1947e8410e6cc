import type { BudgetResult, HypothesisResult } from '../../spec/result.js';
import type { ScenarioFile } from '../../spec/scenario.js';
import { judgeBudget } from './budget.js';
import { checkedExpression, type Study } from './study.js';

/**
 * Verdict on the hypothesis of a file, inconclusive at best where runs are missing: refuted when an expectation fails, invalid when one that speaks
 * of the time before a fault fails (there was no steady state), inconclusive when one is, else confirmed. Those that are
 * warnings decide nothing.
 */
export function judgeHypothesis(
  hypothesis: NonNullable<ScenarioFile['hypothesis']>,
  study: Study,
): HypothesisResult {
  const expectations: (BudgetResult & { variant: string })[] = [];
  let isInvalid = false;
  for (const source of hypothesis.expect) {
    const isSteadyState = checkedExpression(source.text).window?.kind === 'before';
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
