import type { VariantResult } from '../../contracts/result/result.js';
import type { Column } from './column.js';
import { cellText, neverCount } from './columns.js';
import { isWorse } from './difference.js';
import { loadGroups } from './reference.js';
import { outdone } from './standing.js';
import type { View } from './view.js';

/** Names of the variants with the best text in a column for their load; none if all are equal, or none is clearly worse. */
export function bestOf(view: View, column: Column): ReadonlySet<string> {
  return new Set(loadGroups(view).flatMap((variants) => bestAmong(view, column, variants)));
}

function bestAmong(
  view: View,
  column: Column,
  ranked: readonly VariantResult[],
): readonly string[] {
  const known = measured(column, ranked);
  const first = foremost(column, known);
  if (first === null || ranked.length < 2 || column.unranked === true) return [];
  const differs =
    known.length < ranked.length || known.some((one) => isWorse(view, column, one, first));
  if (!differs) return [];
  const text = cellText(column, first);
  const worse = outdone(view);
  const isBest = (one: VariantResult): boolean => cellText(column, one) === text;
  if (ranked.every(isBest)) return [];
  const best = ranked.filter((one) => isBest(one) && !worse.has(one.name));
  return best.map(({ name }) => name);
}

function measured(column: Column, variants: readonly VariantResult[]): readonly VariantResult[] {
  return variants.filter((one) => column.pick(one).value !== null && neverCount(column, one) === 0);
}

function foremost(column: Column, known: readonly VariantResult[]): VariantResult | null {
  const sign = column.better === 'more' ? -1 : 1;
  const valueOf = (one: VariantResult): number => sign * column.pick(one).value!;
  return known.reduce<VariantResult | null>(
    (best, one) => (best === null || valueOf(one) < valueOf(best) ? one : best),
    null,
  );
}
