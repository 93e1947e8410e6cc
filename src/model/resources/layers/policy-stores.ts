import type { Distribution } from '../../../kernel/distribution.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { PolicySetup } from '../../../contracts/patterns/policy.js';
import { EDGE_COUNTER, LOCAL_REFUSALS } from '../../../contracts/patterns/policy.js';
import type { LimiterStore } from '../../../contracts/scenario/limiter-store.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import { Refusals } from './refusals.js';
import type { StoreSetup } from './stored.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';

/** The setup with which a layer of a bundle calls its store. */
export function storeSetup(
  { plan, instances }: Run,
  layer: Layer,
  { latency, of, onError, cacheNs }: LimiterStore,
  setup: PolicySetup,
  bundle: number,
): StoreSetup {
  const isTimed = latency.kind !== 'constant' || latency.valueNs > 0;
  const upSince = (caller: number): Ns => instances[caller].startedAt;
  const callerOf = (frame: number): number => frames.caller[frame];
  return {
    latencyNs: isTimed || of === null ? latencyOf(setup, latency) : null,
    question: of === null ? -1 : plan.bundles[bundle].layers.indexOf(layer),
    allows: onError === 'allow',
    ...refusalOf(layer),
    refusals: cacheNs === null ? null : new Refusals(cacheNs, callerOf, setup.keyOf, upSince),
  };
}

/** The outcome of calls that a policy refuses, and the counter of its refusals. */
function refusalOf({ policy, config }: Layer): Pick<StoreSetup, 'refusal' | 'counter'> {
  const { outcome, counter } = LOCAL_REFUSALS[policy] ?? LOCAL_REFUSALS['bulkhead']!;
  const { status } = config as { readonly status?: number };
  const refusal = status === undefined ? OUTCOME[outcome] : withStatus(OUTCOME[outcome], status);
  return { refusal, counter: EDGE_COUNTER[counter] };
}

/** Latency of a call to the store of a policy, drawn for each attempt. */
function latencyOf(setup: PolicySetup, latency: Distribution): (frame: number) => Ns {
  const { ctx, samplers } = setup;
  const id = setup.sampler(latency);
  const { a, b } = setup.stream('store');
  return (frame) =>
    Math.round(
      samplers.draw(id, a, b, ctx.lineageA(frame), ctx.lineageB(frame), ctx.attemptNumber(frame)),
    );
}
