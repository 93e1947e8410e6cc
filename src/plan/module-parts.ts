import { PRODUCE } from '../spec/scenario/messaging.js';
import type { QueueConsumer } from '../spec/scenario/queues.js';
import { hasOwnPart, OWN_PROJECTOR, partsOfStore } from '../spec/scenario/stores.js';
import type { Projection } from '../spec/scenario/stores.js';
import type { PartSource, Source } from './layout.js';

/** Components beside workloads, gateways, services and databases. */
type ModuleSource = Exclude<
  Source,
  { readonly kind: 'workload' | 'gateway' | 'service' | 'database' }
>;

/** The parts of such a component. */
export function modulePartsOf(source: ModuleSource): readonly (readonly [string, PartSource])[] {
  switch (source.kind) {
    case 'eventStore': {
      const { snapshots, appendMode } = source.host;
      return partsOfStore(snapshots !== null, appendMode).map((does) => [
        does,
        { kind: 'storePart', does, store: source.host },
      ]);
    }
    case 'projection': {
      const { projection } = source;
      return hasOwnPart(projection) ? [[OWN_PROJECTOR, { kind: 'projector', projection }]] : [];
    }
    case 'topic':
      if (source.topic.kind === 'bus') return consumersOf(source.topic.subscribers);
      return source.topic.subscribers.map((subscriber) => [
        subscriber.group,
        { kind: 'group', subscriber },
      ]);
    case 'broker':
      return source.host.log !== null ? [[PRODUCE, { kind: 'produce', host: source.host }]] : [];
    case 'saga':
      return source.saga.steps.map((step) => [step.name, { kind: 'step', step }]);
    case 'queue':
      return consumersOf(source.queue.consumers);
    case 'cache':
      return source.cache.levels.map((level) => [
        level.name,
        { kind: 'level', level, cache: source.cache },
      ]);
  }
}

/** A projection with a core of its own. */
export function runsAlone({ lifecycle, service }: Projection): boolean {
  return lifecycle === 'async' && service === null;
}

function consumersOf(
  consumers: readonly QueueConsumer[],
): readonly (readonly [string, PartSource])[] {
  return consumers.map((consumer) => [consumer.name, { kind: 'consumer', consumer }]);
}
