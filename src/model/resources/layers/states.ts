import type {
  CallContext,
  PolicyKind,
  PolicySetup,
  PolicyState,
  Target,
} from '../../../contracts/patterns/policy.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import type { Run } from '../../data/run.js';
import { DryRun } from './dry-run.js';
import { KeyedStates } from './keyed-states.js';
import { storeSetup } from './policy-stores.js';
import { Stored } from './stored.js';

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
