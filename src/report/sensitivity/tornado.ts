import type { SensitivityInput, SensitivityResult } from '../../contracts/result/sensitivity.js';
import { formatShare, formatValue } from '../../text/figures.js';
import { oneLineTexts } from '../../text/line.js';
import { attribute, boxes, label, stroke, type Area, type Drawing } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { shorten, type Part } from '../base/html-escape.js';
import { standAlone } from '../drawing/stand-alone.js';
import { turnText } from './words.js';

/** Inputs with a bar: as many as a terminal lists. */
const BARS = 12;
/** Longest name, and longest words of a turn. */
const NAME = 54;
const TURN = 40;
const TOP = 44;
const BAR = 14;

/** Where the bars are: beside the names of the inputs, or below them on a phone; `turn`: where its words begin. Unit: px. */
const WIDE = { width: 1060, left: 350, right: 310, row: 26, down: 0, turn: { x: 890, down: 0 } };
const NARROW = { width: 358, left: 0, right: 118, row: 62, down: 18, turn: { x: 0, down: 34 } };

/**
 * The input that moves the figure most, how far, and at what value it overturns the answer: the finding of the picture;
 * null without one.
 */
export function widestWords({ inputs, usual, figure }: SensitivityResult): string | null {
  const [first] = barsOf(inputs, usual.figure);
  if (first === undefined || width(first) === 0) return null;
  const { input, low, high } = first;
  const shown = (value: number): string => formatValue(value, figure.unit);
  const turns = turnsAt(input);
  const end = turns === null ? '' : `, and overturns the answer at ${turns}`;
  return `${input.path} moves it most, from ${shown(low)} to ${shown(high)}${end}`;
}

/** The tornado of a page, wide and for a phone. */
export function tornadoDrawings(result: SensitivityResult): readonly [Drawing, Drawing] {
  return [tornado(result, WIDE), tornado(result, NARROW)];
}

/** The tornado as an SVG document: for each input the figure at both ends of its range, the widest bar first. */
export function tornadoSvg(result: SensitivityResult): string {
  return standAlone(tornado(oneLineTexts(result) as SensitivityResult, WIDE));
}

/** An input with the figure at both ends of its range. */
interface Bar {
  readonly input: SensitivityInput;
  readonly low: number;
  readonly high: number;
}

function tornado({ inputs, usual, figure, guess }: SensitivityResult, place: typeof WIDE): Drawing {
  const { width: size, left, right, row, down } = place;
  const bars = barsOf(inputs, usual.figure);
  const limit = figure.limit === null ? [] : [figure.limit];
  const values = [...bars.flatMap(({ low, high }) => [low, high]), usual.figure ?? 0, ...limit];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  const x = (value: number): number => left + ((value - least) / span) * (size - left - right);
  const shown = (value: number): string => formatValue(value, figure.unit);
  const now = usual.figure ?? least;
  const area = (from: number, to: number, k: number): Area => ({
    x: Math.min(x(from), x(to)),
    y: TOP + k * row + down,
    width: Math.abs(x(to) - x(from)),
    height: BAR,
  });
  const bottom = TOP + bars.length * row;
  const line = (value: number): string => `M${coordinate(x(value))} ${TOP - 6}V${bottom}`;
  return {
    width: size,
    height: bottom + 26,
    title: `${figure.text} in ${figure.variant}, each input ${formatShare(guess)} smaller and larger`,
    description: bars
      .map(({ input, low, high }) => {
        const turns = turnsAt(input);
        const end = turns === null ? '' : `, overturns the answer at ${turns}`;
        return `${input.path}: ${shown(low)} to ${shown(high)}${end}`;
      })
      .join('; '),
    body: [
      label(0, 14, `${figure.text} in ${figure.variant}`, {
        fill: 'var(--ink)',
        weight: 600,
      }),
      boxes(
        bars.map(({ low }, k) => area(now, low, k)),
        'var(--wait)',
      ),
      boxes(
        bars.map(({ high }, k) => area(now, high, k)),
        'var(--work)',
      ),
      stroke(line(now), 'var(--ink)', 1.5),
      limit.map((value) => [
        stroke(line(value), 'var(--bad)', 1.5, attribute('stroke-dasharray', '4 3')),
        label(x(value), TOP - 12, `limit ${shown(value)}`, {
          anchor: 'middle',
          fill: 'var(--bad)',
        }),
      ]),
      bars.map((bar, k) => barWords(bar, TOP + k * row + 11, place, shown)),
      label(
        left,
        bottom + 18,
        `light: ${formatShare(guess)} smaller; dark: larger; line: now, ${shown(now)}`,
        {},
      ),
    ],
  };
}

/** The words of a bar: its input, the figure at both ends, and the value that overturns the answer. */
function barWords(
  bar: Bar,
  top: number,
  { width: size, right, down, turn }: typeof WIDE,
  shown: (value: number) => string,
): readonly Part[] {
  const { input, low, high } = bar;
  const turns = turnsAt(input);
  const weight = turns === null || down > 0 ? undefined : 600;
  const ink = { fill: 'var(--ink)', halo: down > 0, weight };
  const words = turns !== null && shorten(`overturns it at ${turns}`, TURN);
  return [
    label(0, top, shorten(input.path, NAME), ink),
    label(size - right + 8, top + down, `${shown(low)} to ${shown(high)}`, {}),
    words !== false && label(turn.x, top + turn.down, words, { fill: 'var(--bad)' }),
  ];
}

/** The values at which an input overturns the answer; null where none was found. */
function turnsAt(input: SensitivityInput): string | null {
  return input.turns.length === 0 ? null : turnText(input);
}

/** The inputs that change the figure most. */
function barsOf(inputs: readonly SensitivityInput[], usual: number | null): readonly Bar[] {
  return inputs
    .flatMap((input): Bar[] => {
      const [low, high] = [input.low?.figure ?? usual, input.high?.figure ?? usual];
      return low === null || high === null ? [] : [{ input, low, high }];
    })
    .sort((a, b) => width(b) - width(a))
    .slice(0, BARS);
}

function width({ low, high }: Bar): number {
  return Math.abs(high - low);
}
