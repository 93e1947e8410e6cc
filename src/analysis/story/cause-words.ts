import { headOf } from '../../contracts/result/fault-text.js';
import type { Known, KnownCause } from '../../contracts/result/cause.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { formatInstant, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** What the words of causes need of a story. */
interface Told {
  readonly causes: readonly KnownCause[];
  readonly innocent: readonly { readonly fault: string }[];
  readonly events: readonly StoryEvent[];
}

/** A load that is too high before any fault: it comes first in the account. */
const isChronic = ({ mechanism, unit, at, share, role }: KnownCause): boolean =>
  mechanism === 'queueFull' && unit === 'share' && at === 0 && share === null && role === 'cause';

/** `From the start 600/s meet 500/s that edge can serve: 17 % of the requests fail. ` */
export function chronicWords({ causes }: Told): string {
  const chronic = causes.find(isChronic);
  if (chronic === undefined) return '';
  return `${capital(chronic.text)}: ${formatShare(chronic.value!)} of the requests fail (${chronic.evidence}). `;
}

/** A cause with a smaller part of the harm does not begin the sentence beside a larger one. */
const SMALL = 0.05;

const isSmall = ({ share }: KnownCause): boolean => share !== null && share < SMALL;

/** Causes that only make worse a degradation that others began, or have a small part beside others. */
export function laterOf({ causes }: Told): readonly KnownCause[] {
  const first = causes.filter((cause) => cause.role === 'cause' && !isChronic(cause));
  if (first.length === 0) return [];
  const isLarge = first.some(({ share }) => share !== null && share >= SMALL);
  return causes.filter(
    (cause) =>
      cause.role === 'amplifier' || (isLarge && cause.fault !== undefined && isSmall(cause)),
  );
}

/**
 * The faults that begin an account: those among the causes, or all that are not cleared if none is. `isMild`: little
 * goodput is lost, and the account has no place for later ones.
 */
export function startingFaults<E extends StoryEvent>(
  told: Told,
  faults: readonly E[],
  isMild = false,
): readonly E[] {
  const { causes, innocent } = told;
  const cleared = new Set(innocent.map(({ fault }) => fault));
  const later = new Set(isMild ? [] : laterOf(told).map(({ fault }) => fault));
  const named = new Set(causes.map(({ fault }) => fault));
  const open = faults.filter(({ subject }) => !cleared.has(subject) && !later.has(subject));
  const begin = open.filter(({ subject }) => named.has(subject));
  return begin.length > 0 ? begin : open;
}

/** Faults that are neither cleared nor among the causes, beside others that are causes. */
export function openFaults(told: Told, faults: readonly StoryEvent[]): readonly StoryEvent[] {
  const { causes, innocent } = told;
  const known = new Set([...causes, ...innocent].map(({ fault }) => fault));
  const begin = startingFaults(told, faults);
  const open = faults.filter(({ subject }) => !known.has(subject));
  return open.some((event) => begin.includes(event)) ? [] : open;
}

/** ` The runs do not show whether “orders 2x slower” at 20 s has a part.` */
export function openWords(told: Told, faults: readonly StoryEvent[]): string {
  const open = openFaults(told, faults);
  if (open.length === 0) return '';
  const words = open.map((event) => `“${headOf(event)}” at ${formatInstant(event.at)}`);
  return ` The runs do not show whether ${list([...new Set(words)])} ${words.length === 1 ? 'has' : 'have'} a part.`;
}

/** Words at the start of an account, with their time, and how they are known to be a cause. */
export interface Start {
  readonly at: number;
  readonly text: string;
  readonly known: Known;
}

/** How a fault is known to be a cause; one that the causes do not have is a guess. */
export function knownOf({ causes }: Told, id: string): Known {
  return causes.find(({ fault }) => fault === id)?.known ?? 'guess';
}

/** Several starts in one list, with how they are known: `a at 10 s (likely) and b at 20 s (proved)`. */
export function listedStarts(starts: readonly Start[]): string {
  const isSame = new Set(starts.map(({ known }) => known)).size === 1;
  const all = starts.length === 2 ? 'both ' : starts.length > 2 ? 'all ' : '';
  return list(
    starts.map(({ text, known }, k) => {
      if (!isSame) return marked(text, known);
      return k < starts.length - 1 ? text : marked(text, `${all}${known}`);
    }),
  );
}

/** `a crashes (in 3 of 8 runs; likely)`: a mark in parentheses, behind others. */
function marked(text: string, mark: string): string {
  return text.endsWith(')') ? `${text.slice(0, -1)}; ${mark})` : `${text} (${mark})`;
}

/**
 * Conditions that begin a degradation beside faults, with their times. A load has no part of its own where it meets a
 * ceiling, but comes before it.
 */
export function conditionStarts({ causes }: Told): readonly Start[] {
  const isLoad = ({ unit }: KnownCause): boolean => unit === 'times';
  return [...causes.filter(isLoad), ...causes.filter((cause) => !isLoad(cause))]
    .filter(
      (cause) =>
        cause.fault === undefined &&
        cause.role === 'cause' &&
        !isChronic(cause) &&
        ((cause.share ?? 0) > 0 || (isLoad(cause) && cause.share !== null)),
    )
    .map(({ text, at, known }) => ({ at, known, text: `${text} at ${formatInstant(at)}` }));
}

/** ` 1.5x the load of users at 40 s makes it worse (65 % of the failed and slow requests).` */
export function worseWords(told: Told): string {
  const later = laterOf(told);
  const breakers = later.filter(({ kind }) => kind === 'breakers');
  return [
    ...later.flatMap(({ text, at, share, averted, role, fault, kind, known }) => {
      if (kind === 'breakers' || (share === null && fault === undefined)) return [];
      const gone = averted ?? share;
      const does = role === 'amplifier' ? 'makes it worse' : 'has a small part';
      const part =
        gone === null ? '' : `: ${formatShare(gone)} of the failed and slow requests come with it`;
      return [` ${capital(text)} at ${formatInstant(at)} ${does}${part} (${known}).`];
    }),
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
  const main = causes.filter(({ role, fault }) => role === 'cause' && fault === undefined);
  if (main.length === 0) return null;
  const words = main.slice(0, MOST).map(({ text, at, evidence, kind, known }) => {
    const isTimed = at > 0 && kind !== 'scaling';
    // A limit does not begin: it refuses some from then on.
    const time = kind === 'limit' ? ` from ${formatInstant(at)} on` : ` at ${formatInstant(at)}`;
    const when = isTimed ? time : '';
    const evident = evidence === '' || kind === 'capacity' ? [] : [evidence];
    // Refusals are counted, not inferred.
    const why = kind === 'limit' && known !== 'proved' ? evident : [...evident, known];
    return `${text}${when}${why.length === 0 ? '' : ` (${why.join('; ')})`}`;
  });
  return capital(list(words));
}

function capital(text: string): string {
  // A name of the scenario keeps its case.
  return /^(?:the|from|one instance of) /u.test(text)
    ? text[0].toUpperCase() + text.slice(1)
    : text;
}
