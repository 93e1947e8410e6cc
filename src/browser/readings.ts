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
  /** Charts refer to them by index. */
  readonly readings: readonly Reading[];
  readonly variants: readonly PageVariant[];
}

export interface PageVariant {
  /** The class of its elements. */
  readonly key: string;
  readonly name: string;
  readonly events: readonly { readonly at: number; readonly text: string }[];
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

/**
 * Values as a short text: three significant digits, `-` for null, repeated ones once: `0*60 12.3 - 5*3`.
 */
export function packed(values: readonly (number | null)[]): string {
  const parts: string[] = [];
  let last = '';
  let count = 0;
  const close = (): void => {
    if (count > 0) parts.push(count === 1 ? last : `${last}*${count}`);
  };
  for (const value of values) {
    const text = value === null ? '-' : String(Number(value.toPrecision(3)));
    if (text === last) {
      count++;
      continue;
    }
    close();
    [last, count] = [text, 1];
  }
  close();
  return parts.join(' ');
}

/** The values of a packed text. */
export function unpacked(text: string): (number | null)[] {
  return text.split(' ').flatMap((part) => {
    const [value, count] = part.split('*') as [string, string?];
    return Array<number | null>(Number(count ?? 1)).fill(value === '-' ? null : Number(value));
  });
}

/** `payments in 2,035/s`: a reading in a step. */
export function readOut({ label, unit }: Reading, value: number | null): string {
  const text =
    unit === 'state' ? (STATES[value ?? 0] ?? '') : value === null ? '–' : formatValue(value, unit);
  return label === '' ? text : `${label} ${text}`;
}
