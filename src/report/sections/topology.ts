import type { VariantResult } from '../../contracts/result/result.js';
import { formatInstant, formatRate } from '../../text/figures.js';
import {
  legibleWidth,
  MAP_WIDTHS,
  stateWords,
  topologyChart,
  type Maps,
} from '../charts/topology.js';
import { snapshotsOf, type Snapshot } from '../charts/topology-moments.js';
import { inline } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { Placement } from '../topology/topology-layout.js';
import { frameAt, framesOf } from '../charts/topology-frames.js';
import { lookOf, stepAt, type View } from '../view/view.js';
import { dataTable } from './parts.js';

/** The system at several instants. The script of the page lets one of the pictures show any other instant. */
export function mapMarkup(view: View, variant: VariantResult, maps: Maps): Markup {
  const moments = snapshotsOf(view, variant);
  const rows = view.result.topology.nodes.map((node) => [
    node.name,
    ...moments.map((moment) => {
      const step = stepAt(variant.timeline, moment.at);
      const rate = variant.timeline.series[node.name]?.rate[step] ?? 0;
      return `${stateWords(variant, node.name, step)}, ${formatRate(rate)}`;
    }),
  ]);
  const head = ['Component', ...moments.map((m) => `${m.title} ${formatInstant(m.at)}`)];
  return markup`${pictures(view, variant, maps, moments)}${dataTable({ caption: `State and arrivals, ${variant.name}`, head, rows })}`;
}

/** Of a map of more components only the worst instant is drawn; the others are in the table. */
const MANY = 20;

/** The instant to look at first, which the script moves through the run, with the others collapsed below it. */
function pictures(
  view: View,
  variant: VariantResult,
  maps: Maps,
  moments: readonly Snapshot[],
): Markup {
  const worst = moments.findIndex(({ title }) => title === 'Worst');
  const first = Math.max(0, worst);
  const drawn = moments.filter((_, i) => i === first || maps.wide.nodes.size <= MANY);
  const figures = drawn.map((moment, i) =>
    figure(view, variant, maps, moment, i, moment === moments[first]),
  );
  const lead = drawn.indexOf(moments[first]!);
  const frames = framesOf(view, variant, maps.wide);
  const others = drawn.filter((_, i) => i !== lead);
  const shown = markup`${figures[lead]}${
    others.length > 0 &&
    markup`<details>
      <summary>${others.map(({ title }) => title).join('; ')}</summary>
      ${figures.filter((_, i) => i !== lead)}
    </details>`
  }`;
  return markup`<div
    class="scrub"
    data-step="${frames.step}"
    data-count="${frames.count}"
    data-at="${frameAt(variant, moments[first]!.at, frames)}"
    data-states="${frames.states}"
    data-busy="${frames.busy}"
    data-flows="${frames.flows}"
  >
    ${shown}
  </div>`;
}

/** Most that a map is enlarged. */
const LARGEST = 1.15;

function figure(
  view: View,
  variant: VariantResult,
  maps: Maps,
  moment: Snapshot,
  i: number,
  lead: boolean,
): Markup {
  const id = `tp-${lookOf(view, variant.name).className}-${i}`;
  const room = Math.min(MAP_WIDTHS.whole, legibleWidth(maps.wide) * LARGEST);
  const drawn = (map: Placement, width: number, own: string): Markup => {
    const drawing = topologyChart(view, variant, moment.at, map, width);
    const least = Math.ceil((drawing.width * legibleWidth(map)) / map.width);
    // Words stay legible: a picture that has no room scrolls in its frame.
    return markup`<div class="scroll" tabindex="0" role="region" aria-label="Topology, ${moment.title}, ${variant.name}">
      <div class="map" style="min-width:${least}px;max-width:${coordinate(Math.ceil(drawing.width * LARGEST))}px">${inline(drawing, own)}</div>
    </div>`;
  };
  return markup`<figure class="${lead ? 'lead' : ''}">
    <h3>${moment.title} <span class="of">${formatInstant(moment.at)}</span></h3>
    ${
      // A phone has its own drawing of the instant that it shows; the folded ones scroll.
      maps.narrow === null || !lead
        ? drawn(maps.wide, Math.min(room, maps.wide.width), id)
        : markup`<div class="wd">${drawn(maps.wide, room, id)}</div>
            <div class="nw">${drawn(maps.narrow, MAP_WIDTHS.phone, `${id}-n`)}</div>`
    }
  </figure>`;
}
