import type { VariantResult } from '../contracts/result/result.js';
import type { Column } from './column.js';
import { cellText, neverCount, valueText } from './columns.js';
import { differenceBetween, isWorse, verdictBetween } from './difference.js';
import { loadGroups } from './reference.js';
import { outdone } from './standing.js';
import type { View } from './view.js';

/** The best variants of a column: one, or all that do not differ significantly from the best. */
export interface Winner {
  /** All of them where none differs. Empty if each of the best is outdone in success or goodput. */
  readonly names: readonly string[];
  /** True if the data show that they are equal, not merely that there is too little data. */
  readonly alike: boolean;
  /** The one that is ahead of all others in each pair of runs, if there are too few runs to be sure. */
  readonly ahead: string | null;
  /** The variant with the best figure, if it is outdone in success or goodput and so is not the best. */
  readonly outdone: string | null;
}

/** The winner of a column among the variants with one load; null if fewer than two can be compared. */
export function winnerOf(
  view: View,
  column: Column,
  variants: readonly VariantResult[],
): Winner | null {
  const known = measured(column, variants);
  const first = foremost(column, known);
  if (first === null || variants.length < 2 || column.unranked === true) return null;
  const worse = outdone(view);
  const level = known.filter((one) => one === first || isLevel(view, column, one, first));
  const isFlat = level.length === known.length;
  const best = isFlat ? known : level.filter(({ name }) => !worse.has(name));
  const isAhead = best.every(
    (one) => one === first || differenceBetween(view, column, first, one).leaning === 'better',
  );
  return {
    names: best.map(({ name }) => name),
    ahead: best.length > 1 && isAhead ? first.name : null,
    alike: best.every(
      (one) => one === first || verdictBetween(view, column, first, one) === 'same',
    ),
    outdone: !isFlat && worse.has(first.name) ? first.name : null,
  };
}

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
  const text = valueText(column, column.pick(first).value);
  const worse = outdone(view);
  const isBest = (one: VariantResult): boolean => cellText(column, one) === text;
  if (ranked.every(isBest)) return [];
  const best = ranked.filter((one) => isBest(one) && !worse.has(one.name));
  return best.map(({ name }) => name);
}

function isLevel(view: View, column: Column, one: VariantResult, first: VariantResult): boolean {
  if (view.result.replications < 2) return !isWorse(view, column, one, first);
  return verdictBetween(view, column, first, one) !== 'better';
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
