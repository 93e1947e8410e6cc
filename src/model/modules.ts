import type { PlanAct } from '../spec/plan/modules.js';
import type { Act } from './acts.js';
import { Channels } from './messaging/channels.js';
import { Sagas } from './sagas/sagas.js';
import { Queues } from './messaging/queues/queues.js';
import type { Registry } from './registry.js';
import { Stores } from './stores/stores.js';
import { ProvisionedCapacity } from './replication/provisioned-capacity.js';
import type { World } from './world.js';

/** Builds the parts of the model other than calls, and returns the steps that use them, by act id. */
export function actsOf(world: World, registry: Registry): readonly Act[] {
  const channels = new Channels(world, registry);
  const queues = new Queues(world, registry, channels);
  channels.elsewhere = (message, component, topic) => queues.take(message, component, topic);
  const sagas = new Sagas(world);
  const stores = world.callData === null ? null : new Stores(world, world.callData, channels);
  const tables = new ProvisionedCapacity(world);
  return world.plan.acts.map((spec: PlanAct, id): Act => {
    switch (spec.act) {
      case 'publish':
        return queues.has(spec.topic) ? queues.actOf(spec) : channels.actOf(spec);
      case 'outboxCommit':
        return channels.outboxCommit(spec.service);
      case 'released':
        return queues.released();
      case 'dualMark':
        return world.dualWrites!.actOf(spec);
      case 'saga':
      case 'command':
      case 'mark':
        return sagas.actOf(spec);
      case 'invoke':
        return world.functions.act(spec.fn);
      case 'store':
      case 'projection':
      case 'view':
        return stores!.actOf(spec);
      case 'lock':
      case 'statement':
      case 'committed':
      case 'read':
      case 'write':
        return world.sections!.actOf(spec, id);
      case 'consume':
        return tables.actOf(spec);
      case 'thread':
      case 'searched':
      case 'indexed':
        return world.copies.get(world.plan.parts[spec.part].component)!.actOf(spec);
      case 'cache':
        return world.caches!.actOf(spec);
    }
  });
}
