import type { RunRecord } from '../../contracts/record/record.js';
import { sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';

/** Minimum number of calls of an edge in a run for its amplification to count. */
export const FEW_CALLS = 20;

/** Largest attempts per call of any component edge of a run; null if no edge has enough calls. */
export function amplificationOf(data: VariantData, record: RunRecord): number | null {
  const { cells } = data.whole;
  let largest: number | null = null;
  for (const edge of data.edges) {
    let calls = 0;
    let attempts = 0;
    for (const stat of edge.stats) {
      calls += sumCells(record.edges[stat].calls, cells);
      attempts += sumCells(record.edges[stat].attempts, cells);
    }
    if (calls >= FEW_CALLS) largest = Math.max(largest ?? 0, attempts / calls);
  }
  return largest;
}
