import type { Result, VariantResult } from '../../contracts/result/result.js';
import { behindOf, countEstimate, unsettledOf } from '../families/unseen.js';

/**
 * The variant whose cascade the report describes: the one with the most metastable replications, then the lowest
 * success. With equal success, the one with the worst effects that no request shows. The first of equals.
 */
export function worstVariantOf(result: Result): VariantResult {
  let worst = result.variants[0]!;
  let worstSeverity = severityOf(result, worst);
  for (const variant of result.variants) {
    const severity = severityOf(result, variant);
    const at = severity.findIndex((each, i) => Math.abs(each - worstSeverity[i]!) > 1e-9);
    if (at >= 0 && severity[at]! > worstSeverity[at]!) [worst, worstSeverity] = [variant, severity];
  }
  return worst;
}

/** Criteria, the most important first; more is worse. */
function severityOf(result: Result, variant: VariantResult): readonly number[] {
  const lost = 1 - (variant.summary.success.value ?? 1);
  const sagas = unsettledOf({ result }, variant);
  const behind = behindOf({ result }, variant);
  return [
    variant.cascade.metastable,
    // Success rounded to a tenth of a per cent.
    Math.round(lost * 1000),
    sagas === null ? 0 : sagas.broken / sagas.begun,
    Math.round(countEstimate({ result }, variant, 'messages', 'lostEffects').value ?? 0),
    behind?.drained === Infinity ? 1 : 0,
    Math.round(behind?.oldest ?? 0),
    lost,
  ];
}
