import type { Act } from '../data/acts.js';
import type { Registry } from '../data/registry.js';
import { caches } from './caches.js';
import { capacity } from './capacity.js';
import { dualWrites } from './dual-writes.js';
import { functions } from './functions.js';
import { actOf, type AllActs, type Building } from './kind.js';
import { messaging } from './messaging.js';
import { prepareReplication } from './replication.js';
import { prepareRegistries } from './registries.js';
import { sagas } from './sagas.js';
import { prepareSearch, search } from './search.js';
import { sections } from './sections.js';
import { stores } from './stores.js';

/** Creates the nodes that edges choose among: one line for each module with such nodes. */
export function prepareModules(world: Building): void {
  prepareReplication(world);
  prepareSearch(world);
  prepareRegistries(world);
}

/** Creates all modules of a run, in this order and one line each, and the acts of the plan by their ids. */
export function createModules(world: Building, registry: Registry): readonly Act[] {
  const inProcesses = {
    ...functions(world),
    ...sections(world),
    ...dualWrites(world),
    ...caches(world),
  };
  const messages = messaging(world, registry);
  const acts: AllActs = {
    ...inProcesses,
    ...messages.acts,
    ...sagas(world),
    ...stores(world, messages.channels),
    ...capacity(world),
    ...search(world),
  };
  return world.plan.acts.map((spec, id) => actOf(acts, spec.act, spec, id));
}
