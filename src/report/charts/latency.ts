import { exactShare, formatSeconds, formatShare } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { attribute, drawnOnce, label, stroke, textWidth, type Drawing } from '../drawing/draw.js';
import { decadesIn, logarithmic, oneTwoFive, type Scale } from '../drawing/scale.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { across, line, marks, plotIn, upright, type Plot } from '../drawing/plot.js';
import type { Look } from '../drawing/theme.js';
import { lookOf, type View } from '../view/view.js';
import { spread } from './frame.js';
import {
  latencyDomain,
  lossPoints,
  lostShare,
  type Bounds,
  type LossPoint,
} from './latency-shares.js';

/** Share of requests without a successful response yet, log-log. */
export function lossChart(view: View, width: number): Drawing {
  return drawnOnce(view.result, ['loss', width], () => lossIn(view, width));
}

function lossIn(view: View, width: number): Drawing {
  const narrow = width < 600;
  const names = narrow ? 16 * (legendRows(view, width) - 1) : 0;
  const height = names + (narrow ? 310 : 370);
  const domain = latencyDomain(view);
  const margin = {
    left: narrow ? 48 : 56,
    right: narrow ? 14 : 180,
    top: 26,
    bottom: names + (narrow ? 60 : 36),
  };
  const lines = view.result.variants.map((variant) => ({
    variant,
    points: lossPoints(view, variant, domain),
    lost: lostShare(view, variant),
  }));
  const floor = floorOf(lines);
  const plot = plotIn(
    { width, height, margin },
    (range) => logarithmic(domain, range),
    (range) => logarithmic([floor, 1], range),
  );
  const { x, y } = plot;
  const shares = [1, ...DECADES.filter((share) => share >= floor)];
  const limit = objective(view, domain);
  return {
    width,
    height,
    margin,
    title: 'Share of all requests still without a successful answer, by time waited',
    description: `Logarithmic axes. A line that levels out shows requests that never succeed: ${lines
      .map(({ variant, lost }) => `${variant.name} ${formatShare(lost)}`)
      .join(', ')}.`,
    body: [
      across(plot, shares, 'var(--grid)'),
      upright(plot, limit, 'var(--ink3)', '2 3'),
      lines.map(({ variant, points }) => curve(view, plot, variant, clipped(points))),
      axisLabels(x, y, domain, shares, narrow),
      limit.map((at) => label(x(at), 14, `SLO ${formatSeconds(at)}`, { anchor: 'middle' })),
      narrow
        ? legend(view, width, height)
        : lossLabels(view, lines, y, { right: width - margin.right, floor }),
    ],
  };
}

/** Below this share a line leaves the picture. */
const FLOOR = 1e-4;
const DECADES = [0.1, 0.01, 0.001, FLOOR];

/** The lower end of the picture: the decade below the line that loses least, so that no empty space is left below it. */
function floorOf(lines: readonly Line[]): number {
  const least = Math.min(...lines.map(({ lost }) => lost));
  return DECADES.find((share) => share * ROOM <= least) ?? FLOOR;
}

/** Room between the lowest line and the axis. */
const ROOM = 1.2;

interface Line {
  readonly variant: VariantResult;
  readonly points: readonly LossPoint[];
  /** Share of requests that never succeed. */
  readonly lost: number;
}
function clipped(points: readonly LossPoint[]): readonly LossPoint[] {
  const below = points.findIndex((p) => p.share < FLOOR);
  if (below < 0) return points;
  return [...points.slice(0, below), { seconds: points[below]!.seconds, share: FLOOR }];
}

function axisLabels(
  x: Scale,
  y: Scale,
  domain: Bounds,
  shares: readonly number[],
  narrow: boolean,
): Markup[] {
  const ticks = narrow ? decadesIn(...domain) : oneTwoFive(...domain);
  const bottom = y(shares[shares.length - 1]!);
  return [
    ...shares.map((share) =>
      label(x(domain[0]) - 9, y(share) + 4, exactShare(share), { anchor: 'end' }),
    ),
    ...ticks.map((at) => label(x(at), bottom + 20, formatSeconds(at), { anchor: 'middle' })),
  ];
}

function objective(view: View, domain: Bounds): number[] {
  const limit = view.result.report.slo?.latency ?? null;
  return limit === null || limit <= domain[0] || limit >= domain[1] ? [] : [limit];
}

/** A line, with the shapes of its variant at a distance that differs between variants. */
function curve(
  view: View,
  plot: Plot,
  variant: VariantResult,
  points: readonly LossPoint[],
): Markup {
  const look = lookOf(view, variant.name);
  const all = points.map((p) => ({ x: p.seconds, y: p.share }));
  const marked = all.filter((_, i) => (i + look.index * 3) % MARK_EVERY === 0);
  return markup`${line(plot, all, look)}${look.mark !== null && marks(plot, marked, look.color, look.mark)}`;
}

