import { headOf } from '../../spec/result/fault-text.js';
import type { CauseFact } from '../../spec/result/cause.js';
import type { StoryEvent } from '../../spec/result/cascade.js';
import { formatInstant, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** What the words of causes need of a story. */
interface Told {
  readonly causes: readonly CauseFact[];
  readonly innocent: readonly { readonly fault: string }[];
  readonly events: readonly StoryEvent[];
}

/** A load that is too high before any fault: it comes first in the account. */
const isChronic = ({ mechanism, unit, at, share, role }: CauseFact): boolean =>
  mechanism === 'queueFull' && unit === 'share' && at === 0 && share === null && role === 'cause';

/** `From the start 600/s meet 500/s that edge can serve: 17 % of the requests fail. ` */
export function chronicWords({ causes }: Told): string {
  const chronic = causes.find(isChronic);
  if (chronic === undefined) return '';
  return `${capital(chronic.text)}: ${formatShare(chronic.value!)} of the requests fail (${chronic.evidence}). `;
}

/** Causes that only make worse a degradation that others began. */
export function laterOf({ causes }: Told): readonly CauseFact[] {
  const isFirst = causes.some((cause) => cause.role === 'cause' && !isChronic(cause));
  return isFirst ? causes.filter(({ role }) => role === 'amplifier') : [];
}

/** Conditions that begin a degradation beside faults, with their times. */
export function conditionStarts({ causes }: Told): readonly string[] {
  return causes
    .filter(
      (cause) =>
        cause.fault === undefined &&
        cause.role === 'cause' &&
        !isChronic(cause) &&
        (cause.share ?? 0) > 0,
    )
    .map(({ text, at }) => `${text} at ${formatInstant(at)}`);
}

/** ` 1.5x the load of users at 40 s makes it worse (65 % of the failed and slow requests).` */
export function worseWords(told: Told): string {
  const later = laterOf(told);
  const breakers = later.filter(({ kind }) => kind === 'breakers');
  return [
    ...later
      .filter(({ share, kind }) => share !== null && kind !== 'breakers')
      .map(
        ({ text, at, share }) =>
          ` ${capital(text)} at ${formatInstant(at)} makes it worse: ${formatShare(share!)} of the failed and slow requests come with it.`,
      ),
    ...breakers.map(({ text, evidence }) => ` ${capital(text)} (${evidence}).`),
  ].join('');
}

/**
 * Rollouts that are rolled back, also where they are not to blame: a release may pay for the failures of others. Without
 * harm to explain there is no blame.
 */
export function rollbackWords({ innocent, events }: Told, isHarmful = true): string {
  const cleared = new Set(isHarmful ? innocent.map(({ fault }) => fault) : []);
  const of = (kind: StoryEvent['kind']): readonly StoryEvent[] =>
    events.filter((event) => event.kind === kind && event.mechanism === 'rollout');
  return of('faultEnd')
    .map((end) => {
      const start = of('fault').find(({ subject }) => subject === end.subject)!;
      const blame = cleared.has(end.subject) ? 'is not to blame, but ' : '';
      return ` “${headOf(start)}” ${blame}is rolled back at ${formatInstant(end.at)}: ${headOf(end)}.`;
    })
    .join('');
}

/** Most causes in one sentence. */
const MOST = 3;

/** The causes of failures without a fault, in order of time; null if there are none. */
export function causesFirst({ causes }: Told): string | null {
  const main = causes.filter(({ role }) => role === 'cause');
  if (main.length === 0) return null;
  const words = main.slice(0, MOST).map(({ text, at, evidence, kind }) => {
    const when = at > 0 && kind !== 'scaling' ? ` at ${formatInstant(at)}` : '';
    const why = evidence === '' || kind === 'capacity' ? '' : ` (${evidence})`;
    return `${text}${when}${why}`;
  });
  return capital(list(words));
}

function capital(text: string): string {
  // A name of the scenario keeps its case.
  return /^(?:the|from) /u.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
}
