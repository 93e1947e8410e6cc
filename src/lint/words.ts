import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import { pathText } from '../scenario/located.js';
import type { Call } from './calls.js';
import type { Path } from './rule.js';

/** A call as messages name it. */
export function callText({ from, to }: Pick<Call, 'from' | 'to'>): string {
  return `${from} -> ${to}`;
}

/** A rate in the notation of users. */
export function rateText(perSecond: number): string {
  return `${rounded(perSecond)}/s`;
}

/** A duration for messages, with three digits. */
export function timeText(ns: Ns): string {
  if (ns >= NS_PER_SECOND) return `${rounded(ns / NS_PER_SECOND)}s`;
  return ns >= 1e6 ? `${rounded(ns / 1e6)}ms` : `${rounded(ns / 1e3)}us`;
}

/** The next duration at or above with a round number: 1, 2 or 5 times a power of ten. */
export function handyTime(ns: Ns): string {
  if (ns === Infinity) return timeText(NS_PER_SECOND);
  let unit = 1e6;
  while (unit * 10 <= ns) unit *= 10;
  const step = [1, 2, 5, 10].find((one) => one * unit >= ns) ?? 10;
  return timeText(step * unit);
}

/** A number with three digits. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return 'unlimited';
  if (value >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
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

/** YAML that adds layers to the bundle of a call, or gives the call a bundle. */
export function bundleYaml(call: Call, text: string): string {
  if (call.bundle !== '') return yamlAt(call.policyPath, text);
  // A check in a middleware chain has no policy of its own; the `outbound` policies of its host apply.
  const checks = call.path.includes('middleware');
  return yamlAt(checks ? ['outbound', call.callee] : [...call.path, 'policy'], text);
}
