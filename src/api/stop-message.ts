import type { GuardReason, RunIdentity } from '../run/failure.js';
import { formatInstant } from '../text/figures.js';

/** A run that a guard stopped. */
export interface StoppedRun extends RunIdentity {
  readonly reason: GuardReason;
  /** Simulated time; null if it is not known. */
  readonly atNs: number | null;
  readonly detail: string;
}

/** The variants that guards stopped, and what to do about each; `isEmpty`: no other variant finished. */
export function stopMessage(path: string, stops: readonly StoppedRun[], isEmpty: boolean): string {
  const [first] = stops;
  const { what } = GUARDS[first!.reason];
  const rest = isEmpty
    ? 'the run was stopped and nothing is reported'
    : 'what finished is reported';
  const shown = stops
    .slice(0, SHOWN)
    .map(({ variant, seed, replication, atNs, detail, reason }) => {
      const at = atNs === null ? '' : `, at ${formatInstant(atNs / 1e9)} of the run`;
      const other = reason === first!.reason ? '' : `\n  ${GUARDS[reason].what}`;
      const why = detail === '' ? '' : `\n  ${detail}`;
      return `${other}\n  variant ${variant}, seed ${seed}, replication ${replication}${at}${why}`;
    });
  const left = stops.length - shown.length;
  const more = left === 0 ? '' : `\n  and ${left} more ${left === 1 ? 'variant' : 'variants'}`;
  const remedies = [...new Set(stops.map(({ reason }) => GUARDS[reason].remedy))];
  const advice = remedies.map((remedy) => `\n  ${remedy}`).join('');
  return `${path}: ${what}, ${rest}${shown.join('')}${more}${advice}`;
}

/** Most stopped variants in a message. */
const SHOWN = 5;

/** What each guard detected, and what a user can do about it. */
const GUARDS: Readonly<Record<GuardReason, { readonly what: string; readonly remedy: string }>> = {
  budget: {
    what: 'the limit of events (run.maxEvents) was reached',
    remedy: 'Shorten run.duration, lower the arrival rates, or raise run.maxEvents.',
  },
  instant: {
    what: 'a million events happened at one instant',
    remedy:
      'Something goes round without taking time: give a step on the way a time (work, wait, ' +
      'network.latency), or a backoff to the retry.',
  },
  depth: {
    what: 'a request called deeper than 64 calls',
    remedy:
      'The calls go round in a circle: break it, or let fewer requests take it (probability below 1).',
  },
  memory: {
    what: 'the limit of memory was reached',
    remedy: 'Otherwise lower the arrival rates, shorten run.duration, or raise --max-memory.',
  },
};
