import { mechanismWords } from '../view/lanes.js';
import { innocentsOf } from '../words/innocents.js';
import { EVENT_LOOKS } from '../view/event-looks.js';
import { degradedIntervals } from '../view/view.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { CascadeEvent, HealthState } from '../../contracts/result/cascade.js';

const EVENTS = 60;
const SOME = markup`class="some"`;

/** The events in time order, every one with its number: a click moves the cursor to it. */
export function eventList(variant: VariantResult): Part {
  const all = variant.cascade.events;
  // The heading says so.
  if (all.length === 0) return null;
  const runs = variant.cascade.verdicts.length;
  const left = all.length - EVENTS;
  const more =
    left > 0 &&
    markup`<p class="meta">${formatCount(left)} later events are in the result document.</p>`;
  return markup`${table(variant, all.slice(0, EVENTS), runs)}${more}`;
}

function table(variant: VariantResult, some: readonly CascadeEvent[], runs: number): Markup {
  const heads = ['Time', 'Subject', 'Event', 'Cause'];
  if (runs > 1) heads.push('Runs');
  return markup`<div class="scroll tall" tabindex="0" role="region" aria-label="Events, ${variant.name}">
      <table class="events">
        <caption>Replication 1${runs > 1 && `; Runs: how many of ${formatCount(runs)} have it`}. Success of a component: of all responses that it sends, in time or not.</caption>
        <thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
        <tbody>${some.map((event) => row(event, toneOf(variant, event), runs))}</tbody>
      </table>
    </div>`;
}

/** The strip of an event: the state of its subject at that time, as its lane has it. Faults have none. */
function toneOf(variant: VariantResult, { kind, subject, at }: CascadeEvent): string {
  if (kind === 'fault' || kind === 'faultEnd') return 'act';
  if ((variant.timeline.series[subject]?.state ?? []).length === 0) return EVENT_LOOKS[kind].tone;
  const intervals = degradedIntervals(variant, subject);
  const here =
    intervals.find(({ from, until }) => from <= at + SAME && until > at + SAME) ??
    (kind === 'notRecovered' ? intervals.findLast(({ until }) => until >= at - SAME) : undefined);
  return TONES[here?.state ?? 'ok'];
}

/** Instants closer than this are the same. Unit: seconds. */
const SAME = 1e-9;

const TONES: Readonly<Record<HealthState, string>> = {
  ok: 'calm',
  degraded: 'mild',
  failing: 'bad',
  down: 'worst',
};

function row(event: CascadeEvent, tone: string, runs: number): Markup {
  const { cause, mechanism } = event;
  const through = mechanism !== null && ` (${mechanismWords(mechanism)})`;
  const because: Part = cause === null ? null : [cause, through];
  // HTML needs no end tags here, and a page has hundreds of these rows.
  return markup`<tr class="${tone}" data-at="${Number(event.at.toFixed(6))}"><th scope="row">${formatInstant(event.at)}<td>${event.subject}<td>${event.text}<td>${because}${runs > 1 && markup`<td ${event.runs < runs && SOME}>${formatCount(event.runs)} of ${formatCount(runs)}`}`;
}

/** Faults that are not to blame, each with its reason. */
export function innocents(variant: VariantResult): Markup[] {
  return innocentsOf(variant).map(
    ({ words, reason }) =>
      markup`<p class="meta after"><b>${words}</b> is not to blame: ${reason}.</p>`,
  );
}
