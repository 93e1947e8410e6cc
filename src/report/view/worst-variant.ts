import type { Result, VariantResult } from '../../contracts/result/result.js';
import { behindOf, countEstimate, unsettledOf } from '../families/unseen.js';
import { GOALS, tallyOf } from './judged.js';

/**
 * The variant whose cascade the report describes: the one with the most metastable replications, then the lowest
 * success. With equal success, the one with the worst effects that no request shows, then one that does not hold its
 * budgets, then the one with more slow requests. Of equals the baseline, then the first.
 */
export function worstVariantOf(result: Result): VariantResult {
  const { variants } = result;
  let worst = variants.find(({ baseline }) => baseline) ?? variants[0]!;
  let worstSeverity = severityOf(result, worst);
  for (const variant of variants) {
    const severity = severityOf(result, variant);
    const at = severity.findIndex(
      ([value, alike], i) => Math.abs(value - worstSeverity[i]![0]) > alike,
    );
    if (at >= 0 && severity[at]![0] > worstSeverity[at]![0])
      [worst, worstSeverity] = [variant, severity];
  }
  return worst;
}

/** A criterion, and the difference up to which two variants are alike in it. More is worse. */
type Criterion = readonly [value: number, alike: number];

/** Part of an amount by which two variants that are alike may differ. */
const ALIKE = 0.05;

/** The most important criterion first. */
function severityOf(result: Result, variant: VariantResult): readonly Criterion[] {
  const lost = 1 - (variant.summary.success.value ?? 1);
  const sagas = unsettledOf({ result }, variant);
  const behind = behindOf({ result }, variant);
  const effects = countEstimate({ result }, variant, 'messages', 'lostEffects').value ?? 0;
  const oldest = behind?.oldest ?? 0;
  // Where something has no effect, that is the answer, and not a request that is slow.
  const isHidden = effects > 0 || (sagas?.broken ?? 0) > 0;
  const slow = isHidden ? 0 : (variant.summary.slow?.value ?? 0);
  const isBroken = !isHidden && tallyOf(GOALS, variant).broken > 0;
  return [
    [variant.cascade.metastable, 0],
    [lost, Math.max(1e-4, Math.min(1e-3, ALIKE * lost))],
    [sagas === null ? 0 : sagas.broken / sagas.begun, 1e-9],
    [effects, Math.max(0.5, ALIKE * effects)],
    [Number(isBroken), 0],
    [behind?.drained === Infinity ? 1 : 0, 0],
    [slow, Math.max(0.01, ALIKE * slow)],
    [oldest, Math.max(0.5, ALIKE * oldest)],
  ];
}
