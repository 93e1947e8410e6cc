import * as fc from 'fast-check';
import { messageWorlds, readers } from './message-worlds.js';
import type { Hop, MessageWorld, Mishap, Reader } from './message-worlds.js';

const partitions = fc.integer({ min: 4, max: 8 });

/**
 * Logs whose readers hand partitions over to each other while there are messages to read: one process dies, and takes
 * partitions from the others when it is back.
 */
export const handoverWorlds: fc.Arbitrary<MessageWorld> = fc
  .tuple(messageWorlds, fc.tuple(partitions, partitions), fc.tuple(readers, readers))
  .chain(([world, sizes, own]) =>
    fc.integer({ min: 1, max: 1500 }).map((at): MessageWorld => {
      const hops = sizes.map((size, k): Hop => {
        const fields = { partitions: size, retention: '7d' };
        return { kind: 'kafka', fields, readers: [busy(own[k]!)] };
      });
      return {
        ...world,
        hops,
        mishaps: [...world.mishaps.slice(0, 2), { ...DIES, at }],
        replicas: Math.max(2, world.replicas),
        broker: world.broker === null ? null : 'all',
        unclean: false,
        isCut: false,
      };
    }),
  );

/** One process of a service dies and is back soon. */
export const DIES: Mishap = {
  kind: 'crash',
  target: 0,
  one: true,
  node: 0,
  at: 0,
  length: 200,
  effect: 'error',
  afterWork: false,
  hop: 0,
};

/** A reader with messages in flight at any time, and with handled messages that are not committed. */
const busy = (reader: Reader): Reader => ({
  ...reader,
  service: 0,
  concurrency: 1,
  batch: 1,
  maxPollInterval: '5m',
  commit: reader.commit === 'before' ? 'auto' : reader.commit,
  work: 'uniform(1ms 40ms)',
});
