import { isFeedback } from '../../analysis/story/feedback.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { HealthState, Influence } from '../../contracts/result/cascade.js';
import {
  boxes,
  dashed,
  described,
  HALO,
  label,
  stroke,
  textWidth,
  type Area,
  type Drawing,
} from '../drawing/draw.js';
import { formatInstant } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { linear, type Scale } from '../drawing/scale.js';
import { byCodeUnit } from '../../text/order.js';
import { backlogWords, lanesOf, mechanismWords, type Lane } from '../view/lanes.js';
import type { View } from '../view/view.js';
import { BESIDE_NAMES, faultLines, faultShading, timeLabels, timeTicks } from './frame.js';
import { meets, placeOf, type Room } from './lane-room.js';
import { THICKNESS } from './services.js';

/**
 * Lanes of a window of the run, optionally with the arrows of influence. `beside`: the window of a picture beside it, whose
 * lanes are at the same height.
 */
export function swimlaneChart(
  view: View,
  variant: VariantResult,
  window: readonly [number, number],
  options: {
    readonly width: number;
    readonly names: boolean;
    readonly arrows: boolean;
    readonly beside?: readonly [number, number];
  },
): Drawing {
  const lanes = lanesOf(view, variant);
  const { width } = options;
  const left = leftOf(lanes, width, options.names);
  const x = linear(window, [left, width - RIGHT]);
  const faults = faultLines(view, window);
  const top = Math.max(headOf(faults), headOf(faultLines(view, options.beside ?? window)));
  const bottom = top + lanes.length * LANE;
  const center = (i: number): number => top + LANE * (i + 0.5);
  const axis = width * (options.names ? BESIDE_NAMES : 1) - RIGHT;
  const ticks = timeTicks(view, window[0], window[1], axis);
  const waiting = waits(lanes, x, window, center, width);
  return {
    width,
    height: bottom + 26,
    title: `Health of every lane from ${formatInstant(window[0])} to ${formatInstant(window[1])}, ${variant.name}`,
    description: describe(lanes, variant),
    body: [
      faultShading(view, x, window, top, bottom),
      faultRows(faults, x, window, width, bottom),
      options.names &&
        markup`<g fill="var(--ink)">${lanes.map((lane, i) =>
          label(0, center(i) + 4, nameIn(lane, left - GAP), {
            weight: lane.user ? 600 : undefined,
          }),
        )}</g>`,
      bars(lanes, x, window, center),
      waiting.map(({ text }) => text),
      options.arrows &&
        arrows(
          lanes,
          variant.cascade.influences,
          { x, window, center, width },
          waiting.map(({ room }) => room),
        ),
      timeLabels(ticks, x, bottom + 18),
    ],
  };
}

/** Height of the rows of faults above the lanes. */
function headOf({ shown, words }: ReturnType<typeof faultLines>): number {
  return shown.length * FAULT + (words === null ? 4 : FAULT);
}

/** Room left and right of the lanes, as shares of the width. */
export function laneMargin(
  view: View,
  variant: VariantResult,
  width: number,
  names: boolean,
): readonly [number, number] {
  return [leftOf(lanesOf(view, variant), width, names) / width, RIGHT / width];
}

function leftOf(lanes: readonly Lane[], width: number, names: boolean): number {
  return names ? Math.min(width * MOST_NAMES, nameRoom(lanes)) : 6;
}

/** Most room of the names, as a share of the width. */
const MOST_NAMES = 0.36;
const RIGHT = 14;
const LANE = 32;
/** Height of the row of a fault above the lanes: its bar, and its words below that. */
const FAULT = 21;

/** Between the name of a lane and its bar. */
const GAP = 8;

function nameRoom(lanes: readonly Lane[]): number {
  const rooms = lanes.map((lane) => nameWidth(lane, shorten(lane.words, LETTERS)));
  return Math.max(60, ...rooms.map((room) => room + GAP));
}

/** Most letters of a name. */
const LETTERS = 22;

