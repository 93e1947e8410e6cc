import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { headOf } from '../../contracts/result/fault-text.js';
import { isDegradation } from './seen-words.js';

/** A fault, those that follow before its users are healthy again, and the events up to the next episode. */
export interface UserEpisode {
  readonly triggers: readonly CascadeEvent[];
  /** Seconds; the first episode has no beginning, the last one no end. */
  readonly from: number;
  readonly until: number;
  /** When all users are healthy again, seconds; null in the last episode, and where the next one finds them degraded. */
  readonly healthyAt: number | null;
  readonly events: readonly CascadeEvent[];
}

const isUser = ({ subject }: CascadeEvent): boolean => subject.includes('.');

const isBack = (event: CascadeEvent): boolean => isUser(event) && event.kind === 'recovered';

/**
 * The episodes of a run, in order of time. `triggers`: the faults that begin the account, by time. A fault begins an
 * episode of its own if it finds all users healthy, after an earlier one degraded some, and degrades some again; or if it
 * hurts them a minute or more after all effects of the earlier one. Faults
 * with the same words stay together: their times are one list. Where others strike in between, all is one episode.
 */
export function userEpisodes(
  triggers: readonly CascadeEvent[],
  events: readonly CascadeEvent[],
): readonly UserEpisode[] {
  const starts: CascadeEvent[][] = [];
  for (const trigger of triggers) {
    const isAgain = (own: readonly CascadeEvent[]): boolean =>
      own.some((event) => headOf(event) === headOf(trigger));
    const last = starts.at(-1);
    if (starts.some((own) => own !== last && isAgain(own))) return [wholeOf(triggers, events)];
    if (last === undefined || (!isAgain(last) && isApart(last[0].at, trigger.at, events)))
      starts.push([trigger]);
    else last.push(trigger);
  }
  return starts.map((own, i) => {
    const from = i === 0 ? -Infinity : own[0].at;
    const until = starts[i + 1]?.[0].at ?? Infinity;
    const within = events.filter(({ at }) => at >= from && at < until);
    const ends = within.filter(isBack).map(({ at }) => at);
    const healthyAt = i === starts.length - 1 || ends.length === 0 ? null : Math.max(...ends);
    return { triggers: own, from, until, healthyAt, events: within };
  });
}

function wholeOf(triggers: readonly CascadeEvent[], events: readonly CascadeEvent[]): UserEpisode {
  return { triggers, from: -Infinity, until: Infinity, healthyAt: null, events };
}

/** Seconds between effects on users from which two faults are reported one after the other. */
const APART = 60;

/** Whether some users degrade after `since`, all are healthy at `at` or long degraded, and some degrade after that. */
function isApart(since: number, at: number, events: readonly CascadeEvent[]): boolean {
  const users = events.filter(isUser);
  const before = users.filter((event) => event.at >= since && event.at < at);
  const hurt = new Set(before.filter(isDegradation).map(({ subject }) => subject));
  const isHealthy = [...hurt].every((subject) => {
    const last = before.findLast(
      (event) => event.subject === subject && (isDegradation(event) || event.kind === 'recovered'),
    );
    return last?.kind === 'recovered';
  });
  const latest = Math.max(...before.filter(isDegradation).map((event) => event.at));
  return (
    hurt.size > 0 &&
    (isHealthy || at - latest >= APART) &&
    users.some((event) => event.at >= at && isDegradation(event))
  );
}
