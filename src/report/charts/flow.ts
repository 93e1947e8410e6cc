import type { FlowEnd } from '../families/family.js';
import { countIn } from '../families/family-parts.js';
import type { MeteredResult } from '../../contracts/result/meters.js';
import { attribute, box, label, type Drawing } from '../drawing/draw.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';

const WIDTH = 340;
const LEFT = 12;
const RIGHT = 150;
const NODE = 9;
/** Height of the whole flow, and the gap between two ends, each with a line of text. */
const FLOW = 120;
const GAP = 13;
const LINE = 17;
const TOP = 20;

/** The items that begin and their ends: a band for each end, as wide as its share. */
export function flowChart(
  own: MeteredResult,
  begun: string,
  ends: readonly FlowEnd[],
  title: string,
): Drawing {
  const total = countIn(own, begun);
  const shown = ends
    .map((end) => ({ end, count: countIn(own, end.meter) }))
    .filter(({ count }) => count > 0);
  const thickOf = (count: number): number => (total > 0 ? (FLOW * count) / total : 0);
  const above = shown.slice(0, -1).reduce((sum, { count }) => sum + stepOf(thickOf(count)), 0);
  const last = Math.max(GAP, thickOf(shown.at(-1)?.count ?? 0));
  const height = TOP + Math.max(FLOW, above + last) + 12;
  let from = TOP;
  let to = TOP;
  const bands = shown.map(({ end, count }): Markup => {
    const thick = thickOf(count);
    const drawn = band(end, count, total, { from, to, thick });
    from += thick;
    to += stepOf(thick);
    return drawn;
  });
  return {
    width: WIDTH,
    height,
    title,
    description: shown
      .map(({ end, count }) => `${end.words} ${formatCount(Math.round(count))}`)
      .join(', '),
    body: [
      box(LEFT - NODE, TOP, NODE, FLOW, 'var(--ink3)'),
      label(LEFT - NODE, 12, `${formatCount(Math.round(total))} begin`, { size: 12 }),
      bands,
    ],
  };
}

/** Distance from the top of an end to that of the next: its band, and room for a line of text. */
function stepOf(thick: number): number {
  return Math.max(thick + GAP, LINE);
}

function band(
  end: FlowEnd,
  count: number,
  total: number,
  { from, to, thick }: { readonly from: number; readonly to: number; readonly thick: number },
): Markup {
  const middle = (LEFT + RIGHT) / 2;
  const at = (x: number, y: number): string => `${coordinate(x)} ${coordinate(y)}`;
  const path =
    `M${at(LEFT, from)}C${at(middle, from)} ${at(middle, to)} ${at(RIGHT, to)}` +
    `L${at(RIGHT, to + thick)}C${at(middle, to + thick)} ${at(middle, from + thick)} ${at(LEFT, from + thick)}Z`;
  const share = total > 0 ? formatShare(count / total) : '';
  const words = `${end.words} ${share}, ${formatCount(Math.round(count))}`;
  return markup`<path
      ${attribute('d', path)}
      ${attribute('fill', end.fill)}
      fill-opacity="0.32"
    />${box(RIGHT, to, NODE, Math.max(1.5, thick), end.fill)}${label(
      RIGHT + NODE + 7,
      to + thick / 2 + 4,
      words,
      { size: 12, fill: 'var(--ink)' },
    )}`;
}
