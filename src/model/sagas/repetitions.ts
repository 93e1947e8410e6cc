import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import { AMBIGUOUS, OUTCOME, statusOf } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Orchestration } from '../../spec/sagas.js';

/** Pause of what is repeated for ever by an engine that makes none. */
const ENDLESS_PAUSE_NS: Ns = NS_PER_SECOND;

/** Whether the engine tries once more; what is refused by a client error stays refused. */
export function isRepeated({ retry }: Orchestration, tries: number, reply: Outcome): boolean {
  return tries < retry.attempts && !isRefused(reply);
}

/** Pause behind so many tries; `endless`: they are more than the engine makes by itself. */
export function pauseOf({ retry }: Orchestration, tries: number, endless: boolean): Ns {
  const { intervalNs, factor, maxNs } = retry;
  if (intervalNs === 0) return endless ? ENDLESS_PAUSE_NS : 0;
  let pause = intervalNs;
  for (let k = 1; k < tries && pause < maxNs; k++) pause *= factor;
  return Math.round(Math.min(pause, maxNs));
}

/** Whether a step may have had its effect although it failed. */
export function isUnclear(reply: Outcome): boolean {
  const kind = reply & 31;
  return (reply & AMBIGUOUS) !== 0 || kind === OUTCOME.timeout || kind === OUTCOME.reset;
}

/** The participant does not want it, and has done nothing. */
export function isRefused(reply: Outcome): boolean {
  return (reply & 31) === OUTCOME.clientError;
}

/** A refusal because of something else that is under way. */
export function isConflict(reply: Outcome): boolean {
  return statusOf(reply) === 409;
}
