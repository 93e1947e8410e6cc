import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';
import { countIn } from '../families/family-parts.js';

/** From this share of its executions on, the timeout of a function is why its work is not done. */
const MOST = 0.5;
/** Fewer executions than these say nothing. */
const FEW = 5;

/**
 * `the timeout of thumb ends 329 of 349 executions (measured)`, of the function with the most that handles a backlog;
 * null if there is none. `isAsked`: whether it is about the backlog of a topic or queue.
 */
export function endedWords(
  { metered, components, cascade }: VariantResult,
  isAsked: (of: string) => boolean,
): string | null {
  const handlers = new Set(
    cascade.events.flatMap(({ kind, subject, places = [] }) =>
      kind === 'backlog' && isAsked(subject) ? places : [],
    ),
  );
  let found: { readonly name: string; readonly ended: number; readonly all: number } | null = null;
  for (const name of sortedKeys(metered)) {
    const ended = countIn(metered[name]!, 'timedOut');
    if (ended < FEW || !handlers.has(name)) continue;
    const outcomes = components[name]?.outcomes ?? {};
    const all = OUTCOME_NAMES.filter((outcome) => outcome !== 'throttled').reduce(
      (sum, outcome) => sum + (outcomes[outcome] ?? 0),
      0,
    );
    if (ended >= MOST * all && ended > (found?.ended ?? 0)) found = { name, ended, all };
  }
  if (found === null) return null;
  const { name, ended, all } = found;
  return `the timeout of ${name} ends ${formatCount(ended)} of ${formatCount(all)} executions (measured)`;
}
