import { BARE } from './unseen.js';
import { partName } from '../../contracts/plan/names.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import type { Subscriber } from '../../contracts/scenario/messaging.js';
import { formatSeconds } from '../../text/figures.js';

/** Seconds after a reset within which its effects on the consumer group begin. */
const SOON = 10;

/** A reset of a consumer group's offsets. `at`: seconds from the end of the warm-up. */
interface Reset {
  readonly subject: string;
  readonly at: number;
  readonly from: NonNullable<Subscriber['replay']>['from'];
}

/** Resets of consumer groups, which the scenario plans. */
export function replayEvents(plan: Plan): readonly StoryEvent[] {
  return resetsOf(plan).map(({ subject, at, from }) => ({
    at,
    kind: 'replay',
    subject,
    ...BARE,
    ...twoParts('is reset', resetWords(from), ': '),
  }));
}

/** `, after its reset` for an effect on a group that begins soon after one; else empty. */
export function afterReset(plan: Plan, subject: string, at: number, step: number): string {
  const isEffect = (reset: Reset): boolean =>
    reset.subject === subject && at > reset.at - step && at <= reset.at + SOON;
  return resetsOf(plan).some(isEffect) ? ', after its reset' : '';
}

function resetsOf(plan: Plan): readonly Reset[] {
  return plan.topics.flatMap(({ groups }) =>
    groups.flatMap(({ part, spec: { replay } }) =>
      replay === null || plan.warmupNs + replay.atNs >= plan.endNs
        ? []
        : [{ subject: partName(plan, part), at: replay.atNs / 1e9, from: replay.from }],
    ),
  );
}

function resetWords(from: Reset['from']): string {
  if (from === 'latest') return 'it skips all messages until then';
  return from === 'earliest'
    ? 'it reads again from its oldest message'
    : `it reads the messages of the last ${formatSeconds(from / 1e9)} again`;
}
