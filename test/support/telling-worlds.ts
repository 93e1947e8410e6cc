import * as fc from 'fast-check';
import { DIES } from './handover-worlds.js';
import { messageWorlds, readers } from './message-worlds.js';
import type { Hop, MessageWorld, Mishap, Reader } from './message-worlds.js';

/** All of a service die, while there is something to handle. */
const crashes: fc.Arbitrary<Mishap> = fc
  .record({ at: fc.integer({ min: 200, max: 1800 }), length: fc.constantFrom(200, 1500) })
  .map((when) => ({ ...DIES, one: false, ...when }));

/** Chains in which every topic and queue keeps the order of a key under every fault. */
const orderlyWorlds: fc.Arbitrary<MessageWorld> = fc
  .tuple(messageWorlds, crashes)
  .map(([world, crash]) => ({
    ...world,
    hops: world.hops.map(orderly),
    mishaps: [...world.mishaps.slice(0, 2), crash],
    outbox: 'none',
    broker: world.broker === null ? null : 'all',
    unclean: false,
  }));

/** Kinds of consumers, each of which is visible in another figure. */
const CHARACTERS: readonly Partial<Reader>[] = [
  // Releases messages before they are handled and skips failures: they are lost.
  { commit: 'before', retry: null, onPoison: 'skip', fails: 15 },
  // Dead-letters failed messages.
  { commit: 'afterEach', retry: null, onPoison: 'deadLetter', fails: 15 },
  // Remembers neither handled messages nor, for long, its position: it handles them again.
  { commit: 'auto', inbox: false, maxPollInterval: '5m' },
];

/** Chains whose first topic or queue has such a consumer, which dies. */
const markedWorlds: fc.Arbitrary<MessageWorld> = fc
  .tuple(messageWorlds, readers, fc.constantFrom(...CHARACTERS), crashes)
  .map(([world, reader, character, crash]) => {
    const [first, ...rest] = world.hops;
    const own: Reader = { ...reader, ...character, service: 0 };
    return {
      ...world,
      hops: [{ ...first!, readers: [own] }, ...rest],
      mishaps: [...world.mishaps.slice(0, 2), crash],
    };
  });

/** Chains of all kinds, with more in which an order is promised, or messages are lost, moved or handled twice. */
export const tellingWorlds: fc.Arbitrary<MessageWorld> = fc.oneof(
  { arbitrary: messageWorlds, weight: 5 },
  { arbitrary: orderlyWorlds, weight: 1 },
  { arbitrary: markedWorlds, weight: 2 },
);

function orderly(hop: Hop): Hop {
  const own = hop.readers.map(patient);
  switch (hop.kind) {
    case 'bus':
      return { ...hop, fields: { ...hop.fields, ordering: 'key' }, readers: own };
    case 'sqs':
      return { ...hop, fields: { ...hop.fields, fifo: true }, readers: own };
    case 'kafka':
    case 'simple':
    case 'rabbitmq':
      return { kind: 'kafka', fields: { partitions: 3, retention: '7d' }, readers: own };
  }
}

/** A consumer that commits handled messages, and retries in process. */
const patient = (reader: Reader): Reader => ({
  ...reader,
  service: 0,
  commit: reader.commit === 'afterBatch' ? 'afterBatch' : 'afterEach',
  retry: reader.retry === null ? null : { ...reader.retry, mode: 'inProcess' },
});
