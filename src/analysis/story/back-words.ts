import type { CascadeEvent, Ending } from '../../contracts/result/cascade.js';
import type { VariantSummary } from '../../contracts/result/result.js';
import { latencyLater } from '../../contracts/result/latency-later.js';
import { formatSeconds } from '../../text/figures.js';
import { isBackDuring, isUserDegradedLast } from '../../contracts/result/back-during.js';
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
  const during = endings.filter(({ reason }) => reason === 'during').length;
  if (during > 0)
    return `${LASTS}${during === endings.length ? '' : ofRuns(during, endings.length)}${takeOver(events)}`;
  const well = endings.filter(({ verdict }) => WELL.has(verdict)).length;
  const runs = well === endings.length ? '' : ofRuns(well, endings.length);
  const value = back?.recovery.value ?? null;
  if (back === null || well === 0) return null;
  if (value === null) {
    if (!endings.some(({ reason }) => reason === 'back')) return null;
    // Recovery counts up to the next fault. Nothing precedes a fault from the start, so its recovery has no measure.
    return `${back.recovery.never > 0 ? LATER : AFTER}${runs}`;
  }
  const isEarly = value === 0 && isBackDuring(back.recovery.fault, events);
  const when = value > 0 ? `after ${formatSeconds(value)}` : isEarly ? EARLY : 'at once';
  return `${when}${runs}${latencyWords(back, events)}`;
}

/** ` (db: the replica takes over after 35 s)`: why users are served although a node stays down. */
function takeOver(events: readonly CascadeEvent[]): string {
  const promoted = events.find(({ kind }) => kind === 'promoted');
  return promoted === undefined ? '' : ` (${promoted.subject}: ${promoted.text})`;
}

const EARLY = 'before the fault ends';
/** Goodput is back although the fault lasts to the end. */
const LASTS = 'while the fault lasts';
const AFTER = 'after the fault';
const LATER = 'only after a later fault';

/** `, latency after 12 s` if that is clearly later. */
function latencyWords(back: Back, events: readonly CascadeEvent[]): string {
  const later = latencyLater(back, back.step);
  if (later === null) return '';
  if (later !== 'never') return `, latency after ${formatSeconds(later)}`;
  // The p95 of a few requests exceeds its limit now and then by chance, also where no user is degraded.
  return isUserDegradedLast(events) ? ', but requests are still slow when the run ends' : '';
}
