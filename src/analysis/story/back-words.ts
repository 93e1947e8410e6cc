import type { CascadeEvent, Ending } from '../../spec/result/cascade.js';
import type { VariantSummary } from '../../spec/result/result.js';
import { latencyLater } from '../../spec/result/latency-later.js';
import { formatSeconds } from '../../text/figures.js';
import { isBackDuring, isUserDegradedLast } from '../../spec/result/back-during.js';
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
  const when = value > 0 ? `after ${formatSeconds(value)}` : isEarly ? EARLY : 'at once';
  return `${when}${runs}${latencyWords(back, events)}`;
}

const EARLY = 'before the fault ends';
/** Goodput is back although the fault lasts to the end. */
export const LASTS = 'while the fault lasts';

/** `, latency after 12 s` if that is clearly later. */
function latencyWords(back: Back, events: readonly CascadeEvent[]): string {
  const later = latencyLater(back, back.step);
  if (later === null) return '';
  if (later !== 'never') return `, latency after ${formatSeconds(later)}`;
  // The p95 of a few requests exceeds its limit now and then by chance, also where no user is degraded.
  return isUserDegradedLast(events) ? ', but requests are still slow when the run ends' : '';
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
