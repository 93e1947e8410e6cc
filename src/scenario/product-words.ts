import { entries, type Node } from './located.js';
import { plainWord } from './synonyms.js';
import { outcomeTerms } from '../patterns/mechanisms/outcome-terms.js';

/** Advice for a key of another product: the equivalent, as a line to paste. */
export interface WayOut {
  /** Keys of other products, normalized by `plainWord`. */
  readonly keys: string;
  readonly because: string;
  /** `value`: the value as written; undefined for a mapping or list. `node`: the value with its fields, if it has any. */
  readonly write: (value: string | undefined, key: string, node: Node | undefined) => string;
}

/** The text of the first of these fields that a mapping has, in any spelling; undefined if it has none. */
export function fieldOf(node: Node | undefined, names: string): string | undefined {
  const wanted = names.split(' ');
  if (node === undefined) return undefined;
  const [, found] = entries(node).find(([key]) => wanted.includes(plainWord(key))) ?? [];
  return found?.value.type === 'scalar' ? String(found.value.value) : undefined;
}

/** Circuit breakers of Envoy as a bulkhead, with the limits that are written, else examples. */
export function envoyLimits(node: Node | undefined): string {
  const limits = ['maxConnections', 'maxPendingRequests', 'maxRequests', 'maxRetries'];
  const own = limits.flatMap((name) => {
    const limit = fieldOf(node, name.toLowerCase());
    return limit === undefined ? [] : [`, ${name}: ${limit}`];
  });
  const all = own.length === 0 ? ', maxConnections: 1024, maxPendingRequests: 1024' : own.join('');
  return `connections: {}, bulkhead: { kind: envoy${all} }`;
}

/** Converts a share: other products write percentages without a sign. */
export function share(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return Number(value) > 1 ? `${value}%` : value;
}

/** Converts a duration. A bare number means seconds, as in Kubernetes. */
export function time(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return /^\d+(\.\d+)?$/.test(value) ? `${value}s` : value;
}

/** Converts a number of retries to a number of attempts. */
export function tries(retries: string | undefined): string {
  const count = Number(retries);
  return Number.isInteger(count) && count >= 0 ? String(count + 1) : '3';
}

/** `key: value`. */
export const field = (key: string, value: string): string => `${key}: ${value}`;
/** A limit as written, or an example. */
export const counts = (value: string | undefined): string => value ?? '100';
/** Converts `retry_on` of Envoy to a list of outcomes. A missing response counts as a failure there too. */
export function outcomes(value: string | undefined): string {
  const words = new Set<string>();
  for (const word of (value ?? 'gateway-error').split(/[ ,]+/)) {
    for (const outcome of ENVOY_OUTCOMES[word] ?? (isTerm(word) ? [word] : [])) words.add(outcome);
  }
  const list = words.size === 0 ? ENVOY_OUTCOMES['gateway-error']! : [...words];
  return `[${list.join(', ')}]`;
}

/** Whether a list of outcomes takes a word as it is: an outcome, a group, a status. */
export function isTerm(word: string): boolean {
  return outcomeTerms().safeParse([/^\d{3}$/.test(word) ? Number(word) : word]).success;
}

/** envoyproxy/envoy: docs/root/configuration/http/http_filters/router_filter.rst (x-envoy-retry-on). */
export const ENVOY_OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  '5xx': ['5xx', 'timeout', 'reset', 'connect'],
  'gateway-error': ['gateway', 'timeout', 'reset', 'connect'],
  reset: ['reset', 'timeout', 'connect'],
  'reset-before-request': ['connect'],
  'connect-failure': ['connect'],
  'refused-stream': ['refused'],
  'envoy-ratelimited': ['throttled'],
  'retriable-4xx': ['409'],
  unavailable: ['503'],
  'resource-exhausted': ['429'],
  internal: ['500'],
};
