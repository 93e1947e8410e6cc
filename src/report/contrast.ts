import type { VariantResult } from '../spec/result/result.js';
import type { Column } from './column.js';
import { cellText } from './columns.js';
import { verdictBetween } from './difference.js';
import { haveSameLoad } from './reference.js';
import type { View } from './view.js';

/**
 * Whether a title may say that two variants differ in a column. The test is that of the table below it: a difference
 * that the table calls none or undecided is not one. Without replications there is no test, and figures stand alone.
 */
export function isDifferent(
  view: View,
  column: Column,
  one: VariantResult,
  other: VariantResult,
): boolean {
  if (!haveSameLoad(view, one, other)) return false;
  if (cellText(column, one) === cellText(column, other)) return false;
  const verdict = verdictBetween(view, column, one, other);
  return verdict === 'unknown' ? view.result.replications < 2 : verdict !== 'same';
}
