import { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { NEVER_AGAIN } from '../../contracts/outcome.js';

/**
 * How a library uses a retry hint of the callee. `replace`: the hint is the delay (a DelayGenerator, an
 * IntervalBiFunction). `obey`: the same, and "never" stops the retries. `pushback`: the same for gRPC, where the
 * back-off restarts and a "never" costs a token. `atLeast`: the longer of back-off and hint (AWS SDKs). `within`: the
 * same, at most 5 s above the back-off (AWS SDKs with AWS_NEW_RETRIES_2026). `stretched`: U(1, 1.5) times the hint
 * (Envoy's rate_limited_retry_back_off).
 */
export type HintUse = 'replace' | 'obey' | 'pushback' | 'atLeast' | 'within' | 'stretched';

/** Longest time that a hint adds to the back-off of `within`. */
const WITHIN_NS = 5 * NS_PER_SECOND;

/** Envoy ignores hints above this (max_interval), and hints of 1 ms. */
const STRETCHED_MAX_NS = 300 * NS_PER_SECOND;
const STRETCHED_MIN_NS = 1_000_001;

/** True if a call with this hint is not retried. */
export function forbids(use: HintUse, hint: Ns): boolean {
  return hint === NEVER_AGAIN && (use === 'obey' || use === 'pushback');
}

/** Whether the hint affects the delay; otherwise the back-off alone sets it. */
export function counts(use: HintUse, hint: Ns): boolean {
  if (use === 'stretched') return hint >= STRETCHED_MIN_NS && hint <= STRETCHED_MAX_NS;
  return hint >= 0;
}

/** Applies a hint to a back-off delay; `uniform` is a draw in (0, 1). */
export function hintedNs(use: HintUse, hint: Ns, backoffNs: Ns, uniform: number): Ns {
  if (use === 'atLeast') return Math.max(hint, backoffNs);
  if (use === 'within') return Math.min(Math.max(hint, backoffNs), backoffNs + WITHIN_NS);
  if (use === 'stretched') return Math.round(hint * (1 + uniform / 2));
  return hint;
}

/** `respectRetryAfter`; `text` explains the default. */
export function respectField(byDefault: boolean, text: string) {
  return z
    .boolean()
    .default(byDefault)
    .describe(
      'Whether a retry hint of the callee (Retry-After) changes the delay. A retry that would ' +
        `then start at or after the deadline is not made. ${text} Unit: boolean. Defaults to ` +
        `${byDefault}.`,
    );
}