/** How much wider bold letters are. */
const BOLD = 1.15;

/** Kinds of requests are bold. */
function nameWidth({ user }: Lane, name: string): number {
  return textWidth(name, 12) * (user ? BOLD : 1);
}

/** The name of a lane; of a kind of request without its workload, and as much of it as has room, where that is little. */
function nameIn(lane: Lane, room: number): string {
  const fits = (name: string): boolean => nameWidth(lane, name) <= room;
  const whole = shorten(lane.words, LETTERS);
  if (fits(whole)) return whole;
  const own = lane.user ? lane.words.replace(/^.*?: /u, '') : lane.words;
  let letters = LETTERS;
  while (letters > LEAST_LETTERS && !fits(shorten(own, letters))) letters--;
  return shorten(own, letters);
}

const LEAST_LETTERS = 4;

/** The bars of all lanes: healthy ones first, as every lane has one from end to end. */
function bars(
  lanes: readonly Lane[],
  x: Scale,
  window: readonly [number, number],
  center: (lane: number) => number,
): (Markup | null)[] {
  const barOf = (lane: number, from: number, until: number, height: number): Area => ({
    x: x(from),
    y: center(lane) - height / 2,
    width: Math.max(1.5, x(until) - x(from)),
    height,
  });
  const of = (state: HealthState): Area[] =>
    lanes.flatMap(({ intervals }, lane) =>
      intervals.flatMap((interval) => {
        const from = Math.max(window[0], interval.from);
        const until = Math.min(window[1], interval.until);
        if (until <= from || interval.state !== state) return [];
        return [barOf(lane, from, until, THICKNESS[state])];
      }),
    );
  const healthy = lanes.map((_, lane) => barOf(lane, window[0], window[1], THICKNESS.ok));
  return [
    boxes(healthy, 'var(--ok)'),
    ...DEGRADED.map((state) => boxes(of(state), `var(--${state})`)),
  ];
}

const DEGRADED = ['degraded', 'failing', 'down'] as const;

/** What waits, below the bar of its component, and the room that its words take. */
function waits(
  lanes: readonly Lane[],
  x: Scale,
  window: readonly [number, number],
  center: (lane: number) => number,
  width: number,
): { readonly text: Markup; readonly room: Room }[] {
  return lanes.flatMap(({ backlogs }, lane) => {
    const seen = backlogs.filter(({ from, until }) => from < window[1] && until > window[0]);
    // Of several, the last one says how it ends.
    const last = seen[seen.length - 1];
    if (last === undefined) return [];
    const [start, end] = [x(Math.max(window[0], last.from)), x(Math.min(window[1], last.until))];
    // Without room for all of it, the amount.
    const fits = (text: string): boolean => start + textWidth(text, SMALL) <= width;
    const words = shorten(
      fits(last.words) ? last.words : last.words.split(', ')[0]!,
      Math.floor(width / LETTER),
    );
    const room = textWidth(words, SMALL);
    // Below its bar: from its start, or up to its end if there is no room after it.
    const left = fits(words) ? start : Math.max(0, Math.min(end, width) - room);
    const base = center(lane) + 17;
    return [
      {
        text: label(left, base, words, { fill: 'var(--ink2)', size: SMALL, halo: true }),
        room: { left, right: left + room, top: base - SMALL, bottom: base + 2 },
      },
    ];
  });
}

const SMALL = 11;

