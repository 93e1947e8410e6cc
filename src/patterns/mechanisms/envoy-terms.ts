import type { OutcomeTerm } from './outcome-terms.js';
import type { RetryConfig } from './retrying.js';

/** Tries without a response: a reset, a failed connection, and the per-try timeout, with which Envoy resets the try. */
const NO_RESPONSE: readonly OutcomeTerm[] = ['connect', 'timeout', 'reset'];

/** The words of `retry_on` under which Envoy retries each of them (RetryStateImpl::wouldRetryFromReset). */
const INCLUDING: readonly OutcomeTerm[] = ['5xx', 'gateway', 'reset'];

/** The end of the text of `on`. */
export const ENVOY_TERMS =
  '`5xx`, `gateway` and `reset` include connect, timeout and reset, as in Envoy: a try that gets no response';

/** A retry as Envoy reads it. */
export function readByEnvoy(config: RetryConfig): RetryConfig {
  const { on } = config;
  if (on === undefined || !INCLUDING.some((term) => on.includes(term))) return config;
  return { ...config, on: [...new Set([...on, ...NO_RESPONSE])] };
}
