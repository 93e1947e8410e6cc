/** What a key of another product is here, and a line that can be pasted in its place. */
export interface WayOut {
  /** Words of other products, as `plainWord` has them. */
  readonly keys: string;
  readonly because: string;
  /** `value`: the one that was written, as a word; undefined where it is a map or a list. */
  readonly write: (value: string | undefined, key: string) => string;
}

/** A share as it is written here: other products have percentages without a sign. */
export function share(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return Number(value) > 1 ? `${value}%` : value;
}

/** A duration as it is written here; a bare number counts seconds, as in Kubernetes. */
export function time(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return /^\d+(\.\d+)?$/.test(value) ? `${value}s` : value;
}

/** Tries for a number of retries. */
export function tries(retries: string | undefined): string {
  const count = Number(retries);
  return Number.isInteger(count) && count >= 0 ? String(count + 1) : '3';
}

/** `key: value`. */
export const field = (key: string, value: string): string => `${key}: ${value}`;
/** A limit as written, or one to begin with. */
export const counts = (value: string | undefined): string => value ?? '100';
/** `retry_on` of Envoy as a list of outcomes: a response that never came is a failure there, too. */
export function outcomes(value: string | undefined): string {
  const words = new Set<string>();
  for (const word of (value ?? 'gateway-error').split(/[ ,]+/)) {
    for (const outcome of ENVOY_OUTCOMES[word] ?? (/^\d{3}$/.test(word) ? [word] : [])) {
      words.add(outcome);
    }
  }
  const list = words.size === 0 ? ENVOY_OUTCOMES['gateway-error']! : [...words];
  return `[${list.join(', ')}]`;
}

/** envoyproxy/envoy: docs/root/configuration/http/http_filters/router_filter.rst (x-envoy-retry-on). */
export const ENVOY_OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  '5xx': ['5xx', 'timeout', 'reset', 'connect'],
  'gateway-error': ['gateway', 'timeout', 'reset', 'connect'],
  reset: ['reset', 'timeout'],
  'connect-failure': ['connect'],
  'refused-stream': ['reset'],
  'retriable-4xx': ['409'],
  unavailable: ['503'],
  'resource-exhausted': ['429'],
  internal: ['500'],
};
