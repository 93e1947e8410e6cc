import type { VariantResult } from '../../contracts/result/result.js';
import { label, type Drawing, type Point } from '../drawing/draw.js';
import { meterOf } from '../families/family-parts.js';
import { sumOf } from '../../stats/sums.js';
import { exactShare, formatSeconds, formatShare, formatValue } from '../../text/figures.js';
import { listed } from '../base/format.js';
import { shorten, type Markup } from '../base/html-escape.js';
import {
  fewDecades,
  logarithmic,
  logSteps,
  niceCeiling,
  niceFloor,
  type Scale,
} from '../drawing/scale.js';
import { across, line, plotIn } from '../drawing/plot.js';
import { meteredOf } from '../families/unseen.js';
import { lookOf, type View } from '../view/view.js';

/** Smallest share that the axis shows. */
const FLOOR = 1e-4;
const SHARES = [1, 0.1, 0.01, 0.001, FLOOR];
/** Shorter durations are not drawn. */
const SHORTEST = 1e-6;
/** Largest ratio of the longest time on the axis to its shortest. */
const RANGE = 1e5;

interface Spread {
  readonly variant: VariantResult;
  readonly count: number;
  readonly upTo: readonly number[];
  readonly n: readonly number[];
}

/** Number of durations longer than a time, log-log, with a line for each variant; null if all are 0. */
export function spreadChart(
  view: View,
  subject: string,
  of: { readonly meter: string; readonly words: string },
  width: number,
): Drawing | null {
  const found = spreadsOf(view, subject, of.meter);
  const domain = domainOf(found);
  if (domain === null) return null;
  const height = 240;
  const margin = { left: 52, right: 14, top: 14, bottom: 30 };
  const plot = plotIn(
    { width, height, margin },
    (range) => logarithmic(domain, range),
    (range) => logarithmic([FLOOR, 1], range),
  );
  const { x, y } = plot;
  return {
    width,
    height,
    margin,
    title: `${subject}: ${of.words}`,
    description: found.map(inWords).join('; '),
    body: [
      across(plot, SHARES, 'var(--grid)'),
      found.map((spread) =>
        line(plot, pointsOf(spread, domain), lookOf(view, spread.variant.name), true),
      ),
      SHARES.map((share) =>
        label(margin.left - 8, y(share) + 4, exactShare(share), { anchor: 'end', size: 11 }),
      ),
      startLabels(found, y, domain, margin.left + 6),
      fewDecades(...domain).map((at) =>
        label(x(at), height - 10, formatSeconds(at), { anchor: 'middle', size: 11 }),
      ),
    ],
  };
}

/** What the picture reads out: its axis, and the share of each variant at equal steps of it, by index. */
export function spreadReadings(
  { readings, result: { variants } }: View,
  found: readonly Spread[],
): { readonly domain: Bounds; readonly indexes: readonly number[] } | null {
  const domain = domainOf(found);
  if (domain === null) return null;
  const indexes = found.map(({ variant, count, upTo, n }) => {
    const total = sumOf(n);
    const shares = logSteps(domain).map((seconds) => {
      const within = sumOf(n.filter((_, i) => upTo[i]! <= seconds * (1 + 1e-9)));
      return (total - within) / count;
    });
    return readings.add(variants.length > 1 ? variant.name : '', 'share', shares);
  });
  return { domain, indexes };
}

/** The axis of the durations above 0; null without any. */
function domainOf(found: readonly Spread[]): Bounds | null {
  const bounds = found.flatMap(({ upTo }) => upTo.filter((seconds) => seconds > SHORTEST));
  if (bounds.length === 0) return null;
  const high = niceCeiling(Math.max(...bounds));
  const low = Math.max(niceFloor(Math.min(...bounds)), high / RANGE);
  return [low, Math.max(high, low * 10)];
}

type Bounds = readonly [number, number];

/** Names and shares above the left ends of the lines. */
function startLabels(
  found: readonly Spread[],
  y: Scale,
  domain: readonly [number, number],
  x: number,
): Markup[] {
  const starts = found.flatMap((one) => {
    const share = pointsOf(one, domain)[0]?.y ?? null;
    return share === null ? [] : [{ name: one.variant.name, share }];
  });
  // From the lowest up, so that no label is below its line.
  let last = Infinity;
  return [...starts]
    .sort((a, b) => a.share - b.share)
    .map(({ name, share }) => {
      last = Math.min(y(share) - 6, last - 14);
      return label(x, last, `${shorten(name, 24)} ${formatShare(share)}`, { size: 11, halo: true });
    });
}

/** Variants for which nothing is drawn, because all durations are 0. */
export function withoutSpread(
  view: View,
  subjects: readonly string[],
  { meter, none }: { readonly meter: string; readonly none: string },
): string {
  const names = view.result.variants
    .filter(({ name }) =>
      subjects.every((subject) =>
        spreadsOf(view, subject, meter).some(
          (one) => one.variant.name === name && pointsOf(one, [SHORTEST, 1]).length === 0,
        ),
      ),
    )
    .map(({ name }) => name);
  return names.length === 0 ? '' : ` In ${listed(names)} ${none}.`;
}

function inWords({ variant, count, n, upTo }: Spread): string {
  const above = upTo.reduce((sum, at, i) => (at > SHORTEST ? sum + n[i]! : sum), 0);
  const most = formatValue(Math.max(...upTo), 'seconds');
  return `${variant.name}: ${formatShare(above / count)} above 0, at most ${most}`;
}

/** The durations of each variant that has any. */
export function spreadsOf(view: View, subject: string, meter: string): Spread[] {
  return view.result.variants.flatMap((variant) => {
    const own = meteredOf(variant, subject);
    const durations = own === null ? null : meterOf(own, meter, 'durations');
    if (durations === null || durations.histogram === null || durations.count === 0) return [];
    const { upTo, n } = durations.histogram;
    return [{ variant, count: durations.count, upTo, n }];
  });
}

/** Share above each bound, from the left end of the axis. A line ends where its share is 0. */
function pointsOf({ count, upTo, n }: Spread, domain: readonly [number, number]): Point[] {
  let left = n.reduce((sum, each) => sum + each, 0);
  const points: Point[] = [];
  let begun = false;
  upTo.forEach((at, i) => {
    if (at > SHORTEST && !begun) {
      begun = true;
      points.push({ x: domain[0], y: within(left / count) });
    }
    left -= n[i]!;
    if (at > SHORTEST) points.push({ x: Math.max(domain[0], at), y: within(left / count) });
  });
  return points;
}

function within(share: number): number | null {
  return share <= 0 ? null : Math.max(FLOOR, share);
}
