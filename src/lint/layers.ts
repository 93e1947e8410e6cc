import type { Ns } from '../kernel/time.js';
import { policyTraits } from '../patterns/registry.js';
import { OUTCOME, withStatus } from '../contracts/outcome.js';
import type { PolicyName, PolicyTraits, RetryTraits } from '../contracts/patterns/policy-traits.js';
import type { Layer } from '../contracts/scenario/policies.js';

/** The first layer of a policy in a chain that is not in a dry run. */
export function layerOf(layers: readonly Layer[], policy: string): Layer | undefined {
  return layers.find((layer) => layer.policy === policy && !layer.dryRun);
}

/** The traits of the first layer of a policy that is not in a dry run; null without one. */
export function traitsIn<P extends PolicyName>(
  layers: readonly Layer[],
  policy: P,
): PolicyTraits[P] | null {
  const layer = layerOf(layers, policy);
  return layer === undefined ? null : policyTraits(policy, layer);
}

/** Calls per second that one state of a limiter admits; null if it limits each key separately. */
export function limitOf(limiter: {
  readonly kind: string;
  readonly config: unknown;
}): number | null {
  const isKeyed = 'key' in (limiter.config as object);
  return isKeyed ? null : policyTraits('rateLimit', limiter).perSecond;
}

/** The retry of a chain; null if none of them makes a second try. */
export function retryOf(layers: readonly Layer[]): RetryTraits | null {
  const retry = traitsIn(layers, 'retry');
  return retry !== null && retry.attempts > 1 ? retry : null;
}

/** Whether a failure that the callee reports is retried. */
export function retriesFailures({ on }: RetryTraits): boolean {
  return [OUTCOME.timeout, ...[500, 503, 504].map(serverError)].some((one) => on.has(one));
}

/** The retried outcomes after which the work may have been executed. */
export function repeatsWork({ on }: RetryTraits): readonly string[] {
  const risky: readonly (readonly [string, number])[] = [
    ['timeout', OUTCOME.timeout],
    ['reset', OUTCOME.reset],
    ['serverError', serverError(500)],
  ];
  return risky.filter(([, outcome]) => on.has(outcome)).map(([name]) => name);
}

/** Factor by which a retry multiplies the load on a callee that fails for a long time. */
export function growthOf(layers: readonly Layer[]): number {
  const retry = retryOf(layers);
  if (retry === null || !retriesFailures(retry)) return 1;
  return Math.min(retry.attempts, retry.budgetGrowth ?? Infinity);
}

/** The largest number of tries of one call. */
export function triesOf(layers: readonly Layer[]): number {
  return retryOf(layers)?.attempts ?? 1;
}

/** The outcome of a response with this status of 500 or more. */
export function serverError(status: number): number {
  return withStatus(OUTCOME.serverError, status);
}

type Clock = 'timeout' | 'deadline';

/** The shortest time limit of layers of these policies; Infinity without any. */
export function leastTime(layers: readonly Layer[], policies: readonly Clock[]): Ns {
  let least: Ns = Infinity;
  for (const layer of layers) {
    if (!policies.includes(layer.policy as Clock) || layer.dryRun) continue;
    least = Math.min(least, policyTraits(layer.policy as Clock, layer).afterNs);
  }
  return least;
}
