import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatInstant, formatShare } from '../../text/figures.js';
import {
  areaPath,
  dashed,
  linePath,
  stepPoints,
  stroke,
  textWidth,
  type Drawing,
} from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, type Part } from '../base/html-escape.js';
import { clamp, linear, logarithmic } from '../drawing/scale.js';
import type { Strip } from '../view/strips.js';
import type { View } from '../view/view.js';
import { faultShading } from './frame.js';

/** The failing share, on a log scale, and below it a ribbon of what waits. Heights in units of the drawing. */
const HEIGHT = 52;
const FAILS: readonly [number, number] = [36, 3];
/** Where no request fails, below the scale: a log scale has no zero. */
const NONE = 40;
const RIBBON: readonly [number, number] = [51, 43];
/** The same of a row that is about a backlog. */
const BACKLOG: readonly [number, number] = [51, 4];
/** Range of the failing share. */
export const FAILING: readonly [number, number] = [1e-4, 1];
/** Shares with a line across. */
const GRID = [0.01, 0.1];
const WIDTH = 1000;
/** A strip is low: its lines may differ from the values by less than those of a panel. */
const FINE = 0.4;

/** Position of a failing share in a strip, in per cent from its top. */
export function stripHeight(share: number): number {
  return (heightOf(share) / HEIGHT) * 100;
}

/** Height of a value in a strip. */
type Height = (value: number) => number;

/** Heights of the amounts that wait in a row that is about a backlog; `most`: the largest of all rows. */
export function backlogHeight(most: number): Height {
  return waitingHeight(most, BACKLOG);
}

/** Small amounts are visible beside large ones. */
function waitingHeight(most: number, range: readonly [number, number]): Height {
  const scale = linear([0, Math.sqrt(Math.max(1, most))], range);
  return (value) => scale(Math.sqrt(value));
}

function heightOf(share: number): number {
  return share > 0 ? logarithmic(FAILING, FAILS)(clamp(share, ...FAILING)) : NONE;
}

/**
 * Position of the words of a peak, in per cent from the top, beside the line and not over it: above it, where nothing
 * else is, and below a high one, where its area is.
 */
export function peakWordsHeight(share: number, height: Height = heightOf): number {
  const y = height(share);
  return ((y < WORDS + 3 ? y + 3 : y - WORDS - 3) / HEIGHT) * 100;
}

/** Height of the words of a peak. Unit: px, as that of a strip. */
const WORDS = 13;

/** The least width of a strip, on a phone. Unit: px. */
const LEAST = 290;

/**
 * Where the words of a peak begin, or end (`isLeft`), by the step: at the peak if they have room on one side of it, inside the
 * area of a high one or clear of any failure; else beside the failures.
 */
export function peakWordsPlace(
  fails: readonly (number | null)[],
  index: number,
  words: string,
  height: Height = heightOf,
): { readonly index: number; readonly isLeft: boolean } {
  const peak = fails[index]!;
  const steps = Math.ceil((fails.length * (textWidth(words, 11) + 8)) / LEAST);
  const isHigh = height(peak) < WORDS + 3;
  const low = height(peak) + 3;
  // Words of a high peak are inside its area, or where nothing fails; those of a low one are above all others.
  const isInside = (value: number): boolean => !isHigh || height(value) < low;
  const isFree = (from: number, isRoom: (value: number) => boolean): boolean =>
    from >= 0 &&
    from + steps <= fails.length &&
    fails.slice(from, from + steps).every((value) => isRoom(value ?? 0));
  const right = { index, isLeft: false };
  const left = { index: index + 1, isLeft: true };
  if (isFree(index, isInside)) return right;
  if (isFree(index + 1 - steps, isInside)) return left;
  const isCalm = (value: number): boolean => value === 0;
  let [before, after] = [index, index];
  while ((fails[before - 1] ?? 0) > 0) before--;
  while ((fails[after + 1] ?? 0) > 0) after++;
  if (isFree(after + 2, isCalm)) return { index: after + 2, isLeft: false };
  if (isFree(before - 1 - steps, isCalm)) return { index: before - 1, isLeft: true };
  return index + steps > fails.length && index + 1 >= steps ? left : right;
}

