import { FAILURE_WORDS } from '../../analysis/measure/outcome-words.js';
import type { Exemplar, VariantResult } from '../../contracts/result/result.js';
import { lostRace, SPAN_ROW, spanRows, waterfallChart } from '../charts/waterfall.js';
import { capital } from '../view/columns.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import { rowsBox } from '../charts/time-box.js';
import { requestLabel, type View } from '../view/view.js';
import { dataTable, picture, section } from './parts.js';

/** The course of a request. Variants with the same course share a picture. */
interface Fate {
  readonly exemplar: Exemplar;
  readonly variants: readonly VariantResult[];
}

/** The same requests under each variant, on their own scales. */
export function tracesSection(view: View): Markup | null {
  const keys = exemplarKeys(view);
  if (keys.length === 0) return null;
  const blocks = keys.map((key, i) => block(view, key, i));
  const title =
    view.result.variants.length > 1
      ? `The same ${plural(keys.length, 'request')}, variant by variant`
      : `${plural(keys.length, 'request')} in detail`;
  return section('traces', 'Requests', title, [
    markup`<ul class="legend">
      <li>${swatch('work')}own work</li>
      <li>${swatch('wait')}waiting for a callee</li>
      <li>${swatch('queue')}queued</li>
      <li>${swatch('rule')}network</li>
      <li>
        <svg viewBox="0 0 22 14" aria-hidden="true">
          <rect x=".5" y="2.5" width="19" height="9" fill="var(--bg)" stroke="var(--ink3)" /></svg
        >held back: backoff, bulkhead
      </li>
      <li>${swatch('queue', 0.35)}pale: its caller had left</li>
      <li><b class="worse">×</b> failed</li>
    </ul>`,
    blocks,
  ]);
}

/** Keys of the requests shown, at most six, in the order of the baseline. */
export function exemplarKeys(view: View): string[] {
  const keys = new Set<string>();
  for (const variant of [view.baseline, ...view.result.variants])
    for (const each of variant.exemplars) keys.add(each.key);
  return [...keys].slice(0, 6);
}

/** The course of a request in each variant that has it; equal ones are grouped. */
export function fatesOf(view: View, key: string): Fate[] {
  const fates: { exemplar: Exemplar; variants: VariantResult[] }[] = [];
  for (const variant of view.result.variants) {
    const exemplar = variant.exemplars.find((each) => each.key === key);
    if (exemplar === undefined) continue;
    const same = fates.find((fate) => alike(fate.exemplar, exemplar));
    if (same === undefined) fates.push({ exemplar, variants: [variant] });
    else same.variants.push(variant);
  }
  return fates;
}

function block(view: View, key: string, index: number): Markup {
  const fates = fatesOf(view, key);
  const first = fates[0]!.exemplar;
  const cards = fates.map((fate, i) => card(view, fate, `wf-${index}-${i}`));
  return markup`<div class="trace">
    <h3 class="gap">
      ${capital(requestLabel(view, first.request))} at ${formatInstant(first.at)}
      <span class="of">${first.why}, request ${key}</span>
    </h3>
    <div class="wfs">${cards}</div>
  </div>`;
}

function card(view: View, fate: Fate, id: string): Markup {
  const { exemplar, variants } = fate;
  const everywhere = variants.length === view.result.variants.length && variants.length > 1;
  const who = everywhere ? 'every variant' : listed(variants.map((v) => v.name));
  const { rows, left, late } = spanRows(exemplar);
  const table = rows.map(({ span, name, depth }) => [
    `${'· '.repeat(depth)}${name}`,
    span.name,
    formatSeconds(span.called),
    span.begun === null ? '–' : formatSeconds(span.begun),
    span.ended === null ? '–' : formatSeconds(span.ended),
    lostRace(span, exemplar.spans) ? 'lost to another attempt' : span.outcome,
  ]);
  return markup`<figure class="wf">
    <h4>${view.result.variants.length > 1 && `${who}: `}${fateWords(exemplar)}</h4>
    ${picture(id, waterfallChart(exemplar, who, 474), waterfallChart(exemplar, who, 358), (svg, drawing) => rowsBox(svg, drawing, { top: 4, row: SPAN_ROW, count: rows.length }))}${left > 0 && markup`<p class="meta">${plural(left, 'more attempt')}</p>`}${late > 0 && markup`<p class="meta">${plural(late, 'attempt')} still made after the user had ${exemplar.outcome === 'abandoned' ? 'left' : 'the answer'}</p>`}${dataTable({ caption: `Attempts of ${exemplar.key}, ${who}`, head: ['Attempt', 'Of', 'Called', 'Begun', 'Ended', 'Outcome'], rows: table }, 'Spans')}
  </figure>`;
}

function fateWords(exemplar: Exemplar): string {
  if (exemplar.duration === 0)
    return `${FAILURE_WORDS.get(exemplar.outcome) ?? 'answered'} at once`;
  const took = formatSeconds(exemplar.duration);
  if (exemplar.outcome === 'ok') return `answered in ${took}`;
  if (exemplar.outcome === 'degraded') return `a fallback answers in ${took}`;
  if (exemplar.outcome === 'abandoned') return `the user gives up after ${took}`;
  if (exemplar.outcome === 'unfinished') return 'unfinished when the run ends';
  return `${FAILURE_WORDS.get(exemplar.outcome) ?? exemplar.outcome} after ${took}`;
}

function alike(a: Exemplar, b: Exemplar): boolean {
  return (
    a.outcome === b.outcome &&
    Math.abs(a.duration - b.duration) < 1e-9 &&
    a.spans.length === b.spans.length
  );
}

function swatch(token: string, opacity = 1): Markup {
  return markup`<svg viewBox="0 0 22 14" aria-hidden="true">
    <rect x="0" y="2" width="20" height="10" fill="var(--${token})" fill-opacity="${opacity}" />
  </svg>`;
}
