import type { PlanAct } from '../../contracts/plan/modules.js';
import type { Act } from '../data/acts.js';
import type { Draft } from '../data/run.js';
import type { World } from './world.js';

/** The world of a run while modules are created. */
export type Building = Draft<World>;

type ActName = PlanAct['act'];
type ActSpec<Name extends ActName> = Extract<PlanAct, { readonly act: Name }>;

/**
 * The acts of a module, by the kinds of step that it owns. A module creates its objects for a run and returns this.
 * During the run nothing is looked up: shared code reaches a module only through the objects that it has registered,
 * such as a resident, an audit, a watcher or a lease owner.
 */
export type ActsOf<Owned extends ActName> = {
  readonly [Name in Owned]: (spec: ActSpec<Name>, id: number) => Act;
};

/** The acts of all modules; `index.ts` compiles only if each kind of step has an owner. */
export type AllActs = ActsOf<ActName>;

/** The act of one step of the plan. */
export function actOf<Name extends ActName>(
  acts: ActsOf<Name>,
  name: Name,
  spec: ActSpec<Name>,
  id: number,
): Act {
  return acts[name](spec, id);
}
