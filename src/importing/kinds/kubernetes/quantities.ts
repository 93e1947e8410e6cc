import { powi } from '../../../kernel/math.js';
import type { Cell } from '../../cell.js';
import { from, type WrittenScalar } from '../../written.js';

/** Suffixes of a quantity. Source: kubernetes/apimachinery pkg/api/resource/suffix.go. */
const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((name, k) => [name, powi(1000, k + 1)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((name, k) => [name, powi(1024, k + 1)] as const),
]);

/** The number of a quantity such as `500m`, `1.5Gi` or `128e6`; undefined = it is none, or not above 0. */
function numberOf(cell: Cell | undefined): number | undefined {
  const [, digits = '', exponent = '', suffix = ''] =
    /^\+?(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,2})|([a-zA-Z]*))$/.exec(cell?.text()?.trim() ?? '') ??
    [];
  const scale = SUFFIXES.get(suffix);
  const number = Number(`${digits}e${exponent || 0}`) * (scale ?? 0);
  return digits !== '' && number > 0 ? Number(number.toPrecision(15)) : undefined;
}

/** Cores of a quantity such as `500m` or `1`. */
export function coresOf(cell: Cell | undefined): number | undefined {
  return numberOf(cell);
}

const SIZE_UNITS: Readonly<Record<string, string>> = {
  '': 'B',
  k: 'kB',
  M: 'MB',
  G: 'GB',
  Ki: 'KiB',
  Mi: 'MiB',
  Gi: 'GiB',
};

/** A size as the language writes it, from a quantity such as `768Mi`; undefined also for less than a byte, such as `512m`. */
export function sizeOf(cell: Cell | undefined): WrittenScalar | undefined {
  const bytes = numberOf(cell) ?? 0;
  const [, number, unit = ''] = /^([0-9.]+)([a-zA-Z]*)$/.exec(cell?.text()?.trim() ?? '') ?? [];
  const name = SIZE_UNITS[unit];
  if (bytes < 1) return undefined;
  return from(
    number !== undefined && name !== undefined ? `${number}${name}` : `${Math.round(bytes)}B`,
    cell,
  );
}

/** A duration as the language writes it, from a number of seconds. */
export function secondsOf(cell: Cell | undefined): WrittenScalar | undefined {
  const seconds = cell?.number();
  return seconds === undefined || seconds < 0 ? undefined : from(`${seconds}s`, cell);
}

/** The time a process has to end. With none it is killed at once, which the language writes as a very short one. */
export function graceOf(time: WrittenScalar | undefined): WrittenScalar | undefined {
  return time === undefined || /[1-9]/.test(String(time.value)) ? time : { ...time, value: '1ms' };
}

/** A number of pods, or a share such as `25%`. */
export function amountOf(cell: Cell | undefined): WrittenScalar | undefined {
  const text = cell?.text()?.trim() ?? '';
  if (/^\d+$/.test(text)) return from(Number(text), cell);
  return /^\d{1,3}%$/.test(text) && Number(text.slice(0, -1)) <= 100 ? from(text, cell) : undefined;
}

/** A whole number that Kubernetes takes: 1 or more. */
export function countOf(cell: Cell | undefined): WrittenScalar | undefined {
  const value = cell?.number() ?? 0;
  return Number.isInteger(value) && value >= 1 ? from(value, cell) : undefined;
}

/** Most replicas of a component: `replicas` of src/contracts/scenario/host.ts. */
const REPLICAS_MAX = 100_000;

/** A number of replicas: of more than a component can have, the most. */
export function possible(count: WrittenScalar | undefined): WrittenScalar | undefined {
  if (count === undefined || Number(count.value) <= REPLICAS_MAX) return count;
  const note = `which has ${count.value}: more than a component can have`;
  return { ...count, value: REPLICAS_MAX, note };
}
