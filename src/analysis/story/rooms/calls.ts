import { OUTCOME_KINDS, OUTCOME_NAMES, type OutcomeName } from '../../../contracts/outcome.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { arrivedOf } from '../../measure/sums.js';
import { sumOf } from '../../../stats/sums.js';
import type { VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';
import type { Demands } from '../demands.js';
import { meanHeld } from '../../measure/held.js';

/** Share of the attempts on some measured edges with an outcome. */
export function outcomeShare(
  record: RunRecord,
  stats: readonly number[],
  outcome: OutcomeName,
  { cells }: CellSet,
): number {
  const kind = OUTCOME_NAMES.indexOf(outcome);
  let all = 0;
  let own = 0;
  for (const stat of stats) {
    const { attemptOutcomes } = record.edges[stat];
    for (const cell of cells) {
      all += arrivedOf(attemptOutcomes, cell * OUTCOME_KINDS);
      own += attemptOutcomes[cell * OUTCOME_KINDS + kind];
    }
  }
  return all > 0 ? own / all : 0;
}

/**
 * The level of first calls on some measured edges, each of which takes `heldNs`, or as long as its callee works for it: a
 * caller that gives up ends some calls early, because they waited too long before.
 */
export function levelOfCalls(
  { plan }: VariantData,
  record: RunRecord,
  stats: readonly number[],
  heldNs: number,
  rates: { readonly demands: Demands; readonly window: CellSet; readonly measured: CellSet },
): number {
  const { demands, window, measured } = rates;
  return sumOf(
    stats.map((stat) => {
      const worked = meanHeld(record, [plan.statEdges[stat].to], measured);
      return demands.firstOn(stat, window) * Math.max(heldNs / 1e9, worked);
    }),
  );
}
