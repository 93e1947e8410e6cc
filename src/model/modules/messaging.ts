import { Channels } from './messaging/channels.js';
import { Publications } from './messaging/publications.js';
import { Queues } from './messaging/queues/queues.js';
import type { Registry } from '../data/registry.js';
import type { ActsOf, Building } from './kind.js';

interface Messaging {
  readonly channels: Channels;
  readonly acts: ActsOf<'publish' | 'outboxCommit' | 'released'>;
}

/** Topics, outboxes, queues and buses: a message may go from each to any other. */
export function messaging(world: Building, registry: Registry): Messaging {
  const channels = new Channels(world, registry);
  const queues = new Queues(world, registry, channels);
  channels.elsewhere = (message, component, topic) => queues.take(message, component, topic);
  return {
    channels,
    acts: {
      publish: (spec) => {
        const act = (queues.has(spec.topic) ? queues : channels).actOf(spec);
        const { tracer, instances, plan } = world;
        if (!tracer.isFull) return act;
        const isDown = (instance: number): boolean => instances[instance].down;
        return new Publications(act, spec, plan.acts.indexOf(spec), tracer, isDown);
      },
      outboxCommit: ({ service }) => channels.outboxCommit(service),
      released: () => queues.released(),
    },
  };
}
