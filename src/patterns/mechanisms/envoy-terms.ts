import type { OutcomeTerm } from './outcome-terms.js';
import type { RetryConfig } from './retrying.js';

/** Tries without a response that Envoy retries under `5xx` and `gateway-error`. */
const NO_RESPONSE: readonly OutcomeTerm[] = ['connect', 'timeout', 'reset'];

/** The end of the text of `on`. */
export const ENVOY_TERMS =
  '`5xx` and `gateway` include connect, timeout and reset, as in Envoy: a try that gets no response';

/**
 * A retry as Envoy reads it: under `5xx` and `gateway-error` it also retries a try without a response, which its
 * per-try timeout, a reset or a failed connection ended.
 */
export function readByEnvoy(config: RetryConfig): RetryConfig {
  const { on } = config;
  if (on === undefined || !(on.includes('5xx') || on.includes('gateway'))) return config;
  return { ...config, on: [...new Set([...on, ...NO_RESPONSE])] };
}
