import { DEGRADATIONS } from '../../contracts/result/degradations.js';
import { headOf } from '../../contracts/result/fault-text.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { shrinking } from '../../contracts/result/shrinking.js';
import { sustainedBy, type Sustained } from '../../contracts/result/sustained.js';
import { formatInstant } from '../../text/figures.js';
import {
  endOfFaults,
  faultsInWords,
  instantaneous,
  lastEnd,
  otherFault,
  startOfChain,
  type ChainStart,
} from './chain-faults.js';
import { describedEnd } from './chain-ends.js';
import { otherStarts, type OtherStart } from './chain-others.js';
import { EVENT_LOOKS, isLate } from '../view/event-looks.js';
import { isOfUsers } from '../../analysis/verdicts/harmed.js';
import { isEnd, nextFault, EPISODES_MAX, episodesOf, type Episode } from '../view/episodes.js';
import { heldOpen, lastingOpen } from '../view/held-open.js';
import { loopWords, viewOfVariant, type View } from '../view/view.js';

/** Most causes that a chain names after its beginning. */
const JOINING_MAX = 2;

/** Users see these only later. */
const SAGAS: ReadonlySet<CascadeEvent['kind']> = new Set(['unsettled', 'cancelled']);

/** A step of the chain under the verdict. */
export interface ChainStep {
  readonly when: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * At most five steps of a variant, from the first cause to the end, and besides: further causes, a fault that is
 * active before it, steps of an autoscaler, a registry or the nodes, and the start of each other fault.
 */
export function chainOf(all: View, variant: VariantResult): ChainStep[] {
  const view = viewOfVariant(all, variant);
  const { events } = variant.cascade;
  const begin = startOfChain(variant, view.headline?.id);
  const [start] = begin.events;
  if (events.length === 0) return [];
  const harmed = harmedBefore(variant);
  const from = Math.min(start?.at ?? 0, harmed?.at ?? Infinity);
  const since = events.filter((e) => e.at >= from);
  const end = endOfFaults(begin, since);
  const next = nextFault(since, end);
  // An instantaneous fault ends as it begins, so its end needs no step.
  const shownEnd = end?.at === from ? undefined : end;
  const first = next === null ? since : since.filter((e) => e.at < next.at || isEndAt(e, next.at));
  const again = next === null ? null : laterStep(view, variant, next, since);
  const left = since.filter((e) => e.kind === 'notRecovered').pop();
  const ends = first.filter(isEnd);
  const starts = startsByEnd(first);
  const isOther = (e: CascadeEvent): boolean =>
    otherFault(variant, begin, starts.get(e)) !== undefined;
  const last = left ?? lastEnd(variant, ends, isOther);
  const held = heldOpen(variant);
  const others = first.filter((e) => e !== last && e !== harmed && e !== held?.opened);
  const joining = begin.joining.slice(0, JOINING_MAX);
  const ownSteps = [harmed, start, ...joining, shownEnd, again ?? undefined, last].filter(
    (e) => e !== undefined,
  );
  const middle = spreadEvents(view, variant, others, 5 + joining.length - ownSteps.length);
  const earlier = earlierFault(variant, from);
  const open = first.find((e) => e === held?.opened);
  const chosen = [harmed, earlier, start, ...joining, ...middle, open, shownEnd, last].filter(
    (e): e is CascadeEvent => e !== undefined,
  );
  const described = (event: CascadeEvent): CascadeEvent =>
    event === open ? lastingOpen(held!) : describedEnd(event, since);
  const steps = chosen
    .sort((a, b) => events.indexOf(a) - events.indexOf(b))
    .map((event) => ({
      at: event.at,
      step: stepOf(view, variant, described(event), begin),
    }));
  if (again !== null) steps.splice(left === undefined ? steps.length : -1, 0, again);
  const named = namedFaults(variant, begin, next === null ? chosen : [...chosen, next]);
  return withOthers(steps, otherStarts(variant, named)).map(({ step }) => step);
}

/** The first degradation of users, if it begins before the first fault: a rise of the load may hurt them as well. */
function harmedBefore(variant: VariantResult): CascadeEvent | undefined {
  const { events } = variant.cascade;
  const first = events.find(({ kind }) => kind === 'fault')?.at ?? 0;
  return events.find(
    ({ kind, subject, at }) =>
      DEGRADATIONS.includes(kind) && at < first && isOfUsers(variant, subject),
  );
}

/** A step with its time. */
interface TimedStep {
  readonly at: number;
  readonly step: ChainStep;
}

/** The faults that the steps of some events name: their own, those of the same instants, and those that cause them. */
function namedFaults(
  variant: VariantResult,
  begin: ChainStart,
  chosen: readonly CascadeEvent[],
): ReadonlySet<string> {
  const { events } = variant.cascade;
  const starts = chosen.filter(({ kind }) => kind === 'fault');
  const together = events.filter(
    ({ kind, at }) => kind === 'fault' && starts.some((start) => start.at === at),
  );
  const causes = chosen.flatMap((event) => otherFault(variant, begin, event)?.id ?? []);
  return new Set([...begin.ids, ...together.map(({ subject }) => subject), ...causes]);
}

/** A step for each further fault, before what happens at the same time. */
function withOthers(
  steps: readonly TimedStep[],
  others: readonly OtherStart[],
): readonly TimedStep[] {
  const all = [...steps];
  for (const { at, subject, text } of others) {
    const before = all.findIndex((own) => own.at >= at);
    const step: ChainStep = { when: formatInstant(at), subject, text };
    all.splice(before < 0 ? all.length : before, 0, { at, step });
  }
  return all;
}

/** The last fault that begins before the chain, is still active at its start, and is not innocent. */
function earlierFault({ cascade }: VariantResult, from: number): CascadeEvent | undefined {
  const { events, innocent } = cascade;
  const ended = events.filter(({ kind, at }) => kind === 'faultEnd' && at <= from);
  const left = new Set([
    ...ended.map(({ subject }) => subject),
    ...innocent.map(({ fault }) => fault),
  ]);
  return events.findLast(
    ({ kind, subject, at }) => kind === 'fault' && at < from && !left.has(subject),
  );
}

/** The beginning of the episode that an event ends, by that event. */
function startsByEnd(
  events: readonly CascadeEvent[],
): ReadonlyMap<CascadeEvent | null, CascadeEvent> {
  const episodes = episodesOf(events).toReversed();
  return new Map(episodes.map(({ start, end }) => [end, start]));
}

function isEndAt(event: CascadeEvent, at: number): boolean {
  return event.at === at && isEnd(event);
}

/**
 * The effects of the next fault on subjects that had recovered, as one step: the subject that it hurts (users first),
 * and until when.
 */
function laterStep(
  view: View,
  variant: VariantResult,
  fault: CascadeEvent,
  events: readonly CascadeEvent[],
): TimedStep {
  const users = new Set(view.requests);
  const faulted = new Set(variant.faults.flatMap(({ target }) => target));
  const rank = ({ start }: Episode): number =>
    users.has(start.subject) ? 0 : faulted.has(start.subject) ? 2 : 1;
  const episodes = episodesOf(events);
  const later = episodes.filter(({ start }) => start.at >= fault.at);
  const worst = later.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  const { subject } = worst.start;
  const all = episodes.filter(({ start }) => start.subject === subject);
  const own = later.filter(({ start }) => start.subject === subject);
  const last = own[own.length - 1]!.end;
  const again = own.length > 1 ? ' again and again' : all.length > own.length ? ' again' : '';
  // The step after it covers an episode that does not end. Further episodes are not recorded.
  const until =
    last?.kind !== 'recovered' || all.length >= EPISODES_MAX
      ? ''
      : `, until ${formatInstant(last.at)}`;
  const text = `${subject} ${verbOf(worst.start)}${again}${until}`;
  const when = formatInstant(fault.at);
  const { subject: faults } = faultsInWords(fault, variant);
  return { at: fault.at, step: { when, subject: faults, text } };
}

/** Subjects with a backlog. */
export function behindSubjects(variant: VariantResult): ReadonlySet<string> {
  const backlogs = variant.cascade.events.filter((event) => event.kind === 'backlog');
  return new Set(backlogs.map((event) => event.subject));
}

/**
 * Events that show the spread: the first saturations and open breakers, effects on users, then the others in time
 * order.
 */
function spreadEvents(
  view: View,
  variant: VariantResult,
  events: readonly CascadeEvent[],
  room: number,
): CascadeEvent[] {
  const itself = [
    'saturated',
    'breakerOpen',
    'poolFull',
    'blocked',
    'replay',
    'backlog',
    'unsettled',
    'cancelled',
    'killed',
    'unready',
    'lost',
    'lostCommits',
    'repeated',
    'deadLettered',
  ];
  const spread = events.filter((e) => [...DEGRADATIONS, ...itself].includes(e.kind));
  const caused = spread.filter((e) => e.cause !== null || itself.includes(e.kind));
  const firsts = new Map<string, CascadeEvent>();
  for (const event of caused.length > 0 ? caused : spread) {
    const known = firsts.get(event.subject);
    if (known === undefined || weight(event.kind) > weight(known.kind))
      firsts.set(event.subject, event);
  }
  const users = new Set(view.requests);
  const faulted = new Set(variant.faults.flatMap((fault) => fault.target));
  const rank = (event: CascadeEvent): number => {
    if (['saturated', 'killed', 'poolFull', 'unready'].includes(event.kind)) return 0;
    if (users.has(event.subject) || SAGAS.has(event.kind)) return 1;
    return faulted.has(event.subject) ? 4 : event.kind === 'degraded' ? 3 : 2;
  };
  const order = [...firsts.values()].map((event, i) => ({ event, i }));
  order.sort((a, b) => rank(a.event) - rank(b.event) || a.i - b.i);
  const shown = order.slice(0, Math.max(0, room)).map(({ event }) => event);
  const own = new Set(events);
  const shrunk = shrinking(variant.cascade.events).find((event) => own.has(event));
  const scaled = shrunk ?? events.find(({ kind }) => kind === 'scaledUp');
  const platform = platformEvent(events, faulted);
  const promoted = events.find(({ kind }) => kind === 'promoted');
  // A change by an autoscaler follows the events that it reacts to.
  const all = [...shown, shown.length > 0 ? scaled : undefined, platform, promoted];
  return all.filter((event) => event !== undefined);
}

/**
 * The first event by which a registry or the nodes prolong or end a failure. A registry that is down because a fault
 * hits it shows nothing that the fault does not.
 */
function platformEvent(
  events: readonly CascadeEvent[],
  faulted: ReadonlySet<string>,
): CascadeEvent | undefined {
  return events.find(
    ({ kind, subject }) =>
      PLATFORM.includes(kind) && !(kind === 'registry' && faulted.has(subject)),
  );
}

const PLATFORM: readonly CascadeEvent['kind'][] = [
  'unlisted',
  'registry',
  'pending',
  'nodeLost',
  'kept',
];

/** Kinds whose text is a verb, and after a colon the effect. */
const VERBS: readonly CascadeEvent['kind'][] = [
  'registry',
  'registryBack',
  'pending',
  'nodeLost',
  'kept',
  'node',
  'replay',
];

/** Describes one step. If another fault than the first hits the subject, the text names that fault. */
function stepOf(
  view: View,
  variant: VariantResult,
  event: CascadeEvent,
  begin: ChainStart,
): ChainStep {
  const when = formatInstant(event.at);
  const runs = variant.cascade.verdicts.length;
  const stuck = variant.cascade.verdicts.filter((v) => v === 'metastable').length;
  if (event.kind === 'notRecovered') {
    const kept = sustainedBy(variant.cascade, variant.counterfactuals?.metastability ?? null);
    const sustained = kept === null ? event.text : sustainer(view, kept);
    const isBehind = behindSubjects(variant).has(event.subject);
    const isMild = variant.cascade.states[event.subject]?.at(-1)?.state === 'degraded';
    const isFaulted = variant.cascade.events.some(({ kind }) => kind === 'fault');
    const late = isBehind
      ? `${event.subject} not caught up`
      : !isFaulted
        ? event.subject
        : isMild
          ? `${event.subject} not as before`
          : `${event.subject} not recovered`;
    const subject = stuck > 0 ? `Metastable, ${stuck} of ${runs} runs` : late;
    return { when: 'until the end', subject, text: sustained };
  }
  if (event.kind === 'fault' || event.kind === 'faultEnd') {
    const fault = variant.faults.find((f) => f.id === event.subject);
    const words = fault?.words ?? event.text;
    if (event.kind === 'fault') return { when, ...faultsInWords(event, variant) };
    if (event.mechanism === 'rollout')
      return { when, subject: headOf(event), text: event.detail ?? '' };
    const own = begin.ids.size > 1 ? 'The faults end' : 'The fault ends';
    const subject = begin.ids.has(event.subject) ? own : `${words} ends`;
    return { when, subject, text: '' };
  }
  const other = otherFault(variant, begin, event);
  if (other !== undefined) {
    const isLoss = instantaneous(variant, event) === other;
    const text = isLoss ? event.text : `${event.subject} ${verbOf(event)}`;
    return { when, subject: other.words, text };
  }
  const seen = event.runs < runs ? `in ${event.runs} of ${runs} runs` : '';
  const { verb, text } = wordsOf(event);
  return {
    when,
    subject: `${event.subject} ${verb}`,
    text: [text, seen].filter((part) => part !== '').join(', '),
  };
}

/** `sustained by edge → checkout (likely)`. */
function sustainer(view: View, { loop: { through, mechanism }, known }: Sustained): string {
  const words = loopWords(view, through);
  const how = mechanism === 'restarts' ? ', which dies again when it is back' : '';
  return `sustained by ${words}${how}${known === 'proved' ? '' : ` (${known})`}`;
}

function wordsOf(event: CascadeEvent): { readonly verb: string; readonly text: string } {
  const isVerb =
    VERBS.includes(event.kind) || (event.kind === 'recovered' && event.head !== undefined);
  if (!isVerb) return { verb: verbOf(event), text: event.text };
  return { verb: headOf(event), text: event.detail ?? '' };
}

/** The verb of an event: `saturates`, `gets slower`. */
export function verbOf(event: Pick<CascadeEvent, 'kind' | 'figure'>): string {
  const { verb, late } = EVENT_LOOKS[event.kind];
  return isLate(event) ? (late ?? verb) : verb;
}

function weight(kind: CascadeEvent['kind']): number {
  return EVENT_LOOKS[kind].weight ?? 2;
}
