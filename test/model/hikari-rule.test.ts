import { describe, it } from 'vitest';
import { HikariPool } from '../../src/model/resources/connections/hikari-pool.js';
import { VANISHED } from '../../src/model/data/edges/link.js';
import type { HikariSettings } from '../../src/contracts/scenario/pools.js';
import { dice } from '../support/dice.js';
import { MS, SECOND } from '../support/fake-calls.js';
import { HikariRule } from '../support/plain-hikari.js';
import { PlainServer } from '../support/plain-pool.js';
import { FIRSTS, bySerial, compare, laneOf, storyOf, tell } from '../support/pool-worlds.js';
import type { Seen } from '../support/pool-worlds.js';

function sizesOf(roll: (n: number) => number): HikariSettings {
  const maximumPoolSize = 1 + roll(5);
  return {
    kind: 'hikari',
    maximumPoolSize,
    minimumIdle: roll(maximumPoolSize + 1),
    connectionTimeoutNs: [250, 1000, 5000][roll(3)] * MS,
    validationTimeoutNs: [100, 250][roll(2)] * MS,
    aliveBypassWindowNs: [0, 20 * MS, 500 * MS + 999_999][roll(3)],
    leakDetectionThresholdNs: [null, 30 * MS, 2 * SECOND][roll(3)],
    idleTimeoutNs: [null, 100 * MS, 10 * SECOND][roll(3)],
    maxLifetimeNs: [null, 300 * MS, 10 * SECOND, 11 * SECOND][roll(4)],
    keepaliveTimeNs: [null, 205 * MS, 5 * SECOND][roll(3)],
    initializationFailTimeoutNs: [null, 0, MS, 2500 * MS][roll(4)],
  };
}

/** Round trip of the test that a call makes. */
const pingNs = (call: number): number => [0, 3 * MS, 100 * MS, 250 * MS, VANISHED, MS, 0][call % 7];

describe('a pool of HikariCP', () => {
  const hikari = (seed: number): readonly [Seen, Seen] => {
    // Its housekeeping runs every 30 s, and its lifetimes are above 10 s, so some sequences are long.
    const story = storyOf(seed, { spanMs: [1, 10, 60][seed % 3], count: 60 });
    const own = sizesOf(dice(seed));
    const seen = tell(
      story,
      (common) => {
        const pool = new HikariPool({
          ...common(0),
          pool: own,
          timeout: laneOf(own.connectionTimeoutNs),
          leak: own.leakDetectionThresholdNs === null ? null : laneOf(own.leakDetectionThresholdNs),
        } as never);
        return [pool];
      },
      bySerial,
      pingNs,
    );
    const server = new PlainServer(story);
    new HikariRule(story, server, own, pingNs);
    return [seen, server.tell()];
  };

  it.each(FIRSTS)('does what its rule says in stories from %i on', (first) => {
    compare(first, hikari);
  });
});
