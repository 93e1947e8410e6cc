import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import { pathText, type Path } from '../scenario/located.js';
import { formatDuration } from '../contracts/quantities/quantity-text.js';
import { formatCount, formatNumber, formatSeconds } from '../text/figures.js';
import { list } from '../text/words.js';
import type { Call } from './calls.js';
import type { Finding } from './rule.js';

/** A call as messages name it. */
export function callText({ from, to }: Pick<Call, 'from' | 'to'>): string {
  return `${from} -> ${to}`;
}

/** Names above which a sentence has only the first ones, and the number that it has then. */
const NAMES_MAX = 20;
const NAMES_SHOWN = 10;

/** `a, b and c`; of very many names the first ones and the number of the others. The entities have all of them. */
export function namesText(names: readonly string[]): string {
  if (names.length <= NAMES_MAX) return list(names);
  return list([
    ...names.slice(0, NAMES_SHOWN),
    `${formatCount(names.length - NAMES_SHOWN)} others`,
  ]);
}

/** `a -> b -> c`; of a very long way its beginning and its end. */
export function wayText(parts: readonly string[]): string {
  if (parts.length <= NAMES_MAX) return parts.join(' -> ');
  const rest = `(${formatCount(parts.length - NAMES_SHOWN - 1)} others)`;
  return [...parts.slice(0, NAMES_SHOWN), rest, parts[parts.length - 1]].join(' -> ');
}

/** A duration of whole nanoseconds in a sentence. */
export function timeText(ns: Ns): string {
  return formatSeconds(ns / NS_PER_SECOND);
}

/** A number or a limit in a sentence. */
export function limitText(value: number): string {
  return value === Infinity ? 'unlimited' : formatNumber(value);
}

/** A duration as the value of a field, to three digits. */
export function fieldTime(ns: Ns): string {
  return formatDuration(Math.round(Number(ns.toPrecision(3))));
}

/** The next duration at or above that people would write in a field: 1, 2 or 5 times a power of ten. */
export function handyTime(ns: Ns): string {
  if (ns === Infinity) return fieldTime(NS_PER_SECOND);
  let unit = 1e6;
  while (unit * 10 <= ns) unit *= 10;
  const step = [1, 2, 5, 10].find((one) => one * unit >= ns) ?? 10;
  return fieldTime(step * unit);
}

/**
 * YAML that sets `text` at a path. For a path through a list, only the part after its last item is shown, because
 * that item is the one to edit.
 */
export function yamlAt(path: Path, text: string): string {
  const last = path.reduce<number>((at, key, index) => (typeof key === 'number' ? index : at), -1);
  const keys = path.slice(last + 1).map(String);
  const lines = keys.map((key, depth) => `${'  '.repeat(depth)}${key}:`);
  const body = text.split('\n').map((line) => '  '.repeat(keys.length) + line);
  const where = last < 0 ? [] : [`# in ${pathText(path.slice(0, last + 1))}`];
  return [...where, ...lines, ...body].join('\n');
}

/** The place of a finding about a policy of a call, and what it is about. */
export function inPolicy(
  { policyPath, from, to }: Call,
  ...fields: Path
): Pick<Finding, 'path' | 'entities'> {
  return { path: [...policyPath, ...fields], entities: [from, to] };
}

/** YAML that adds layers to the bundle of a call, or gives the call a bundle. */
export function bundleYaml(call: Call, text: string): string {
  if (call.bundle !== '') return yamlAt(call.policyPath, text);
  return yamlAt(call.place ?? [...call.path, 'policy'], text);
}
