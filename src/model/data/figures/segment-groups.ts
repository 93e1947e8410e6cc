import type { Grid } from '../../../contracts/plan/plan.js';
import type { HistogramBank } from '../../../stats/histogram-bank.js';
import type { HistogramData } from '../../../stats/histogram.js';

/** By segment: the segments stored there together; empty if they are stored at another one. */
export type Groups = readonly (readonly number[])[];

/** Storage of the segments of a grid: each separately, or all of a group at its first segment. */
export function groupsOf({ segments, groupOfSegment }: Grid): (isFine: boolean) => Groups {
  const fine: number[][] = [];
  const coarse: number[][] = [];
  for (let segment = 0; segment < segments; segment++) {
    fine.push([segment]);
    coarse.push([]);
    coarse[groupOfSegment[segment]].push(segment);
  }
  return (isFine) => (isFine ? fine : coarse);
}

/** The histograms of a bank by segment, those of a group together; `ids`: their numbers in the bank. */
export function dataOf(
  bank: HistogramBank,
  groups: Groups,
  ids: (group: readonly number[]) => readonly number[],
): HistogramData[] {
  return groups.map((group) => (group.length === 0 ? bank.empty : bank.dataOf(ids(group))));
}
