import {
  type CallContext,
  type PolicyKind,
  type PolicySetup,
  type PolicyState,
  type Target,
  EDGE_COUNTER,
  LOCAL_REFUSALS,
} from '../../../contracts/patterns/policy.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import type { Run } from '../../data/run.js';
import { DryRun } from './dry-run.js';
import { KeyedStates } from './keyed-states.js';
import { Stored, type StoreSetup } from './stored.js';
import type { Distribution } from '../../../kernel/distribution.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { LimiterStore } from '../../../contracts/scenario/limiter-store.js';
import { Refusals } from './refusals.js';
import { frames } from '../../data/strands/frames.js';

/** Makes the state of a layer of a bundle, inside its store and its dry run if it has them. */
export function createState(
  world: Run,
  definition: PolicyKind,
  layer: Layer,
  setup: PolicySetup,
  bundle: number,
): PolicyState {
  const make = (ctx: CallContext, target: Target | null): PolicyState => {
    const isSplit = definition.keyed === 'states';
    const own = (isSplit ? split : createOne)(definition, layer, { ...setup, ctx, target });
    if (layer.store === null) return own;
    return new Stored(ctx, own, storeSetup(world, layer, layer.store, setup, bundle));
  };
  if (!layer.dryRun) return make(setup.ctx, setup.target);
  // A dry run shuts no instance.
  const target = setup.target === null ? null : { setOpen: () => {} };
  return new DryRun(setup.ctx, (ctx) => make(ctx, target));
}

function createOne(definition: PolicyKind, { config }: Layer, setup: PolicySetup): PolicyState {
  return definition.create(config, setup);
}

/** One state, or one for each value of the key that splits it. */
function split(definition: PolicyKind, layer: Layer, setup: PolicySetup): PolicyState {
  const { ctx, keyOf } = setup;
  const create = (): PolicyState => createOne(definition, layer, { ...setup, keyOf: null });
  return keyOf === null ? create() : new KeyedStates(ctx, keyOf, create);
}

/** The setup with which a layer of a bundle calls its store. */
function storeSetup(
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
