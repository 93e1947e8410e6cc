import { policyKind } from '../../patterns/registry.js';
import { ADDRESS_KEY } from '../../contracts/patterns/policy.js';
import type { ConsumerPolicy } from '../../contracts/scenario/consumers.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import type { BundleOutput } from '../schema/bundle.js';
import { resolvePolicy } from './bundles.js';
import type { Cursor } from './context.js';

/** Policies that apply to a handler. */
const ALLOWED: readonly string[] = ['circuitBreaker', 'rateLimit', 'timeout'];
/** Settings of a bundle that need a callee. */
const OF_CALLS = ['idempotencyKey', 'loadBalancing', 'outlierDetection', 'connections'] as const;

/** Resolves the bundle of a consumer into its three policies; null = none. */
export function resolveConsumerPolicy(
  here: Cursor,
  output: BundleOutput | null,
): ConsumerPolicy | null {
  const bundle = resolvePolicy(here, output ?? undefined);
  if (bundle === null) return null;
  for (const layer of bundle.layers) checkLayer(here.in(layer.policy), layer);
  checkRest(here, bundle);
  const layerOf = (policy: string): Layer | null =>
    bundle.layers.find((layer) => layer.policy === policy) ?? null;
  const { after = null } = (layerOf('timeout')?.config ?? {}) as { readonly after?: number | null };
  return {
    bundle: bundle.id,
    circuitBreaker: layerOf('circuitBreaker'),
    rateLimit: layerOf('rateLimit'),
    timeoutNs: after,
  };
}

function checkRest(here: Cursor, bundle: Bundle): void {
  if (here.in('client').written() !== undefined) {
    const message = 'the handler runs in the same process and is always stopped: remove client';
    here.in('client').conflict(message);
  }
  if (here.in('order').written() !== undefined) {
    const message =
      'the order of a consumer is fixed (circuitBreaker, rateLimit, timeout, from the outside ' +
      'in): remove order';
    here.in('order').conflict(message);
  }
  for (const field of OF_CALLS) {
    if (bundle[field] === null) continue;
    const message =
      'a handler runs in the process of the consumer and is not called over the network: remove ' +
      `${field}`;
    here.in(field).conflict(message);
  }
}

/** Reports layers and settings that need a callee or a remote store, because a handler is not a remote call. */
function checkLayer(here: Cursor, layer: Layer): void {
  const { policy, kind: name, per, key, store, dryRun } = layer;
  if (!ALLOWED.includes(policy)) {
    const message =
      `a consumer supports ${ALLOWED.join(', ')}; ${policy} does not apply to its handler: ` +
      `${adviceOf(policy)}`;
    here.conflict(message);
    return;
  }
  const kind = policyKind(policy, name)!;
  const refuse = here.conflicts();
  if (per === 'target') {
    const message =
      `${name} keeps state per instance called, and a handler is not a remote call: use ` +
      'another kind';
    refuse('kind', message);
  } else if (per !== 'callee') refuse('per', 'a consumer has one handler: remove per');
  if (key === ADDRESS_KEY) {
    const message =
      'a consumer is paused as a whole, so its calls have no address: write limitBy: service';
    refuse('limitBy', message);
  } else if (key !== null) refuse('key', 'a consumer is paused as a whole: remove key');
  if (store !== null) refuse('store', 'a consumer keeps its state in memory: remove store');
  if (dryRun) refuse('dryRun', 'dryRun applies only to calls: remove dryRun');
  if (policy === 'rateLimit' && kind.limiter === undefined) {
    refuse('kind', `${name} works only for calls: use tokenBucket or another kind`);
  }
  for (const field of (kind.waits ?? []).filter((one) => layer.written.includes(one))) {
    refuse(field, `a consumer waits for its permit without a limit: remove ${field}`);
  }
  if (policy === 'timeout' && layer.written.includes('onTimeout')) {
    refuse(
      'onTimeout',
      'the handler runs in the same process and is always stopped: remove onTimeout',
    );
  }
  const { cancel = true } = layer.config as { readonly cancel?: boolean };
  if (policy === 'timeout' && !cancel) {
    refuse('cancel', 'the handler runs in the same process and is always stopped: remove cancel');
  }
}

function adviceOf(policy: string): string {
  if (policy === 'retry') return 'write the retry of the consumer itself';
  if (policy === 'bulkhead' || policy === 'concurrencyLimit') return 'write concurrency';
  return 'remove it';
}
