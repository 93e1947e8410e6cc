import { describe, it } from 'vitest';
import { ConnectionPool } from '../../src/model/resources/connections/connection-pool.js';
import { GoPool } from '../../src/model/resources/connections/go-pool.js';
import { Sessions } from '../../src/model/resources/connections/sessions.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { dice } from '../support/dice.js';
import { MS } from '../support/fake-calls.js';
import { PlainServer } from '../support/plain-pool.js';
import { GoRule, PlainSessions, SimpleRule } from '../support/plain-pools.js';
import type { GoSizes, SimpleSizes } from '../support/plain-pools.js';
import { FIRSTS, bySerial, compare, laneOf, storyOf, tell } from '../support/pool-worlds.js';
import type { Seen } from '../support/pool-worlds.js';

function simpleSizes(roll: (n: number) => number): SimpleSizes {
  const maxOpen = 1 + roll(5);
  return {
    maxOpen,
    maxIdle: roll(maxOpen + 1),
    maxLifetimeNs: [null, 60 * MS][roll(2)],
    maxIdleTimeNs: [null, 30 * MS][roll(2)],
    acquireTimeoutNs: [null, 0, 20 * MS, 60 * MS][roll(4)],
    waiters: roll(2) === 0 ? 'fifo' : 'random',
  };
}

const timerOf = (delayNs: number | null) =>
  delayNs === null || delayNs === 0 ? null : laneOf(delayNs);
/** A dial is drawn by the lineage of its call (the nth one, 7) and the number of its attempt. */
const byLineage = (c: number, d: number, e: number): number => (d === 7 && e === 1 ? c : NaN);
describe('a pool without a library', () => {
  const simple = (seed: number): readonly [Seen, Seen] => {
    const story = storyOf(seed);
    const sizes = simpleSizes(dice(seed));
    const seen = tell(
      story,
      (common) => [
        new ConnectionPool({
          ...common(0),
          pool: { kind: 'simple', seesClosed: true, ...sizes },
          timeout: timerOf(sizes.acquireTimeoutNs),
          sessions: null,
          reserve: null,
        } as never),
      ],
      byLineage,
    );
    const server = new PlainServer(story);
    new SimpleRule(story, server, sizes, null);
    return [seen, server.tell()];
  };

  it.each(FIRSTS)('does what its rule says in stories from %i on', (first) => {
    compare(first, simple);
  });
});

describe('pools of clients of a pooler by session', () => {
  const sessions = (seed: number): readonly [Seen, Seen] => {
    const clients = 3;
    const story = storyOf(seed, { clients });
    const roll = dice(seed);
    const sizes = Array.from({ length: clients }, () => simpleSizes(roll));
    const defaultPoolSize = 1 + roll(4);
    const maxClientConn = 1 + roll(9);
    const timeoutNs = [null, 35 * MS][roll(2)];
    const seen = tell(
      story,
      (common, { instance, connections }) => {
        const all = new Sessions(
          { defaultPoolSize, maxClientConn } as never,
          timerOf(timeoutNs),
          connections,
          instance as unknown as Instance,
        );
        return sizes.map(
          (own, client) =>
            new ConnectionPool({
              ...common(client),
              pool: { kind: 'simple', seesClosed: true, ...own },
              timeout: timerOf(own.acquireTimeoutNs),
              sessions: all,
              reserve: null,
            } as never),
        );
      },
      byLineage,
    );
    const server = new PlainServer(story);
    const line = new PlainSessions(server, defaultPoolSize, maxClientConn, timeoutNs);
    for (const own of sizes) new SimpleRule(story, server, own, line);
    return [seen, server.tell(() => line.serve())];
  };

  it.each(FIRSTS)('do what their rule says in stories from %i on', (first) => {
    compare(first, sessions);
  });
});

describe("a pool of Go's database/sql", () => {
  const go = (seed: number): readonly [Seen, Seen] => {
    // Its cleaner runs once a second: half of the sequences last for some seconds.
    const story = storyOf(seed, seed % 2 === 0 ? {} : { spanMs: 20 });
    const roll = dice(seed);
    const maxOpen = 1 + roll(5);
    const unit = seed % 2 === 0 ? MS : 30 * MS;
    const sizes: GoSizes = {
      maxOpen,
      maxIdle: roll(maxOpen + 1),
      maxLifetimeNs: [null, 60 * unit][roll(2)],
      maxIdleTimeNs: [null, 50 * unit][roll(2)],
    };
    const seen = tell(
      story,
      (common) => [new GoPool({ ...common(0), pool: { kind: 'go', ...sizes } } as never)],
      bySerial,
    );
    const server = new PlainServer(story);
    new GoRule(story, server, sizes);
    return [seen, server.tell()];
  };

  it.each(FIRSTS)('does what its rule says in stories from %i on', (first) => {
    compare(first, go);
  });
});
