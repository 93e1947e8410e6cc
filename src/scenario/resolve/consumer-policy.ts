import { policyKind } from '../../patterns/registry.js';
import { ADDRESS_KEY } from '../../spec/policy.js';
import type { ConsumerPolicy } from '../../spec/messaging.js';
import type { Bundle, Layer } from '../../spec/scenario.js';
import type { BundleOutput } from '../schema/bundle.js';
import { resolvePolicy } from './bundles.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';

/** Policies that mean something around a handler. */
const ALLOWED: readonly string[] = ['circuitBreaker', 'rateLimit', 'timeout'];
/** Settings of a bundle that are about a callee. */
const OF_CALLS = ['idempotencyKey', 'loadBalancing', 'outlierDetection', 'connections'] as const;

/** The bundle of a consumer, of which each part has its place; null where none is written. */
export function resolveConsumerPolicy(
  context: Context,
  output: BundleOutput | undefined,
  path: Path,
): ConsumerPolicy | null {
  const bundle = resolvePolicy(context, output, path);
  if (bundle === null) return null;
  for (const layer of bundle.layers) checkLayer(context, layer, [...path, layer.policy]);
  checkRest(context, bundle, path);
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

function checkRest(context: Context, bundle: Bundle, path: Path): void {
  if (writtenAt(context, [...path, 'order']) !== undefined) {
    const message =
      'a consumer has circuitBreaker outside of rateLimit outside of timeout, whatever is written: leave order out';
    report(context, 'FL208', [...path, 'order'], message);
  }
  for (const field of OF_CALLS) {
    if (bundle[field] === null) continue;
    const message = `a handler runs in its own process and is called by nobody: leave out ${field}`;
    report(context, 'FL208', [...path, field], message);
  }
}

/** A layer that is about a callee, or whose state is elsewhere, has no meaning around a handler. */
function checkLayer(context: Context, layer: Layer, path: Path): void {
  const { policy, kind: name, per, key, store, dryRun } = layer;
  if (!ALLOWED.includes(policy)) {
    const message = `a consumer knows ${ALLOWED.join(', ')}; ${policy} has no meaning around its handler: ${adviceOf(policy)}`;
    report(context, 'FL208', path, message);
    return;
  }
  const kind = policyKind(policy, name)!;
  const refuse = (field: string, message: string): void =>
    report(context, 'FL208', [...path, field], message);
  if (per === 'target') {
    refuse(
      'kind',
      `${name} is about one instance called, and a handler calls nobody: take another`,
    );
  } else if (per !== 'callee') refuse('per', 'there is one handler: leave per out');
  if (key === ADDRESS_KEY) {
    refuse(
      'limitBy',
      'a consumer is paused as a whole, so its calls have no address: write limitBy: service',
    );
  } else if (key !== null) refuse('key', 'a consumer is paused as a whole: leave key out');
  if (store !== null) refuse('store', 'the state of a consumer is in its memory: leave store out');
  if (dryRun) refuse('dryRun', 'a consumer policy acts or is left out: dryRun is for calls');
  if (policy === 'rateLimit' && kind.limiter === undefined) {
    refuse('kind', `${name} is known for calls only: take tokenBucket or another kind`);
  }
  for (const field of (kind.waits ?? []).filter((one) => layer.written.includes(one))) {
    refuse(field, `a consumer waits for its permit, however long that takes: leave ${field} out`);
  }
  const { cancel = true } = layer.config as { readonly cancel?: boolean };
  if (policy === 'timeout' && !cancel) {
    refuse('cancel', 'the handler is stopped in its own process: leave cancel out');
  }
}

function adviceOf(policy: string): string {
  if (policy === 'retry') return 'write the retry of the consumer itself';
  if (policy === 'bulkhead' || policy === 'concurrencyLimit') return 'write concurrency';
  return 'leave it out';
}