/** The strip of a variant; `most`: the largest amount that waits in any variant. */
export function stripChart(
  view: View,
  variant: VariantResult,
  strip: Strip,
  most: number,
): Drawing {
  const { of, fails, twin, waiting, backlog } = strip;
  const { step } = variant.timeline;
  const failed = failures(fails);
  const end = view.result.run.duration;
  const x = linear([0, end], [0, WIDTH]);
  const at = (values: readonly (number | null)[], height: Height) =>
    stepPoints(values, step, height, x);
  const ribbon = waitingHeight(most, backlog === null ? RIBBON : BACKLOG);
  const allowed = view.result.report.slo?.success ?? null;
  return {
    width: WIDTH,
    height: HEIGHT,
    stretch: true,
    title: `${backlog === null ? TITLES[of] : 'Work that waits'} over the run, ${variant.name}`,
    description: describe(strip, step),
    body: [
      faultShading(view, x, [0, end], 0, HEIGHT),
      backlog === null &&
        GRID.map((share) => stroke(`M0 ${coordinate(heightOf(share))}H${WIDTH}`, 'var(--grid)', 1)),
      allowed !== null &&
        backlog === null &&
        of === 'requests' &&
        stroke(`M0 ${coordinate(heightOf(1 - allowed))}H${WIDTH}`, 'var(--ink3)', 1, dashed('6 3')),
      fillOf(areaPath(at(waiting, ribbon), RIBBON[0], FINE), 'var(--queue)'),
      fillOf(areaPath(at(failed, heightOf), NONE, FINE), 'var(--failing)', 0.22),
      twin.length > 0 &&
        stroke(linePath(at(failures(twin), heightOf), FINE), 'var(--ink3)', 1, dashed('2 2')),
      backlog === null &&
        stroke(
          linePath(
            at(fails, () => NONE),
            FINE,
          ),
          'var(--ok)',
          1,
        ),
      stroke(linePath(at(failed, heightOf), FINE), 'var(--failing)', 1.6),
    ],
  };
}

/** The steps in which requests fail, with the ones beside them, so that their line begins and ends at zero. */
function failures(values: readonly (number | null)[]): (number | null)[] {
  const isFailing = (i: number): boolean => (values[i] ?? 0) > 0;
  return values.map((value, i) =>
    isFailing(i - 1) || isFailing(i) || isFailing(i + 1) ? value : null,
  );
}

function fillOf(path: string, fill: string, opacity = 1): Part {
  return path !== '' && markup`<path d="${path}" fill="${fill}" fill-opacity="${opacity}" />`;
}

const TITLES = { requests: 'Failing share', sagas: 'Share of sagas that break' } as const;
const VERBS = { requests: 'fail', sagas: 'of sagas break' } as const;

/** The peaks in words. */
function describe({ of, fails, waiting }: Strip, step: number): string {
  const peak = peakOf(fails);
  const most = peakOf(waiting);
  const words =
    peak === null || peak.value === 0
      ? 'no request fails'
      : `${formatShare(peak.value)} ${VERBS[of]} at ${formatInstant(peak.index * step)}`;
  return `${words}; ${formatCount(most?.value ?? 0)} wait at most`;
}

/** The largest amount that waits in any of some strips. */
export function mostWaiting(strips: readonly Strip[]): number {
  return Math.max(0, ...strips.map(({ waiting }) => peakOf(waiting)?.value ?? 0));
}

/** The largest value, and the first step that has it. */
export function peakOf(
  values: readonly (number | null)[],
): { readonly index: number; readonly value: number } | null {
  let peak: { readonly index: number; readonly value: number } | null = null;
  values.forEach((value, index) => {
    if (value !== null && (peak === null || value > peak.value)) peak = { index, value };
  });
  return peak;
}
