import type { Channels } from './messaging/channels.js';
import { CallData } from '../data/strands/call-data.js';
import { Stores } from './stores/stores.js';
import type { ActsOf, Building } from './kind.js';

/** Event stores and read models, which also follow the topics of `messaging`. */
export function stores(
  world: Building,
  channels: Channels,
): ActsOf<'store' | 'projection' | 'view'> {
  const { plan } = world;
  world.callData = plan.stores.length + plan.projections.length > 0 ? new CallData() : null;
  const own = world.callData === null ? null : new Stores(world, world.callData, channels);
  return {
    store: (spec) => own!.ofStore(spec),
    projection: (spec) => own!.ofProjection(spec),
    view: () => own!.view(),
  };
}
