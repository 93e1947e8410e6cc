import type { CascadeEvent } from './cascade.js';

const TROUBLE: ReadonlySet<CascadeEvent['kind']> = new Set([
  'saturated',
  'degraded',
  'failing',
  'down',
]);

/**
 * Scale-down events of components that are saturated, degraded, failing or down at that time. The metric of
 * the autoscaler does not show it.
 */
export function shrinking<E extends Pick<CascadeEvent, 'kind' | 'subject' | 'at'>>(
  events: readonly E[],
): readonly E[] {
  const isDown = ({ kind }: E): number => Number(kind === 'scaledDown');
  // At one instant, the state of the component comes first.
  const order = events.toSorted((a, b) => a.at - b.at || isDown(a) - isDown(b));
  const troubled = new Set<string>();
  const found = new Set<E>();
  for (const event of order) {
    if (TROUBLE.has(event.kind)) troubled.add(event.subject);
    else if (event.kind === 'recovered') troubled.delete(event.subject);
    else if (isDown(event) && troubled.has(event.subject)) found.add(event);
  }
  return events.filter((event) => found.has(event));
}
