import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { headOf } from '../../contracts/result/fault-text.js';
import { formatInstant } from '../../text/figures.js';
import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { degradationWords, heldWords } from './mechanism-words.js';
import { isDegradation, LINKS_MAX, seenWords, unique } from './seen-words.js';

/** Seconds within which a saturation belongs to a degradation. */
const SOON = 10;

/**
 * The events of each subject after the trigger, users last. A saturation replaces its effects. A component that the
 * fault itself hits is listed only if it saturates, because the fault already describes it.
 */
export function chainOf(
  events: readonly CascadeEvent[],
  triggers: readonly CascadeEvent[],
  innocent: ReadonlySet<string>,
  runs: number,
): readonly string[] {
  const [trigger] = triggers;
  const affectedRuns = Math.max(...triggers.map((event) => event.runs));
  const later = events.filter((event) => event.at >= trigger.at);
  const seen = (event: CascadeEvent): string => seenWords(event, runs, affectedRuns);
  const isHit = (event: CascadeEvent): boolean =>
    triggers.some(({ subject }) => event.cause === subject);
  const fullOf = (event: CascadeEvent): CascadeEvent | undefined => fullIn(event, later);
  const itselfOf = (name: string): readonly CascadeEvent[] =>
    later.filter(({ kind, subject }) => ITSELF.has(kind) && subject === name);
  const degraded = later.filter(
    (event) =>
      isDegradation(event) &&
      !innocent.has(event.cause ?? '') &&
      (!isHit(event) ||
        event.subject.includes('.') ||
        fullOf(event) !== undefined ||
        itselfOf(event.subject).length > 0),
  );
  const inner = unique(
    degraded.map((event) => event.subject).filter((name) => !name.includes('.')),
  );
  const users = unique(degraded.map((event) => event.subject).filter((name) => name.includes('.')));
  const linkOf = (subject: string): ChainLink => {
    const first = worstOf(subject, degraded);
    const full = fullOf(first);
    const itself = itselfOf(subject);
    const isCut = full === undefined && isHit(first) && itself.length > 0;
    const isLate = full !== undefined && isHit(first) && isAfterEnd(full, first, later);
    const isEarly = full !== undefined && !isLate && hasEffectBefore(full, first, later);
    const shown = full === undefined || isEarly ? first : full;
    // The fault itself says how, and since when, it hits a component.
    const isSaid = isEarly && isHit(first);
    const words =
      full === undefined || (isEarly && !isSaid)
        ? degradationWords(first)
        : headOf(full) + heldWords(first);
    const texts = [...itself.map((event) => event.text), ...(isCut ? [] : [words])];
    const text = `${subject}: ${texts.join(', ')}${seen(full ?? first)}`;
    const rest = restWords(full, isEarly, isSaid);
    const { cause } = first;
    const at = isSaid ? null : isCut ? itself[0].at : shown.at;
    return { subject, cause, at, place: later.indexOf(shown), text, rest, isLate };
  };
  const causes = [...inner.map(linkOf), ...unreadyLinks(later, inner, seen)].slice(0, LINKS_MAX);
  causes.sort((a, b) => a.place - b.place);
  const links = [
    ...causesFirst(causes.filter(({ isLate }) => !isLate)),
    ...users.slice(0, LINKS_MAX).map(linkOf),
    ...causes.filter(({ isLate }) => isLate),
  ];
  // Of several triggers the last one precedes the effects.
  return timed(links, triggers[Math.min(triggers.length, LINKS_MAX) - 1].at);
}

/** The saturation of a component that degrades before it is full, and a queue that is full only later. */
function restWords(full: CascadeEvent | undefined, isEarly: boolean, isSaid: boolean): string {
  if (full === undefined) return '';
  const head = isSaid ? '' : `, ${headOf(full)}`;
  const since = isEarly ? `${head} from ${formatInstant(full.at)} on` : '';
  return `${since}${full.detail === undefined ? '' : `, ${full.detail}`}`;
}

