import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental } from './experiment.js';

/** A time as Go reads it: `90s`, `250ms`. */
export function goDuration(ns: Ns): string {
  return ns % NS_PER_SECOND === 0
    ? `${ns / NS_PER_SECOND}s`
    : `${Math.max(1, Math.round(ns / 1e6))}ms`;
}

/** Whole seconds, as a text. */
export function wholeSeconds(ns: Ns): string {
  return String(Math.round(ns / NS_PER_SECOND));
}

/** Whole milliseconds, as a text. */
export function wholeMs(ns: Ns): string {
  return String(Math.max(0, Math.round(ns / 1e6)));
}

/** When a fault starts, counted from the start of the load, which begins with the warm-up, and how long it lasts. */
export function timesOf(
  { fromNs, untilNs }: Fault['spans'][number],
  { scenario: { run } }: Experimental,
): { readonly startNs: Ns; readonly lengthNs: Ns } {
  return { startNs: run.warmupNs + fromNs, lengthNs: (untilNs ?? run.durationNs) - fromNs };
}

/** Seconds without the noise of binary fractions. */
export function seconds(ns: Ns): number {
  return Number((ns / NS_PER_SECOND).toPrecision(12));
}

/** Why a fault cannot be planned by time; null if it can. */
export function unplannable({ when, spans }: Fault): string | null {
  if (when !== null) return 'it starts at a condition, and an experiment starts at a time';
  if (spans.length === 0) return 'it has no time at which it starts';
  return null;
}

/** What an experiment does not repeat of the course of a fault. */
export function courseRemarks({
  jitterNs,
  probability,
  ramp,
  version,
  mitigated,
}: Fault): readonly string[] {
  return [
    ...(probability < 1 ? ['it always happens, and not with its probability'] : []),
    ...(jitterNs > 0 ? ['it starts on time, without jitter'] : []),
    ...(ramp !== null ? ['it has its full strength from the start, without a ramp'] : []),
    ...(mitigated !== undefined ? ['no responder ends it: stop it where its alert would'] : []),
    ...(version !== null ? [`its selector names all versions: add the label of ${version}`] : []),
  ];
}