/** A row for each fault above the lanes: when it is active, with its name and time, and a line where it begins. */
function faultRows(
  { shown, words }: ReturnType<typeof faultLines>,
  x: Scale,
  window: readonly [number, number],
  width: number,
  bottom: number,
): Markup {
  const bars = shown.map(({ from, until }, i): Area => {
    const [start, end] = [x(Math.max(window[0], from)), x(Math.min(window[1], until))];
    return { x: start, y: i * FAULT, width: Math.max(2, end - start), height: 3 };
  });
  const starts = shown.map(({ from }, i) =>
    from < window[0] ? '' : `M${coordinate(x(from))} ${i * FAULT}V${bottom}`,
  );
  const names = shown.map(({ text }, i) => {
    const name = shorten(text, Math.floor(width / LETTER));
    const left = Math.max(0, Math.min(bars[i]!.x, width - textWidth(name, 12)));
    return label(left, i * FAULT + 16, name);
  });
  const more = words === null ? null : label(x(window[0]), shown.length * FAULT + 14, words);
  return markup`${stroke(starts.join(''), 'var(--ink3)', 0.7)}${boxes(bars, 'var(--ink3)')}<g fill="var(--ink2)"${HALO}>${names}${more}</g>`;
}

/** Mean width of a letter of 12 px. */
const LETTER = 6.6;

/** Where the lanes are, and what time they show. */
interface Frame {
  readonly x: Scale;
  readonly window: readonly [number, number];
  readonly center: (lane: number) => number;
  readonly width: number;
}

/**
 * Arrows from cause to effect, both ends at their time. Those that would overlap bulge; retries are dashed. `taken`: where
 * other words are.
 */
function arrows(
  lanes: readonly Lane[],
  influences: readonly Influence[],
  { x, window, center, width }: Frame,
  taken: readonly Room[],
): Markup[] {
  const row = new Map(lanes.map((lane, i) => [lane.subject, i]));
  const shafts: Room[] = [];
  const words = [...taken];
  const straight: string[] = [];
  const [dotted, heads]: [string[], string[]] = [[], []];
  const texts: Markup[] = [];
  for (const influence of influences
    .slice()
    .sort((a, b) => a.at - b.at || byCodeUnit(a.from + a.to, b.from + b.to))) {
    const from = row.get(influence.from);
    const to = row.get(influence.to);
    if (from === undefined || to === undefined || from === to) continue;
    if (influence.at < window[0] || influence.at > window[1]) continue;
    const side = to > from ? 9 : -9;
    const lean = leanOf(lanes[from]!, influence, window);
    const feedback = isFeedback(influence.mechanism);
    const fill = feedback ? 'var(--fault-ink)' : 'var(--ink)';
    // Load that goes back down is beside what goes up at the same time.
    const at = x(influence.at) + (feedback ? BACK : 0);
    const bulge =
      lean > 0
        ? 0
        : bulgeOf(
            at,
            center(Math.min(from, to)) + 1,
            center(Math.max(from, to)) - 1,
            shafts,
            width,
          );
    const [shaft, head] = arrow(
      [at - (x(influence.at) - x(influence.at - lean)), at],
      bulge,
      center(from) + side,
      center(to) - side,
    );
    if (feedback) {
      dotted.push(shaft);
      heads.push(head);
    } else straight.push(shaft, head);
    const text = mechanismWords(influence.mechanism);
    // Between the lane of the effect and the one before it.
    const middle = center(to) + (to > from ? -LANE / 2 : LANE / 2);
    const isLeft = !feedback && isBesideBack(influence, influences, x);
    const room = textWidth(text, 11.5);
    const left = placeOf(room, at + bulge, middle, words, [x(window[0]) - BEFORE, width], isLeft);
    // The table below has the mechanisms without room.
    if (left === null) continue;
    const weight = feedback ? 600 : undefined;
    texts.push(label(left, middle + 4, text, { fill: feedback ? fill : undefined, weight }));
  }
  return arrowMarks({ straight, dotted, heads }, texts);
}

/** The arrows and their words; a rim keeps the arrows apart from bars, and lines stop short of the words. */
function arrowMarks(
  { straight, dotted, heads }: Readonly<Record<'straight' | 'dotted' | 'heads', string[]>>,
  texts: readonly Markup[],
): Markup[] {
  return [
    markup`<g class="ar">${stroke(straight.join(''), 'var(--ink)', 1.4)}${stroke(dotted.join(''), 'var(--fault-ink)', 1.4, dashed('2.5 2'))}${stroke(heads.join(''), 'var(--fault-ink)', 1.4)}</g>`,
    markup`<g font-size="11.5" fill="var(--ink)" paint-order="stroke" stroke="var(--bg)" stroke-width="4">${texts}</g>`,
  ];
}