/** The words of links, each with its time where that differs from the one before it. */
function timed(links: readonly ChainLink[], since: number): readonly string[] {
  let lastAt = since;
  return links.map(({ at, text, rest }) => {
    if (at === null) return `${text}${rest}`;
    const word = at < lastAt ? 'from' : 'at';
    const when = formatInstant(at) === formatInstant(lastAt) ? '' : ` ${word} ${formatInstant(at)}`;
    lastAt = at;
    return `${text}${when}${rest}`;
  });
}

/**
 * Whether a component degrades, and degrades others, before it saturates: both times are shown then, so that no effect
 * precedes its cause.
 */
function hasEffectBefore(
  full: CascadeEvent,
  { subject, at }: CascadeEvent,
  events: readonly CascadeEvent[],
): boolean {
  return events.some(
    (event) =>
      isDegradation(event) &&
      event.cause === subject &&
      event.at >= at &&
      event.at < full.at &&
      formatInstant(event.at) !== formatInstant(full.at),
  );
}

/** Whether a component that a fault hits saturates only after that fault, as it comes back: no cause of the earlier harm. */
function isAfterEnd(
  full: CascadeEvent,
  { cause, at }: CascadeEvent,
  events: readonly CascadeEvent[],
): boolean {
  const end = events.find(
    (event) => event.kind === 'faultEnd' && event.subject === cause && event.at >= at,
  );
  return end !== undefined && full.at >= end.at;
}

/** Components of which instances go off the lists: one that gets no calls any more succeeds in all that it gets. */
function unreadyLinks(
  events: readonly CascadeEvent[],
  known: readonly string[],
  seen: (event: CascadeEvent) => string,
): readonly ChainLink[] {
  return events
    .filter(({ kind, subject }) => kind === 'unready' && !known.includes(subject))
    .map((event) => {
      const { subject, at } = event;
      const text = `${subject}: ${event.text}${seen(event)}`;
      const place = events.indexOf(event);
      return { subject, cause: null, at, place, text, rest: '', isLate: false };
    });
}

/** Ends of processes, and instances off the lists, by the health of the component itself. */
const ITSELF: ReadonlySet<CascadeEvent['kind']> = new Set(['killed', 'unready']);

/** A subject's link in the chain: its cause, its time, and its place among the events. */
interface ChainLink {
  readonly subject: string;
  readonly cause: string | null;
  /** null = that of the fault. */
  readonly at: number | null;
  readonly place: number;
  readonly text: string;
  /** The words after its time: the saturation, if it comes later. */
  readonly rest: string;
  /** It follows the harm to users. */
  readonly isLate: boolean;
}

/**
 * The same links, each after that of its cause: a component may saturate after its caller fails and still be the
 * cause.
 */
function causesFirst(links: readonly ChainLink[]): readonly ChainLink[] {
  const ordered = new Set<ChainLink>();
  const put = (link: ChainLink, above: readonly ChainLink[]): void => {
    const cause = links.find(({ subject }) => subject === link.cause);
    if (cause !== undefined && !above.includes(cause)) put(cause, [...above, link]);
    ordered.add(link);
  };
  for (const link of links) put(link, [link]);
  return [...ordered];
}

/**
 * The worst degradation of a subject, the first of several: the effect of a mild fault must not hide that of a bad
 * one.
 */
function worstOf(subject: string, degraded: readonly CascadeEvent[]): CascadeEvent {
  const rank = ({ kind }: CascadeEvent): number => DEGRADATIONS.indexOf(kind);
  return degraded
    .filter((event) => event.subject === subject)
    .reduce((worst, event) => (rank(event) > rank(worst) ? event : worst));
}

/** The saturation of a subject, if it belongs to one of its degradations. */
function fullIn(event: CascadeEvent, events: readonly CascadeEvent[]): CascadeEvent | undefined {
  const own = events.filter(({ subject }) => subject === event.subject);
  const over = own.filter(({ kind, at }) => ENDS.has(kind) && at <= event.at);
  const since = Math.max(-Infinity, ...over.map(({ at }) => at));
  return own.find(({ kind, at }) => kind === 'saturated' && at >= since && at <= event.at + SOON);
}

const ENDS: ReadonlySet<CascadeEvent['kind']> = new Set(['recovered', 'notRecovered']);
