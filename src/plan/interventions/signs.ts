import type { Plan } from '../../spec/plan/plan.js';
import type { Resource } from '../../spec/result/cause.js';
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

/** Whether a component degrades, or degradations of others come from it. */
export function reaches(variant: VariantResult, subject: string): boolean {
  const { influences } = variant.cascade;
  return degrades(variant, subject) || influences.some(({ from }) => from === subject);
}

/** Share of the run in which an overload counts as there from the start. */
const EARLY = 0.1;

/** Whether a component is saturated or fails soon after the start. */
export function fullEarly({ cascade, timeline }: VariantResult): boolean {
  const until = EARLY * timeline.step * timeline.steps;
  return cascade.events.some(({ kind, at }) => WORSE.has(kind) && at <= until);
}

/** Whether the first thing that gets worse does so after a time, or in the step before. */
export function worsensAfter({ cascade, timeline }: VariantResult, at: number): boolean {
  const times = cascade.events.filter(({ kind }) => WORSE.has(kind)).map((event) => event.at);
  return times.length > 0 && Math.min(...times) >= at - timeline.step;
}

/** Place of the first event of a component among those that get worse; null without one. */
export function firstOf({ cascade }: VariantResult, subject: string): number | null {
  const found = cascade.events.filter(({ kind }) => WORSE.has(kind));
  const place = found.findIndex(
    ({ subject: own }) => own === subject || subject.startsWith(`${own}->`),
  );
  return place < 0 ? null : place;
}

/** The largest share of a resource of a component that is in use, as far as the figures show it. */
export function usagePeak(
  variant: VariantResult,
  { components }: Plan,
  subject: string,
  resource: Resource,
): number {
  const own = variant.components[subject];
  const component = components.find(({ name }) => name === subject);
  if (own === undefined || component === undefined) return 0;
  const { busy, up } = variant.timeline.series[subject] ?? { busy: [], up: [] };
  const workers = Math.max(
    0,
    ...busy.map((level, k) => level / ((up[k] ?? component.initial) * component.concurrency)),
  );
  switch (resource) {
    case 'workers':
      return workers;
    case 'cores':
      return has(variant, subject, ['saturated']) && workers < 0.9 ? 1 : (own.cpu ?? 0) * 1.2;
    case 'connections':
      return Math.max(
        0,
        ...Object.values(own.pools ?? {}).map(({ used, size }) => used.max / (size ?? Infinity)),
      );
    case 'memory':
      return has(variant, subject, ['killed']) ? 1 : 0;
    case 'queue':
    case 'bandwidth':
      return 0;
  }
}
