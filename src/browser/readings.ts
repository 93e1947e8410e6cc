import { formatCount, formatRate, formatValue, type Unit } from '../text/figures.js';

/** A figure over the steps of the run, which the page can read out at any instant. */
export interface Reading {
  readonly label: string;
  readonly unit: Unit | 'state';
  /** See `packed`. */
  readonly values: string;
}

/** What the script of a page knows of the run. Times are in seconds. */
export interface PageData {
  readonly step: number;
  readonly end: number;
  /** The headline fault, for zooming; null without one. */
  readonly fault: readonly [number, number] | null;
  /** Label, unit and values; charts refer to them by index. */
  readonly readings: readonly (readonly [Reading['label'], Reading['unit'], Reading['values']])[];
  readonly variants: readonly PageVariant[];
}

export interface PageVariant {
  /** The class of its elements. */
  readonly key: string;
  readonly name: string;
  /** Instants of its events. */
  readonly events: readonly number[];
  readonly subjects: readonly PageSubject[];
}

/** A component: the indexes of its readings, and its limits; null = none. */
export interface PageSubject {
  readonly name: string;
  readonly state: number;
  readonly arrivals: number;
  readonly good: number;
  readonly busy: number;
  readonly queue: number;
  readonly slots: number | null;
}

/** The topology over time, with an entry for each node or edge in the order of the picture. */
export interface MapFrames<Rows = string> {
  /** Seconds of a frame, and their number. */
  readonly step: number;
  readonly count: number;
  /** For every node: a letter for the state of each frame, such as `o*60,dd`. */
  readonly states: Rows;
  /** For every node: the share of its slots in use, a digit for each frame; `-` if it has no slots. */
  readonly busy: Rows;
  /** For every edge: a digit for its rate; a letter where many attempts are retries. */
  readonly flows: Rows;
}

/** `payments down, 64/64 busy, queue 1,200, 2,035/s in, 0/s ok`: a component that is not well at an instant; else null. */
export function subjectOut(
  subject: PageSubject,
  valueAt: (index: number) => number | null,
): string | null {
  const state = STATES[valueAt(subject.state) ?? 0] ?? 'ok';
  if (state === 'ok') return null;
  const [busy, queue] = [valueAt(subject.busy), valueAt(subject.queue) ?? 0];
  return [
    `${subject.name} ${state}`,
    ...(busy === null || subject.slots === null
      ? []
      : [`${formatCount(busy)}/${formatCount(subject.slots)} busy`]),
    ...(queue >= 1 ? [`queue ${formatCount(queue)}`] : []),
    `${formatRate(valueAt(subject.arrivals) ?? 0)} in`,
    `${formatRate(valueAt(subject.good) ?? 0)} ok`,
  ].join(', ');
}

/** Words for the health states, in the order of their numbers in a reading. */
export const STATES = ['ok', 'degraded', 'failing', 'down'] as const;

/** The characters of a packed text: those of ASCII that need no escape in JSON or in a page. */
const DIGITS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((c) => !'"\\<&'.includes(c))
  .join('');
const BASE = DIGITS.length;
/** Codes of nothing, of zero, and of a value that is repeated as often as the next code says; then the numbers. */
const [NOTHING, ZERO, REPEAT, FIRST] = [0, 1, 2, 3];
/** Numbers with three significant digits in a decade, and decades below the largest one. */
const [SIZES, DECADES] = [900, 9];
/** Fewer equal values are not shorter as a repetition. */
const RUN = 4;

/**
 * Values that are not negative as a short text of two characters each, with three significant digits, after the largest
 * exponent: `2:…`. Values more than nine decades below the largest one are 0.
 */
export function packed(values: readonly (number | null)[]): string {
  const codes = new Int32Array(values.length);
  let top = -1;
  for (let i = 0; i < codes.length; i++) {
    const value = values[i]!;
    codes[i] = value === null ? MISSING : value <= 0 ? -1 : numberOf(value);
    top = Math.max(top, codes[i]!);
  }
  const least = Math.floor(top / SIZES) - DECADES + 1;
  const smallest = Math.max(0, least * SIZES);
  for (let i = 0; i < codes.length; i++) {
    const number = codes[i]!;
    codes[i] =
      number === MISSING ? NOTHING : number < smallest ? ZERO : FIRST + number - least * SIZES;
  }
  let text = `${top < 0 ? 0 : least - LOWEST}:`;
  for (let i = 0; i < codes.length;) {
    let count = 1;
    while (codes[i + count] === codes[i] && count < BASE * BASE - 1) count++;
    text +=
      count < RUN ? pair(codes[i]!).repeat(count) : pair(REPEAT) + pair(count) + pair(codes[i]!);
    i += count;
  }
  return text;
}

const MISSING = -2;

/** The values of a packed text. */
export function unpacked(text: string): (number | null)[] {
  const at = text.indexOf(':');
  const least = Number(text.slice(0, at));
  const codes: number[] = [];
  for (let i = at + 1; i + 1 < text.length; i += 2)
    codes.push(DIGITS.indexOf(text[i]!) * BASE + DIGITS.indexOf(text[i + 1]!));
  const values: (number | null)[] = [];
  for (let i = 0; i < codes.length; i++) {
    const isRun = codes[i] === REPEAT;
    const count = isRun ? codes[++i]! : 1;
    const value = valueOf(isRun ? codes[++i]! : codes[i]!, least);
    for (let k = 0; k < count; k++) values.push(value);
  }
  return values;
}

function valueOf(code: number, least: number): number | null {
  if (code === NOTHING) return null;
  if (code === ZERO) return 0;
  const size = ((code - FIRST) % SIZES) + 100;
  return Number(`${size}e${Math.floor((code - FIRST) / SIZES) + least - 2}`);
}

/** Powers of ten from 1e-15 on. */
const LOWEST = 15;
const POWERS = Array.from({ length: 31 }, (_, i) => Number(`1e${i - LOWEST}`));

/**
 * A value among all numbers of three digits, of which each decade has `SIZES`. Smaller and larger values than those of
 * a run have the nearest.
 */
function numberOf(value: number): number {
  let place = LOWEST;
  while (place < POWERS.length - 1 && value >= POWERS[place + 1]!) place++;
  while (place > 2 && value < POWERS[place]!) place--;
  const size = Math.round(value / POWERS[place - 2]!);
  return place * SIZES + Math.min(SIZES, Math.max(0, size - 100));
}

function pair(code: number): string {
  return DIGITS[Math.floor(code / BASE)]! + DIGITS[code % BASE]!;
}

/** `payments in 2,035/s`: a reading in a step. */
export function readOut({ label, unit }: Reading, value: number | null): string {
  const text =
    unit === 'state' ? (STATES[value ?? 0] ?? '') : value === null ? '–' : formatValue(value, unit);
  return label === '' ? text : `${label} ${text}`;
}
