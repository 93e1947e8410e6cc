import type { CascadeEvent } from './cascade.js';
import { DEGRADATIONS } from './degradations.js';

/** Whether all users that a fault with a single span degrades recover while it lasts, as after a failover. */
export function isBackDuring(
  fault: string | null,
  events: readonly Pick<CascadeEvent, 'kind' | 'subject' | 'at'>[],
): boolean {
  const of = (kind: CascadeEvent['kind']): typeof events =>
    events.filter((event) => event.kind === kind && event.subject === fault);
  const [begin, ...again] = of('fault');
  const until = of('faultEnd')[0]?.at ?? Infinity;
  if (begin === undefined || again.length > 0) return false;
  const isUser = ({ subject, at }: (typeof events)[number]): boolean =>
    subject.includes('.') && at >= begin.at;
  const bad = events.filter((event) => isUser(event) && DEGRADATIONS.includes(event.kind));
  const lastGood = new Map<string, number>();
  for (const { kind, subject, at } of events) {
    if (kind !== 'recovered' || at >= until) continue;
    lastGood.set(subject, Math.max(at, lastGood.get(subject) ?? at));
  }
  return bad.length > 0 && bad.every(({ subject, at }) => (lastGood.get(subject) ?? at) > at);
}

/** Whether a kind of user request is degraded at the end of the run. */
export function isUserDegradedLast(
  events: readonly Pick<CascadeEvent, 'kind' | 'subject'>[],
): boolean {
  return events.some(({ kind, subject }) => kind === 'notRecovered' && subject.includes('.'));
}
