import type { OutcomeTerm } from './outcome-terms.js';

/** Tries without a response that Envoy retries under `5xx` and `gateway-error`. */
const NO_RESPONSE: readonly OutcomeTerm[] = ['connect', 'timeout', 'reset'];

/** The end of the text of `on`. */
export const ENVOY_TERMS =
  '`5xx` and `gateway` include connect, timeout and reset, as in Envoy: a try that gets no response';

/**
 * A list of outcomes as Envoy reads it: under `5xx` and `gateway-error` it also retries a try without a response, which
 * its per-try timeout, a reset or a failed connection ended.
 */
export function envoyTerms(on: readonly OutcomeTerm[] | undefined): OutcomeTerm[] | undefined {
  if (on === undefined) return undefined;
  const isWide = on.includes('5xx') || on.includes('gateway');
  return isWide ? [...new Set([...on, ...NO_RESPONSE])] : [...on];
}
