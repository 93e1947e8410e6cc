import { describe, expect, it } from 'vitest';
import { OUTCOME } from '../../../src/contracts/outcome.js';
import type { Producer } from '../../../src/contracts/scenario/producer.js';
import { dice } from '../../support/dice.js';
import { SERVICE, cluster } from '../../support/kafka-cluster.js';

/** A publish: message, time, and the notifications that the publisher expects. */
interface Published {
  readonly list: readonly number[];
  readonly at: number;
  readonly acks: Producer['acks'];
  readonly confirm: boolean;
  readonly waits: boolean;
  readonly instance: number;
}

/**
 * A cluster of three nodes under deaths, pauses and hangs, all of which are over long before the end; 60 steps publish,
 * with all kinds of acknowledgement. `mortal`: the publishers die, too.
 */
function world(seed: number, mortal = false) {
  const roll = dice(seed);
  const idempotence = roll(2) === 0;
  const tight = roll(3) === 0;
  const own = cluster({
    partitions: 1 + roll(3),
    replication: 1 + roll(3),
    minInsync: 1,
    electionNs: 30 + roll(200),
    copyNs: [-1, 2, 40][roll(3)]!,
    serviceNs: 1 + roll(20),
    maxThroughput: roll(2) === 0 ? Infinity : 1e8,
    producer: {
      idempotence,
      lingerNs: roll(20),
      requestTimeoutNs: 50 + roll(200),
      deliveryTimeoutNs: 500 + roll(2000),
      maxBlockNs: 20 + roll(300),
      retries: roll(4) === 0 ? 2 : 1000,
      batchBytes: 100,
      ...(tight ? { bufferBytes: 250 } : {}),
    },
  });
  const published: Published[] = [];
  for (let k = 0; k < 60; k++) {
    const acks = (['all', 'all', 1, 0] as const)[roll(4)]!;
    const confirm = roll(3) > 0;
    const instance = [SERVICE, SERVICE + 1, -1][roll(3)]!;
    const count = 1 + roll(3);
    const keyed = roll(2) === 0;
    own.at(roll(3000), () => {
      if (instance >= 0 && own.services[instance - SERVICE]!.down) return;
      const one = own.publish({ acks, confirm, instance, count, keyed });
      published.push({ ...one, at: one.list.length, acks, confirm, instance });
    });
  }
  const ends: [at: number, act: () => void][] = [];
  for (let k = 0; k < 8; k++) {
    const node = own.nodes[roll(3)]!;
    const at = roll(3000);
    const [begin, end] = (
      [
        [own.die, own.start],
        [own.pause, own.thaw],
        [own.hang, own.thaw],
      ] as const
    )[roll(3)]!;
    own.at(at, () => begin(node));
    ends.push([at + 1 + roll(600), () => end(node)]);
  }
  for (const [at, act] of ends) own.at(at, act);
  // Whatever overlapped is over by then.
  own.at(4000, () => own.nodes.forEach((node) => (own.start(node), own.thaw(node))));
  if (mortal) {
    for (const service of own.services) {
      const at = roll(3000);
      own.at(at, () => own.die(service));
      own.at(at + roll(500), () => own.start(service));
    }
  }
  own.run(1e6);
  return { ...own, published, idempotence };
}

type World = ReturnType<typeof world>;

const toldOf = (own: World, { list }: Published) =>
  own.told.filter(({ waiter, stamp }) => waiter === list[0] && stamp === 3 * list[0]!);
const timesIn = (list: readonly { message: number }[], message: number): number =>
  list.filter((one) => one.message === message).length;

const WORLDS = Array.from({ length: 40 }, (_, k) => Math.imul(k + 1, 0x9e3779b1));

describe('what is published to a cluster whose nodes come and go', () => {
  it('goes to the publisher that waits for it, and to no other', () => {
    let refused = 0;
    for (const seed of WORLDS) {
      const own = world(seed);
      let answers = 0;
      for (const one of own.published) {
        const told = toldOf(own, one);
        expect(one.waits || !one.confirm).toBe(true);
        // A step in several batches is notified of each failure; it has continued with the first one.
        expect(told.length > 0).toBe(one.waits);
        if (!one.confirm || one.list.length === 1) expect(told.length).toBeLessThan(2);
        answers += told.length;
        refused += told.filter(({ outcome }) => outcome !== OUTCOME.ok).length;
      }
      expect(own.told).toHaveLength(answers);
    }
    expect(refused).toBeGreaterThan(20);
  });

  it('is let go of once, and no request is kept', () => {
    for (const seed of WORLDS) {
      const own = world(seed, seed % 2 === 0);
      const all = own.published.flatMap(({ list }) => list);
      expect([...own.releases].sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
      expect(own.kept()).toBe(0);
    }
  });

  it('is in the log before all acknowledge it, and with one it is there, or known to be lost', () => {
    let lost = 0;
    for (const seed of WORLDS) {
      const own = world(seed);
      lost += own.lost.length;
      expect(new Set(own.lost).size).toBe(own.lost.length);
      const mayBeLost = new Set<number>();
      for (const one of own.published) {
        if (one.acks !== 'all') for (const message of one.list) mayBeLost.add(message);
        const [told] = toldOf(own, one);
        if (!one.confirm || told?.outcome !== OUTCOME.ok) continue;
        for (const message of one.list) {
          const there = own.log.find((entry) => entry.message === message);
          if (one.acks === 'all') expect(there?.at).toBeLessThanOrEqual(told.at);
          else expect(own.lost.includes(message)).toBe(there === undefined);
        }
      }
      for (const message of own.lost) {
        expect(mayBeLost.has(message)).toBe(true);
        expect(timesIn(own.log, message)).toBe(0);
      }
    }
    expect(lost).toBeGreaterThan(10);
  });

  it('is there once where its producer is idempotent, and in order where it waits for all', () => {
    let again = 0;
    for (const seed of WORLDS) {
      const own = world(seed);
      const { log, idempotence } = own;
      const ids = new Set(log.map(({ message }) => message));
      again += log.length - ids.size;
      if (!idempotence) continue;
      expect(log.length).toBe(ids.size);
      const sender = new Map(own.published.flatMap((one) => one.list.map((id) => [id, one])));
      for (const instance of [SERVICE, SERVICE + 1, -1]) {
        own.lengths.forEach((_, partition) => {
          const list = log.filter(
            (one) =>
              one.partition === partition &&
              sender.get(one.message)!.instance === instance &&
              sender.get(one.message)!.acks === 'all',
          );
          const numbers = list.map(({ message }) => message);
          expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
        });
      }
    }
    expect(again).toBeGreaterThan(10);
  });
});
