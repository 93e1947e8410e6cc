import type { StoryEvent } from '../../spec/result/cascade.js';
import type { VariantResult } from '../../spec/result/result.js';

/** Fewest calls in a step whose attempts per call count. */
const FEW_CALLS = 10;

/** The most attempts per call of an edge in a step of the timeline; 1 without enough calls. */
export function attemptsPeak({ timeline }: VariantResult, edge: string): number {
  const own = timeline.edges[edge];
  if (own === undefined) return 1;
  let peak = 1;
  own.calls.forEach((calls, step) => {
    const count = calls * timeline.step;
    if (count >= FEW_CALLS) peak = Math.max(peak, own.attempts[step]! / calls);
  });
  return peak;
}

/** Kinds of events in which the health of a component or of a request gets worse. */
const WORSE: ReadonlySet<StoryEvent['kind']> = new Set([
  'degraded',
  'failing',
  'down',
  'saturated',
]);

/** Whether a component or a request of a workload degrades, fails or is saturated in the variant. */
export function degrades({ cascade }: VariantResult, subject: string): boolean {
  return cascade.events.some(({ kind, subject: own }) => WORSE.has(kind) && own === subject);
}

/** Whether a component has an event of one of these kinds. */
export function has(
  { cascade }: VariantResult,
  subject: string,
  kinds: readonly StoryEvent['kind'][],
): boolean {
  return cascade.events.some(({ kind, subject: own }) => own === subject && kinds.includes(kind));
}

/** Share of the requests of a component with one of these outcomes. */
export function shareOf(
  { components }: VariantResult,
  subject: string,
  isCounted: (outcome: string) => boolean,
): number {
  const outcomes = Object.entries(components[subject]?.outcomes ?? {});
  const all = outcomes.reduce((sum, [, count]) => sum + count, 0);
  const own = outcomes.reduce((sum, [name, count]) => sum + (isCounted(name) ? count : 0), 0);
  return all === 0 ? 0 : own / all;
}
