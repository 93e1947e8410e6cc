import { pow } from '../kernel/math.js';
import type { Ns } from '../kernel/time.js';
import type { BackoffConfig } from '../spec/backoff.js';
import { BreakerClasses, FAILURE } from '../patterns/mechanisms/breaker-classes.js';
import type { ClassConfig } from '../patterns/mechanisms/breaker-classes.js';
import type { OutcomeTerm } from '../patterns/mechanisms/outcome-terms.js';
import { OutcomeSet } from '../patterns/mechanisms/outcome-terms.js';
import type { RetryBudgetConfig } from '../patterns/mechanisms/retry-budget.js';
import { OUTCOME, withStatus } from '../spec/outcome.js';
import type { Layer } from '../spec/scenario.js';

// What rules can read out of a layer. Of a kind that is not known here they say nothing.

/** The first layer of a policy in a chain that is not in a dry run. */
export function layerOf(layers: readonly Layer[], policy: string): Layer | undefined {
  return layers.find((layer) => layer.policy === policy && !layer.dryRun);
}

/** What a layer of `timeout` or `deadline` allows: Infinity where it is `none`, null where unknown. */
export function timeOf(layer: Layer): Ns | null {
  if (layer.kind !== 'simple') return null;
  const { after } = layer.config as { readonly after: Ns | null };
  return after ?? Infinity;
}

/** Whether a timeout tells the callee that nobody waits any more. */
export function tellsCallee(layer: Layer): boolean {
  return (layer.config as { readonly cancel?: boolean }).cancel !== false;
}

/** Whether a deadline travels with the request. */
export function propagates(layer: Layer): boolean {
  return (layer.config as { readonly propagate?: boolean }).propagate !== false;
}

interface RetryConfig {
  readonly kind: string;
  readonly attempts: number;
  readonly backoff?: BackoffConfig;
  readonly on?: readonly OutcomeTerm[];
  readonly budget?: RetryBudgetConfig;
}

/**
 * What a retry does; null where there is none that ever tries again. Defaults of libraries that are not
 * in the configuration, such as their back-off, count as nothing: rules then err on the quiet side.
 */
export function retryOf(layers: readonly Layer[]): RetryConfig | null {
  const layer = layerOf(layers, 'retry');
  if (layer === undefined) return null;
  const config = layer.config as RetryConfig;
  // The library reads more than five attempts as five (A6).
  const attempts = layer.kind === 'grpc' ? Math.min(5, config.attempts) : config.attempts;
  return attempts > 1 ? { ...config, attempts, kind: layer.kind } : null;
}

/** Whether what a failing callee answers is tried again; the default list holds 502 to 504. */
export function retriesFailures(retry: RetryConfig): boolean {
  if (retry.on === undefined) return true;
  const on = new OutcomeSet(retry.on);
  return [OUTCOME.timeout, ...[500, 503, 504].map(serverError)].some((one) => on.has(one));
}

/** Outcomes behind which the work may have been done, among those that are tried again. */
export function repeatsWork(retry: RetryConfig): readonly string[] {
  // The default list leaves timeout and reset out where the callee is not idempotent.
  if (retry.on === undefined) return [];
  const on = new OutcomeSet(retry.on);
  const risky: readonly (readonly [string, number])[] = [
    ['timeout', OUTCOME.timeout],
    ['reset', OUTCOME.reset],
    ['serverError', serverError(500)],
  ];
  return risky.filter(([, outcome]) => on.has(outcome)).map(([name]) => name);
}

/**
 * By how much a retry multiplies the load of a callee that fails for long. A budget of the ratio kind
 * leaves its share; the others do not grow with the load.
 */
export function growthOf(layers: readonly Layer[]): number {
  const retry = retryOf(layers);
  if (retry === null || !retriesFailures(retry)) return 1;
  if (retry.budget === undefined) return retry.attempts;
  return retry.budget.kind === 'ratio' ? Math.min(retry.attempts, 1 + retry.budget.ratio) : 1;
}

/** Tries of one call at most. */
export function triesOf(layers: readonly Layer[]): number {
  return retryOf(layers)?.attempts ?? 1;
}

/** Longest sum of the delays between so many tries. */
export function longestBackoff(backoff: BackoffConfig | undefined, attempts: number): Ns {
  if (backoff === undefined) return 0;
  if (attempts === Infinity) return Infinity;
  let sum = 0;
  // Delays that grow without a limit are past every other time long before that.
  for (let n = 0; n < Math.min(attempts - 1, 1000); n++) sum += longestDelay(backoff, n);
  return sum;
}

function longestDelay(backoff: BackoffConfig, n: number): Ns {
  switch (backoff.kind) {
    case 'constant':
      return spread(backoff.base, backoff.jitter);
    case 'linear':
      return spread(Math.min(backoff.max ?? Infinity, backoff.base * (n + 1)), backoff.jitter);
    case 'exponential':
      return spread(
        Math.min(backoff.max ?? Infinity, backoff.base * pow(backoff.factor, n)),
        backoff.jitter,
      );
    case 'grpc':
      return 1.2 * Math.min(backoff.max ?? Infinity, backoff.base * pow(backoff.factor, n));
    case 'envoy':
      return Math.min(backoff.max ?? backoff.base * 10, backoff.base * pow(2, n));
    case 'decorrelated':
      return Math.min(backoff.max ?? Infinity, backoff.base * pow(3, n + 1));
    case 'decorrelatedV2':
      // Its median; the tail has no simple bound, so the shorter value is the careful one.
      return Math.min(backoff.max ?? Infinity, backoff.base * pow(2, n));
  }
}

/** The shortest delay before a second try; 0 where it may be none, or is not known. */
export function shortestBackoff(backoff: BackoffConfig | undefined): Ns {
  switch (backoff?.kind) {
    case 'constant':
      return least(backoff.base, backoff.jitter);
    case 'linear':
    case 'exponential':
      return least(Math.min(backoff.max ?? Infinity, backoff.base), backoff.jitter);
    case 'grpc':
      return 0.8 * Math.min(backoff.max ?? Infinity, backoff.base);
    default:
      return 0;
  }
}

function least(delay: Ns, jitter: Jitter): Ns {
  switch (jitter.kind) {
    case 'full':
      return 0;
    case 'equal':
      return delay / 2;
    case 'share':
      return Math.max(0, delay * (1 - jitter.share));
    default:
      return delay;
  }
}

type Jitter = Extract<BackoffConfig, { kind: 'constant' }>['jitter'];

function spread(delay: Ns, jitter: Jitter): Ns {
  if (jitter.kind === 'share') return delay * (1 + jitter.share);
  return jitter.kind === 'duration' ? delay + jitter.spanNs : delay;
}

/** Whether a breaker counts a callee's 5xx as a failure. */
export function countsErrors(layer: Layer): boolean {
  return new BreakerClasses(layer.config as ClassConfig).of(serverError(500)) === FAILURE;
}

/** What a fallback answers to; null where unknown. */
export function fallbackOf(layer: Layer): {
  readonly hidesAll: boolean;
  readonly hidesErrors: boolean;
  readonly degraded: boolean;
} | null {
  if (layer.kind !== 'simple') return null;
  const { on, degraded } = layer.config as {
    readonly on: readonly OutcomeTerm[];
    readonly degraded: boolean;
  };
  const hidesErrors = new OutcomeSet(on).has(serverError(500));
  return { hidesAll: on.includes('any'), hidesErrors, degraded };
}

function serverError(status: number): number {
  return withStatus(OUTCOME.serverError, status);
}
