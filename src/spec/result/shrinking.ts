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
  return events.filter((event) => {
    if (event.kind !== 'scaledDown') return false;
    const own = events.filter(({ subject, at }) => subject === event.subject && at <= event.at);
    const last = own
      .filter(({ kind }) => TROUBLE.has(kind) || kind === 'recovered')
      .reduce<E | null>(
        (latest, it) => (latest === null || it.at >= latest.at ? it : latest),
        null,
      );
    return last !== null && last.kind !== 'recovered';
  });
}
