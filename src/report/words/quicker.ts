import type { VariantResult } from '../../contracts/result/result.js';
import { formatSeconds } from '../../text/figures.js';
import { halvedEffects } from '../view/effects.js';
import { latencyColumns } from '../view/columns.js';
import type { Column } from '../view/column.js';
import { decidingWords } from '../view/deciding-words.js';
import { differenceBetween, differenceOf, isWorse } from '../view/difference.js';
import { heldBudgets, type View } from '../view/view.js';
import type { Words } from '../base/emphasis.js';
import { advice, bracketsOf, NOTHING, type Advice } from './advised.js';
import { ALIKE, BETTER, mostServed, successOf, withoutQuestions } from './best-served.js';
import { referenceOf, withLoadOf } from '../view/reference.js';
import { settingsOf } from '../view/settings.js';

/** The part of a change that the comparison needs: a setting leaves a share of the harm. */
interface Changed {
  readonly isSetting: boolean;
  readonly left: number;
}

/** A variant that is quicker than another one, and the words that say by how much. */
interface Quicker {
  readonly variant: VariantResult;
  readonly words: Words;
}

/**
 * `cached is quicker: p99 232 ms, in now 465 ms`: of variants of the same load in which as many requests succeed, the one
 * with the shortest times, where the intervals decide it. null where another of its quantiles is longer, or where it has
 * clearly more of a harm that no request shows, such as a backlog.
 */
function quickerOf(view: View): Quicker | null {
  const ours = comparedWith(view);
  const columns = quantilesOf(view);
  for (const column of columns) {
    const pair = endsOf(view, column, ours);
    if (pair === null || !isWorse(view, column, pair.slow, pair.quick)) continue;
    const { quick, slow } = pair;
    const isTraded =
      columns.some((other) => isWorse(view, other, quick, slow)) ||
      halvedEffects(view, quick, slow).length > 0;
    if (isTraded) return null;
    return {
      variant: quick,
      words: [{ strong: quick.name }, ' is quicker: ', ...bothTimes(column, quick, slow)],
    };
  }
  return null;
}

/** `Not decided which is quicker: p99 232 ms, in now 240 ms (about 30 replications would decide)`; null where they are alike. */
function undecidedQuicker(view: View): Words | null {
  const column = quantilesOf(view)[0]!;
  const pair = endsOf(view, column, comparedWith(view));
  if (pair === null || view.result.replications === 1) return null;
  const { quick, slow } = pair;
  if (differenceBetween(view, column, quick, slow).verdict !== 'unknown') return null;
  const reference = referenceOf(view, quick);
  if (reference !== quick && reference !== slow) return null;
  const other = reference === quick ? slow : quick;
  const { runsToDecide, difference, margin } = differenceOf(view, column, other);
  if (
    runsToDecide === undefined ||
    runsToDecide === null ||
    Math.abs(difference ?? 0) <= (margin ?? 0)
  )
    return null;
  const runs = decidingWords(runsToDecide, '');
  return ['Not decided which is quicker: ', ...bothTimes(column, quick, slow), ` (${runs}).`];
}

/** The quicker variant with its settings, or that the runs do not decide which one it is; null where neither is known. */
export function quickerAdvice(view: View): Advice | null {
  const found = quickerOf(view);
  if (found === null) {
    const open = undecidedQuicker(view);
    return open === null ? null : { ...NOTHING, words: open };
  }
  const { variant, words } = found;
  const changes = settingsOf(view, variant);
  return advice(view, words, { variant, changes, which: bracketsOf(view, variant) });
}

/**
 * The quicker variant without budgets, where the requests of the variant that the report is about are slow and do not fail: if it has no
 * more slow requests than a change that leaves a share of them, the one that the user asked about is the answer.
 */
export function quickServed(view: View, change: Changed | null): Advice | null {
  const { worstVariant } = view;
  if (change === null || heldBudgets(worstVariant).of > 0) return null;
  const left = change.isSetting ? change.left : 1;
  const quick = quickerOf(view);
  if (quick === null || 1 - successOf(worstVariant) >= BETTER) return null;
  const [most, own] = [worstVariant, quick.variant].map(slowOf);
  const isLess = most! >= BETTER && own! - left * most! < BETTER;
  return isLess ? quickerAdvice(view) : null;
}

function slowOf({ summary }: VariantResult): number {
  return summary.slow?.value ?? 0;
}

function comparedWith(view: View): readonly VariantResult[] {
  return withoutQuestions(view, withLoadOf(view, view.worstVariant));
}

/** p99, p95 and p50 of the requests that succeed, in the order in which they are compared. */
function quantilesOf(view: View): readonly Column[] {
  const [p50, p95, p99] = latencyColumns(view, 'successLatency');
  return [p99!, p95!, p50!];
}

/** The variants with the shortest and the longest times, the one that the report is about if it is clearly longer. */
function endsOf(
  view: View,
  column: Column,
  ours: readonly VariantResult[],
): { readonly quick: VariantResult; readonly slow: VariantResult } | null {
  const most = mostServed(ours);
  const timeOf = (variant: VariantResult): number => column.pick(variant).value ?? Infinity;
  const alike = ours.filter((one) => most - successOf(one) < ALIKE && timeOf(one) < Infinity);
  const sorted = [...alike].sort((a, b) => timeOf(a) - timeOf(b));
  const [quick] = sorted;
  const { worstVariant } = view;
  if (quick === undefined || sorted.length < 2) return null;
  const isAbout = sorted.includes(worstVariant) && isWorse(view, column, worstVariant, quick);
  return { quick, slow: isAbout ? worstVariant : sorted.at(-1)! };
}

function bothTimes(column: Column, quick: VariantResult, slow: VariantResult): Words {
  const [least, most] = [quick, slow].map((one) => formatSeconds(column.pick(one).value ?? 0));
  return [`${column.head} ${least}, in `, { strong: slow.name }, ` ${most}`];
}
