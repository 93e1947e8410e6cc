import type { Asked } from './question.js';
import { admittedOf, outcomeOf, succeededOf, sumOutcomes } from './sums.js';
import { writtenCalls } from './written.js';

/**
 * Calls on a measured edge that an execution makes where what it calls does not fail. A failed call ends its execution,
 * which makes none of the calls after it: those that the steps say are counted, at most as many as such executions can lack.
 */
export function callsOfEach(
  { data, window }: Pick<Asked, 'data' | 'window'>,
  { begun, calls, failing }: Counted,
): (stat: number) => number {
  return (stat) => {
    const { from } = data.plan.statEdges[stat];
    const measured = calls(stat) / begun(from);
    const counts = sumOutcomes(
      data.records.map(({ parts }) => parts[from]),
      window.cells,
    );
    const ended = admittedOf(counts) - outcomeOf(counts, 'unfinished');
    if (ended <= 0 || measured === 0) return measured;
    const own = Math.min(1, failing(from) + outcomeOf(counts, 'clientError') / ended);
    const below = Math.max(0, 1 - succeededOf(counts) / ended - own);
    const written = writtenCalls(data, stat) * (1 - own);
    return Math.max(measured, Math.min(written, measured / (1 - below)));
  };
}

/** Executions of a part that begin, calls on a measured edge, and the share of the executions that fail by themselves. */
interface Counted {
  begun(part: number): number;
  calls(stat: number): number;
  failing(part: number): number;
}
