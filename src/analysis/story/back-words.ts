import type { CascadeEvent, Ending } from '../../spec/result/cascade.js';
import type { VariantSummary } from '../../spec/result/result.js';
import { latencyLater } from '../../spec/result/latency-later.js';
import { formatInstant } from '../../text/figures.js';
import { DEGRADATIONS } from '../measure/story.js';
import { ofRuns, WELL } from './ending-words.js';

/** When success and latency of the users are back after the reported fault, over all runs. */
export interface Back extends Pick<VariantSummary, 'recovery' | 'latencyRecovery'> {
  /** Length of a step of the timeline, seconds. */
  readonly step: number;
}

/**
 * `at once`, `after 2 s, latency after 12 s`: the end of a sentence that says that success is back; null if no run ends
 * well or the time is unknown. `events` are those of the first run.
 */
export function backWords(
  back: Back | null,
  events: readonly CascadeEvent[],
  endings: readonly Ending[],
): string | null {
  const well = endings.filter(({ verdict }) => WELL.has(verdict)).length;
  const value = back?.recovery.value ?? null;
  if (back !== null && isBackAtLast(back, events, endings)) return LASTS;
  if (back === null || well === 0 || value === null) return null;
  const runs = well === endings.length ? '' : ofRuns(well, endings.length);
  const isEarly = value === 0 && isBackDuring(back.recovery.fault, events);
  const when = value > 0 ? `after ${formatInstant(value)}` : isEarly ? EARLY : 'at once';
  return `${when}${runs}${latencyWords(back)}`;
}

const EARLY = 'before the fault ends';
/** Goodput is back although the fault lasts to the end. */
export const LASTS = 'while the fault lasts';

/** `, latency after 12 s` if that is clearly later. */
function latencyWords(back: Back): string {
  const later = latencyLater(back, back.step);
  if (later === null) return '';
  return later === 'never'
    ? ', but requests are still slow when the run ends'
    : `, latency after ${formatInstant(later)}`;
}

/** Whether users recover in every run while a fault goes on to the end, as after an eviction. */
function isBackAtLast(
  back: Back,
  events: readonly CascadeEvent[],
  endings: readonly Ending[],
): boolean {
  return (
    endings.every(({ reason }) => reason === 'faultLasts') &&
    isBackDuring(back.recovery.fault, events)
  );
}

/** Whether all users that a fault with a single span degrades recover while it lasts, as after a failover. */
function isBackDuring(fault: string | null, events: readonly CascadeEvent[]): boolean {
  const of = (kind: CascadeEvent['kind']): readonly CascadeEvent[] =>
    events.filter((event) => event.kind === kind && event.subject === fault);
  const [begin, ...again] = of('fault');
  const until = of('faultEnd')[0]?.at ?? Infinity;
  if (begin === undefined || again.length > 0) return false;
  const isUser = ({ subject, at }: CascadeEvent): boolean =>
    subject.includes('.') && at >= begin.at;
  const bad = events.filter((event) => isUser(event) && DEGRADATIONS.includes(event.kind));
  const good = events.filter((event) => isUser(event) && event.kind === 'recovered');
  return (
    bad.length > 0 &&
    bad.every((event) =>
      good.some(({ subject, at }) => subject === event.subject && at > event.at && at < until),
    )
  );
}
