import type { CascadeEvent } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { isOfUsers } from '../../analysis/verdicts/harmed.js';
import { formatInstant } from '../../text/figures.js';
import { episodesOf } from './episodes.js';

/** A breaker that stays open after the end of a fault, so that users recover only when it closes. */
export interface HeldOpen {
  readonly opened: CascadeEvent;
  /** When all breakers of the edge are closed again, in seconds. */
  readonly until: number;
}

/** From this time after the end of a fault on, users recover late. */
const LATE_S = 2;
/** Users recover with a breaker if both happen within this time: health is judged in steps of a second. */
const TOGETHER_S = 2;

/** The breaker with whose closing users recover; null if they do not, or recover with the fault. */
export function heldOpen(variant: VariantResult): HeldOpen | null {
  const { events } = variant.cascade;
  const harms = episodesOf(events).filter(
    ({ start, end }) => isOfUsers(variant, start.subject) && end?.kind === 'recovered',
  );
  for (const opened of events.filter(({ kind }) => kind === 'breakerOpen')) {
    const closed = events.find(
      ({ kind, subject }) => kind === 'breakerClosed' && subject === opened.subject,
    );
    if (closed === undefined) continue;
    const isHeld = harms.some(({ start, end }) => {
      const over = events.find(({ kind, at }) => kind === 'faultEnd' && at > start.at);
      return (
        over !== undefined &&
        opened.at < over.at &&
        closed.at >= over.at + LATE_S &&
        Math.abs(end!.at - closed.at) <= TOGETHER_S
      );
    });
    if (isHeld) return { opened, until: closed.at };
  }
  return null;
}

/** `the breaker of orders to payment stays open until 154 s`. */
export function heldOpenText({ opened, until }: HeldOpen): string {
  const [caller, callee] = opened.subject.split('->') as [string, string];
  const whose = caller === 'all' ? callee : `${caller} to ${callee}`;
  return `the breaker of ${whose} stays open until ${formatInstant(until)}`;
}

/** The opening with the time until which it lasts. */
export function lastingOpen({ opened, until }: HeldOpen): CascadeEvent {
  return { ...opened, text: `${opened.text}, until ${formatInstant(until)}` };
}