const MARK_EVERY = 20;

/**
 * Names beside the picture: of a line that levels out at its end, of those that reach the floor below each other, in the
 * order in which they fall.
 */
function lossLabels(
  view: View,
  lines: readonly Line[],
  y: Scale,
  { right, floor }: { readonly right: number; readonly floor: number },
): Markup[] {
  const level = lines.filter((line) => line.lost >= FLOOR);
  const fallOf = ({ points }: Line): number =>
    points.find((p) => p.share < FALLEN)?.seconds ?? Infinity;
  const falling = lines.filter((line) => line.lost < FLOOR).sort((a, b) => fallOf(a) - fallOf(b));
  const answered = falling.filter((line) => line.lost === 0);
  const rest = falling.filter((line) => line.lost > 0);
  const stack = [
    ...rest.map((line) => ({ line, text: `${formatShare(line.lost)} lost` })),
    ...(answered.length === 0 ? [] : [{ line: null, text: 'all answered:' }]),
    ...answered.map((line) => ({ line, text: '' })),
  ];
  const top = y(floor) + 4 - ROW * (stack.length - 1);
  const places = level.map((line) => y(line.lost) + 4);
  const ys = spread(places, 15, y(1) + 4, stack.length === 0 ? y(floor) - 2 : top - ROW);
  // Lines that level out at the same share have one label: their names below each other, and the share once.
  const shares = level.map(({ lost }) => formatShare(lost));
  const shareOf = (i: number): string => (shares.includes(shares[i]!, i + 1) ? '' : shares[i]!);
  return [
    ...level.map((line, i) => named(view, line, right + 8, ys[i]!, shareOf(i))),
    ...stack.map(({ line, text }, i) =>
      line === null
        ? label(right + 8, top + i * ROW, text, { anchor: 'start', halo: true })
        : named(view, line, right + 8, top + i * ROW, text, true),
    ),
  ];
}

/** Share at which the fall of a line counts. */
const FALLEN = 0.004;
/** Height of a name. */
const ROW = 17;
/** Width of a sample of a line, with its margin. */
const SAMPLE = 22;

/** The name of a line, with a sample of it where it does not begin at its end. */
function named(
  view: View,
  line: Line,
  x: number,
  y: number,
  text: string,
  isApart = false,
): Markup {
  const look = lookOf(view, line.variant.name);
  const name = markup`<tspan font-weight="600" fill="${look.ink}"
      >${shorten(line.variant.name, 16)}</tspan
    >
    ${text}`;
  const room = isApart ? SAMPLE : look.mark !== null ? 13 : 0;
  const mark = markOf(look, isApart ? x + 8 : x + 5, y - 4);
  return markup`${isApart && sample(look, x, y - 4, 16)}${mark}${label(x + room, y, name, { anchor: 'start', halo: true })}`;
}

/** A piece of a variant's line. */
function sample(look: Look, x: number, y: number, width: number): Markup {
  return stroke(
    `M${coordinate(x)} ${coordinate(y)}h${width}`,
    look.color,
    look.width,
    look.dash !== null && attribute('stroke-dasharray', look.dash),
  );
}

/** The shape of a variant's line. */
function markOf({ mark, color }: Look, x: number, y: number): Markup | null {
  if (mark === null) return null;
  const path = {
    circle: `M${coordinate(x - 3.4)} ${coordinate(y)}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0`,
    square: `M${coordinate(x - 3)} ${coordinate(y - 3)}h6v6h-6Z`,
    triangle: `M${coordinate(x)} ${coordinate(y - 3.8)}l3.8 6.6h-7.6Z`,
  }[mark];
  return markup`<path d="${path}" fill="${color}" />`;
}

/** Names under the axis, in as many rows as they need. */
function legend(view: View, width: number, height: number): Markup[] {
  const places = legendPlaces(view, width);
  return view.looks.map((look, i) => {
    const { x, row } = places[i]!;
    const y = height - 10 - 16 * (legendRows(view, width) - 1 - row);
    const name = shorten(look.name, 16);
    return markup`${sample(look, x, y, 14)}${markOf(look, x + 7, y)}${label(x + 18, y + 4, name, { fill: look.ink, weight: 600, size: 11 })}`;
  });
}

function legendRows(view: View, width: number): number {
  return legendPlaces(view, width)[view.looks.length - 1]!.row + 1;
}

function legendPlaces(view: View, width: number): { readonly x: number; readonly row: number }[] {
  let x = 8;
  let row = 0;
  return view.looks.map((look) => {
    const room = textWidth(shorten(look.name, 16), 11) * 1.06 + 32;
    if (x > 8 && x + room > width) {
      x = 8;
      row++;
    }
    const place = { x, row };
    x += room;
    return place;
  });
}
