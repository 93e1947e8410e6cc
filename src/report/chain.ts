import type { CascadeEvent, VariantResult } from '../spec/result.js';
import { formatInstant, tidy } from './format.js';
import { loopWords, viewOfVariant, type View } from './view.js';

/** A step of the chain under the verdict. */
export interface ChainStep {
  readonly when: string;
  readonly subject: string;
  readonly text: string;
  readonly tone: 'calm' | 'bad' | 'worst' | 'loop';
}

/** At most five steps from the fault to the end, of the variant that is told. */
export function chainOf(all: View, variant: VariantResult): ChainStep[] {
  const view = viewOfVariant(all, variant);
  const { events, loops } = variant.cascade;
  const start =
    events.find((e) => e.kind === 'fault' && e.subject === view.headline?.id) ??
    events.find((e) => e.kind === 'fault');
  if (events.length === 0) return [];
  const from = start?.at ?? 0;
  const end = events.find((e) => e.kind === 'faultEnd' && e.subject === start?.subject);
  const last = events.filter((e) => e.kind === 'recovered' || e.kind === 'notRecovered').pop();
  const middle = spreadEvents(
    view,
    variant,
    events.filter((e) => e.at >= from && e !== last),
    5 - [start, end, last].filter((e) => e !== undefined).length,
  );
  const chosen = [start, ...middle, end, last].filter((e): e is CascadeEvent => e !== undefined);
  return chosen
    .sort((a, b) => a.at - b.at || events.indexOf(a) - events.indexOf(b))
    .map((event) => stepOf(view, variant, event, loops[0]?.through ?? null))
    .map((step) => ({ ...step, subject: tidy(step.subject), text: tidy(step.text) }));
}

/** For whom messages pile up. */
export function behindSubjects(variant: VariantResult): ReadonlySet<string> {
  const backlogs = variant.cascade.events.filter((event) => event.kind === 'backlog');
  return new Set(backlogs.map((event) => event.subject));
}

/** Events that show the spread: what saturated or opened first, what the users felt, then the others in time order. */
function spreadEvents(
  view: View,
  variant: VariantResult,
  events: readonly CascadeEvent[],
  room: number,
): CascadeEvent[] {
  const spread = events.filter((e) =>
    ['saturated', 'degraded', 'failing', 'down', 'breakerOpen', 'backlog'].includes(e.kind),
  );
  const caused = spread.filter(
    (e) => e.cause !== null || ['saturated', 'breakerOpen', 'backlog'].includes(e.kind),
  );
  const firsts = new Map<string, CascadeEvent>();
  for (const event of caused.length > 0 ? caused : spread) {
    const known = firsts.get(event.subject);
    if (known === undefined || weight(event.kind) > weight(known.kind))
      firsts.set(event.subject, event);
  }
  const users = new Set(view.requests);
  const faulted = new Set(variant.faults.flatMap((fault) => fault.target));
  const rank = (event: CascadeEvent): number => {
    if (event.kind === 'saturated') return 0;
    if (users.has(event.subject)) return 1;
    return faulted.has(event.subject) ? 4 : event.kind === 'degraded' ? 3 : 2;
  };
  const order = [...firsts.values()].map((event, i) => ({ event, i }));
  order.sort((a, b) => rank(a.event) - rank(b.event) || a.i - b.i);
  return order.slice(0, Math.max(0, room)).map(({ event }) => event);
}

function stepOf(
  view: View,
  variant: VariantResult,
  event: CascadeEvent,
  loop: readonly string[] | null,
): ChainStep {
  const when = formatInstant(event.at);
  const runs = variant.cascade.verdicts.length;
  const stuck = variant.cascade.verdicts.filter((v) => v === 'metastable').length;
  if (event.kind === 'notRecovered') {
    const sustained = loop === null ? event.text : `sustained by ${loopWords(view, loop)}`;
    const isBehind = behindSubjects(variant).has(event.subject);
    const late = isBehind ? `${event.subject} not caught up` : 'Not recovered';
    const subject = stuck > 0 ? `Metastable, ${stuck} of ${runs} runs` : late;
    return { when: 'until the end', subject, text: sustained, tone: 'loop' };
  }
  if (event.kind === 'fault' || event.kind === 'faultEnd') {
    const fault = variant.faults.find((f) => f.id === event.subject);
    const words = fault?.words ?? event.text;
    if (event.kind === 'fault') return { when, subject: event.text, text: '', tone: 'worst' };
    const only = variant.faults.length === 1 || event.subject === view.headline?.id;
    return { when, subject: only ? 'The fault ends' : `${words} ends`, text: '', tone: 'calm' };
  }
  const tone =
    event.kind === 'down' || event.kind === 'saturated'
      ? 'worst'
      : ['recovered', 'breakerClosed', 'returned'].includes(event.kind)
        ? 'calm'
        : 'bad';
  const slow = event.text.startsWith('p95') && ['degraded', 'failing', 'down'].includes(event.kind);
  const verb = slow ? SLOW_WORDS[event.kind] : EVENT_WORDS[event.kind];
  return { when, subject: `${event.subject} ${verb}`, text: event.text, tone };
}

/** Of several events of one subject the one that says most is told. */
function weight(kind: CascadeEvent['kind']): number {
  return kind === 'saturated' ? 3 : kind === 'degraded' ? 0 : kind === 'failing' ? 1 : 2;
}

/** Of what still answers, but late. */
const SLOW_WORDS: Readonly<Partial<Record<CascadeEvent['kind'], string>>> = {
  degraded: 'gets slower',
  failing: 'gets far too slow',
  down: 'gets far too slow',
};

const EVENT_WORDS: Readonly<Record<CascadeEvent['kind'], string>> = {
  fault: '',
  faultEnd: '',
  saturated: 'saturates',
  degraded: 'degrades',
  failing: 'fails in part',
  down: 'fails',
  breakerOpen: 'opens',
  breakerClosed: 'closes',
  ejected: 'ejects',
  backlog: 'falls behind',
  poolFull: 'runs out of connections',
  stale: 'answers with old values',
  unsettled: 'does not end well',
  returned: 'takes all back',
  recovered: 'recovers',
  notRecovered: 'does not recover',
};
