import { laneMargin, swimlaneChart } from '../charts/swimlane.js';
import {
  isDegradedLane,
  lanesOf,
  spreadWindow,
  backlogWords,
  mechanismWords,
} from '../view/lanes.js';
import { legibleWidth, mapsOf } from '../charts/topology.js';
import { describedRun } from '../words/character.js';
import { crowdOf } from '../view/crowd.js';
import { inline, inlineAgain } from '../drawing/draw.js';
import { cascadeFinding, propagationFinding, spreadSeconds } from '../words/findings-cascade.js';
import { formatInstant, formatSeconds, formatSpan } from '../../text/figures.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { windowBox } from '../charts/time-box.js';
import { lookOf, type View } from '../view/view.js';
import { eventList, innocents } from './cascade.js';
import { caption, dataTable, insideSection, stateLegend } from './parts.js';
import { mapMarkup } from './topology.js';

/** How it spread, in one place: the lanes of all components, the map at the instant of the cursor, and the events. */
export function whySection(all: View): Markup {
  const maps = mapsOf(all);
  const isNarrow = legibleWidth(maps.wide) <= BESIDE;
  return insideSection(all, 'why', 'Why', (variant, view) => {
    const hasLanes =
      lanesOf(view, variant).some(isDegradedLane) || variant.cascade.influences.length > 0;
    return {
      title: hasLanes ? propagationFinding(view, variant) : titleOf(view, variant),
      body: markup`${stateLegend()}${hasLanes && lanes(view, variant)}
        <p class="readout" aria-live="polite"></p>
        <div class="${isNarrow ? 'two at' : 'at'}">
          <div>${mapMarkup(view, variant, maps)}</div>
          <div>${eventList(variant)}${innocents(variant)}</div>
        </div>
        ${caption(`${crowdOf(view).words} A request counts where it arrives, so users can fail before the component that fails them. Arrows go from a cause to its effect; a dashed arrow is load that retries send back down. Map: fill is health, the bar in a box its slots in use, the width of a line its attempts per second; dashed line: more than a third are retries; open switch: breaker open on most callers. States and events of ${describedRun(variant) || 'the run'}.`.trim())}${hasLanes && laneTable(view, variant)}`,
    };
  });
}

function titleOf(view: View, variant: VariantResult): string {
  const isCalm = variant.cascade.events.length === 0;
  return isCalm ? 'No component and no request degrades' : cascadeFinding(view, variant);
}

/** The largest map beside the events. Unit: pixels. */
const BESIDE = 680;

/** The lanes while it spreads, and those of the whole run. */
function lanes(view: View, variant: VariantResult): Markup {
  const id = `pr-${lookOf(view, variant.name).className}`;
  const whole: readonly [number, number] = [0, view.result.run.duration];
  const zoom = spreadWindow(view, variant);
  const chart = (
    window: readonly [number, number],
    own: string,
    width: number,
    names: boolean,
    arrows: boolean,
    beside = window,
  ): Markup => {
    const boxed = (size: number, hasNames: boolean): Markup => {
      const drawing = swimlaneChart(view, variant, window, {
        width: size,
        names: hasNames,
        arrows,
        ...(size === width && { beside }),
      });
      // The words of the other picture are about the whole run too.
      const told = arrows ? drawing : { ...drawing, description: 'As in the picture beside it.' };
      const picture = size === width ? inline(told, own) : inlineAgain(told, own);
      return windowBox(picture, window, laneMargin(view, variant, size, hasNames));
    };
    return markup`<div class="wd">${boxed(width, names)}</div>
      <div class="nw">${boxed(PHONE, true)}</div>`;
  };
  if (zoom === null) return markup`<figure>${chart(whole, id, 1320, true, true)}</figure>`;
  return markup`<div class="two sw">
    <figure>
      <h3>${variant.cascade.influences.length > 0 ? 'While it spreads' : 'The onset'} <span class="of">${formatSpan(...zoom)}</span></h3>
      ${chart(zoom, id, 760, true, true, whole)}
    </figure>
    <figure>
      <h3>The whole run</h3>
      ${chart(whole, `${id}-all`, 520, false, false, zoom)}
    </figure>
  </div>`;
}

const PHONE = 358;

function laneTable(view: View, variant: VariantResult): Markup {
  const rows = lanesOf(view, variant).map((lane) => [
    lane.words,
    lane.intervals.length === 0
      ? 'ok throughout'
      : `${lane.intervals
          .slice(0, 6)
          .map((s) => `${s.state} ${formatInstant(s.from)} to ${formatInstant(s.until)}`)
          .join(', ')}${backlogWords(lane)}`,
    variant.cascade.influences
      .filter((i) => i.to === lane.subject)
      .map((i) => `${mechanismWords(i.mechanism)} from ${i.from} at ${formatInstant(i.at)}`)
      .slice(0, 3)
      .join(', ') || '–',
  ]);
  return dataTable({
    caption: `Times of degradation, ${variant.name}; the failure spreads within ${formatSeconds(spreadSeconds(view, variant))}`,
    head: ['Lane', 'Degraded', 'Cause'],
    rows,
  });
}