/** Distance of the middle of an arrow from its time, so that it meets none of the others, and joins them. */
function bulgeOf(at: number, top: number, bottom: number, shafts: Room[], width: number): number {
  // To the left of its time if there is no room on the right.
  const direction = at + MOST_BULGE > width ? -1 : 1;
  const area = (bulge: number): Room => ({
    left: at + bulge - 3,
    right: at + bulge + 3,
    top,
    bottom,
  });
  let bulge = 0;
  while (Math.abs(bulge) < MOST_BULGE && shafts.some((other) => meets(other, area(bulge))))
    bulge += direction * 7;
  shafts.push(area(bulge));
  return bulge;
}

/** Whether load goes back beside an arrow: its own words are then on the other side. */
function isBesideBack(own: Influence, all: readonly Influence[], x: Scale): boolean {
  return all.some(
    ({ mechanism, from, to, at }) =>
      isFeedback(mechanism) &&
      from === own.to &&
      to === own.from &&
      Math.abs(x(at) - x(own.at)) < BACK,
  );
}

/** Room between the rows of names, which words of arrows may use: as much as the shortest names leave. Unit: px. */
const BEFORE = 56;

/** Farthest distance of the middle of an arrow from its time. */
const MOST_BULGE = 42;

/** Distance of an arrow of load that goes back from its time. Unit: px. */
const BACK = 9;

/** Most time by which an arrow leans, as a share of what its picture shows. */
const LEAN = 0.12;

/** Time from the onset of a cause to its effect, if the arrow can lean by it: seconds. */
function leanOf({ intervals }: Lane, { at }: Influence, window: readonly [number, number]): number {
  const onset = intervals.findLast(({ from }) => from <= at)?.from ?? at;
  const lag = at - onset;
  return lag > 0 && lag <= LEAN * (window[1] - window[0]) && onset >= window[0] ? lag : 0;
}

/** The paths of an arrow: its shaft, which leans from its cause to its effect, and its head. */
function arrow(
  [start, x]: readonly [number, number],
  bulge: number,
  y1: number,
  y2: number,
): readonly [string, string] {
  const back = y2 > y1 ? -4.5 : 4.5;
  const head = `M${coordinate(x - 3.5)} ${coordinate(y2 + back)}L${coordinate(x)} ${coordinate(y2)}L${coordinate(x + 3.5)} ${coordinate(y2 + back)}`;
  const out = coordinate(x + bulge);
  const bend = Math.min(10, Math.abs(y2 - y1) / 3) * Math.sign(y2 - y1);
  const shaft =
    bulge === 0
      ? `M${coordinate(start)} ${coordinate(y1)}L${coordinate(x)} ${coordinate(y2)}`
      : `M${coordinate(x)} ${coordinate(y1)}Q${out} ${coordinate(y1)} ${out} ${coordinate(y1 + bend)}V${coordinate(y2 - bend)}Q${out} ${coordinate(y2)} ${coordinate(x)} ${coordinate(y2)}`;
  return [shaft, head];
}

function describe(lanes: readonly Lane[], variant: VariantResult): string {
  const degraded = lanes.filter((lane) => lane.intervals.length > 0);
  if (degraded.length === 0) return 'Every lane is healthy throughout.';
  const words = degraded.map(
    (lane) =>
      `${lane.words} ${lane.intervals
        .map((s) => `${s.state} ${formatInstant(s.from)} to ${formatInstant(s.until)}`)
        .slice(0, 3)
        .join(', ')}${backlogWords(lane)}`,
  );
  const arrows = variant.cascade.influences.map(
    (i) => `${i.from} to ${i.to}: ${mechanismWords(i.mechanism)}`,
  );
  return `${described(words, '; ')}. ${described(arrows, '; ')}`;
}
