import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { AMBIGUOUS, OUTCOME, statusOf, type Outcome } from '../../../contracts/outcome.js';
import type { Orchestration } from '../../../contracts/scenario/sagas.js';

/** Pause between unlimited retries, for an engine without its own retry interval. */
const ENDLESS_PAUSE_NS: Ns = NS_PER_SECOND;

/** True if the engine retries: tries are left, and the participant has not refused with a client error. */
export function isRepeated({ retry }: Orchestration, tries: number, reply: Outcome): boolean {
  return tries < retry.attempts && !isRefused(reply);
}

/** Pause after `tries` tries; `endless`: the engine's own limit of tries is exceeded. */
export function pauseOf({ retry }: Orchestration, tries: number, endless: boolean): Ns {
  const { intervalNs, factor, maxNs } = retry;
  if (intervalNs === 0) return endless ? ENDLESS_PAUSE_NS : 0;
  let pause = intervalNs;
  for (let k = 1; k < tries && pause < maxNs; k++) pause *= factor;
  return Math.round(Math.min(pause, maxNs));
}

/** True if a failed step may still have had its effect. */
export function isUnclear(reply: Outcome): boolean {
  const kind = reply & 31;
  return (reply & AMBIGUOUS) !== 0 || kind === OUTCOME.timeout || kind === OUTCOME.reset;
}

/** True if the participant has refused the call, without an effect. */
export function isRefused(reply: Outcome): boolean {
  return (reply & 31) === OUTCOME.clientError;
}

/** True if the call was refused because of another one in progress. */
export function isConflict(reply: Outcome): boolean {
  return statusOf(reply) === 409;
}
