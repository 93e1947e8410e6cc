import { powi } from '../../kernel/math.js';
import { retryOf, serverError } from '../../lint/layers.js';
import type { RetryTraits } from '../../contracts/patterns/policy-traits.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { sumOf } from '../../stats/sums.js';
import type { Asked } from './question.js';
import { remembered } from './remembered.js';
import { executedOf, finishedOf, outcomeOf, succeededOf, sumCells, sumOutcomes } from './sums.js';

type Moment = Pick<Asked, 'data' | 'window'>;

/** Executions of a part that begin, calls and attempts of a measured edge; per second of the window. */
interface Counted {
  begun(part: number): number;
  calls(stat: number): number;
  attempts(stat: number): number;
}

/** More attempts change nothing. */
const MOST_ATTEMPTS = 1000;

export interface OwnRepeats {
  /**
   * Attempts of a call on a measured edge where the callee is not overloaded: 1 + p + p^2 + ... if a share p of its
   * executions fails by itself with an error that is retried.
   */
  attempts(stat: number): number;
  /** Share of the executions of a part that fail by themselves. */
  failing(part: number): number;
}

/** What is repeated in a window because it fails by itself, not because something is full. */
export function ownRepeats(asked: Moment, counted: Counted): OwnRepeats {
  const { data, window } = asked;
  const { plan, records } = data;
  const { cells } = window;
  const { statsFrom, edgesOf } = wiringOf(plan);
  // In a circle of calls, a part that is measured through itself counts as not failing.
  const open = new Set<number>();
  const failedCalls = (stat: number): number => {
    const counts = sumOutcomes(
      records.map(({ edges }) => edges[stat]),
      cells,
    );
    const finished = finishedOf(counts);
    const share = finished > 0 ? 1 - succeededOf(counts) / finished : 0;
    return share * counted.calls(stat);
  };
  const measure = (part: number): number => {
    const counts = sumOutcomes(
      records.map(({ parts }) => parts[part]),
      cells,
    );
    const [executed, begun] = [executedOf(counts), counted.begun(part)];
    if (open.has(part) || executed <= 0 || begun === 0) return 0;
    open.add(part);
    const failed = outcomeOf(counts, 'serverError') / executed;
    const stats = statsFrom[part];
    const below = sumOf(stats.map(failedCalls)) / begun;
    // Requests that wait in a queue arrive in another time than they are executed in, with another share of failed calls.
    const executions = (begun * window.lengthNs * records.length) / 1e9;
    const elsewhere = below > 0 ? Math.abs(1 - executions / executed) : 0;
    const own = Math.max(0, failed - below - elsewhere);
    const passedOn = below > 0 ? Math.min(1, failed / below) : 0;
    const fails = stats.map((stat) => (failsOf(stat) * counted.calls(stat)) / begun);
    open.delete(part);
    return own + (1 - own) * Math.min(1, passedOn * sumOf(fails));
  };
  const failing = remembered(measure);
  const attemptsOf = remembered((stat) => {
    const { to } = plan.statEdges[stat];
    const retries = edgesOf[stat].flatMap(
      ({ bundle }) => retryOf(plan.bundles[bundle].layers) ?? [],
    );
    // Most calls have no retry, so that nothing has to be counted.
    const share = retries.length > 0 ? failing(to) : 0;
    if (share === 0) return 1;
    const calls = counted.calls(stat);
    const measured = calls > 0 ? counted.attempts(stat) / calls : 1;
    const each = retries.map((retry) =>
      attemptsFor(share * retriedShare(asked, to, retry), retry, measured),
    );
    return Math.max(...each);
  });
  const failsOf = (stat: number): number =>
    Math.max(0, 1 - attemptsOf(stat) * (1 - failing(plan.statEdges[stat].to)));
  return { attempts: attemptsOf, failing };
}

/** Attempts of a call if this share of them is retried. A budget allows no more than in an overload, which spends it. */
function attemptsFor(share: number, retry: RetryTraits, measured: number): number {
  const tries = Math.min(MOST_ATTEMPTS, retry.attempts);
  const all = share < 1 ? (1 - powi(share, tries)) / (1 - share) : tries;
  return retry.budgetGrowth === null ? all : Math.min(all, Math.max(retry.budgetGrowth, measured));
}

/** Share of the server errors of a part that a retry repeats, by their statuses. */
function retriedShare({ data, window }: Moment, part: number, { on }: RetryTraits): number {
  let [all, retried] = [0, 0];
  for (const { parts } of data.records) {
    for (const { status, counts } of parts[part].statuses) {
      if (status < 500) continue;
      const count = sumCells(counts, window.cells);
      all += count;
      if (on.has(serverError(status))) retried += count;
    }
  }
  return all > 0 ? retried / all : Number(on.has(serverError(500)));
}
