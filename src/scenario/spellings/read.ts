import { scalar, type Node } from '../located.js';
import type { Read } from './row.js';

/** The value as it is written. */
export const same: Read = (value) => value;

/** A duration of which a bare number is in this unit; texts are read as they are. */
export function timeIn(unit: 'ms' | 's'): Read {
  return (value) => {
    const written = wordOf(value);
    if (written === undefined) return null;
    if (/^\d+(\.\d+)?$/.test(written)) return scalar(`${written}${unit}`, value.at);
    const iso = /^pt(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d{1,3})?)s)?$/i.exec(written);
    if (iso === null) return value;
    const [, hours = '0', minutes = '0', seconds = '0'] = iso;
    return ms((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds), value);
  };
}

/** A TimeSpan of .NET: `00:00:02.5`, or `1.00:00:00` with days. */
export const timeSpan: Read = (value) => {
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/.exec(wordOf(value) ?? '');
  if (parts === null) return value;
  const [, days = '0', hours, minutes, seconds] = parts;
  const whole = (Number(days) * 24 + Number(hours)) * 3600 + Number(minutes) * 60;
  return ms(whole + Number(seconds), value);
};

function ms(seconds: number, { at }: Node): Node {
  return scalar(`${Math.round(seconds * 1000)}ms`, at);
}

/**
 * A percentage that the product writes as a number. In a field of the same name here, a number up to 1 is a share, as
 * everywhere in the language.
 */
export const percent: Read = (value, { isOwn }) => {
  const number = numberOf(value);
  if (number === undefined) return value;
  return number <= 1 && isOwn ? value : scalar(`${number}%`, value.at);
};

/** A number of retries, as a number of tries. */
export const onePlus: Read = (value) => {
  const number = numberOf(value);
  return number === undefined || !Number.isInteger(number) ? null : scalar(number + 1, value.at);
};

/** A flag; undefined for other values. */
export function flagOf(value: Node | undefined): boolean | undefined {
  const word = value === undefined ? undefined : wordOf(value)?.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/** A number, also one that is written as text. */
export function numberOf(value: Node | undefined): number | undefined {
  const written = value === undefined ? undefined : wordOf(value);
  if (written === undefined || written.trim() === '') return undefined;
  const number = Number(written);
  return Number.isFinite(number) ? number : undefined;
}

/** The text of a scalar; undefined for null, lists and mappings. */
export function wordOf(value: Node): string | undefined {
  return value.type === 'scalar' && value.value !== null ? String(value.value) : undefined;
}
