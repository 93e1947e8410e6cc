import { describe, expect, it } from 'vitest';
import { samplers } from '../../src/kernel/distribution.js';
import { engine } from '../../src/kernel/engine.js';
import type { Lane } from '../../src/kernel/lanes.js';
import { ConnectionPool } from '../../src/model/resources/connections/connection-pool.js';
import { GoPool } from '../../src/model/resources/connections/go-pool.js';
import { HikariPool } from '../../src/model/resources/connections/hikari-pool.js';
import { ServerConnections } from '../../src/model/resources/connections/server-connections.js';
import { Sessions } from '../../src/model/resources/connections/sessions.js';
import { levels } from '../../src/model/data/figures/levels.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import { FakeCalls, MS, SECOND } from '../support/fake-calls.js';
import type { CallResult } from '../support/fake-calls.js';
import { dice } from '../support/dice.js';
import { alarmOn } from '../support/timetable.js';

const KINDS = ['simple', 'go', 'hikari', 'session'] as const;

interface World {
  readonly kind: (typeof KINDS)[number];
  readonly calls: FakeCalls;
  readonly server: { readonly limit: number; open(): number };
  readonly pool: PolicyState;
  readonly most: number;
  readonly connectNs: number;
  readonly level: (name: 'open' | 'used' | 'waiting') => number;
  readonly waits: number[];
  /** The process of the server is another one from now on. */
  restart(): void;
  /** Sessions of the pooler that clients have. */
  taken(): number;
}

/** A server that ends idle sessions, and in some worlds a firewall that forgets them earlier. */
function idleOf(seed: number, calls: FakeCalls) {
  const fates = new Map<number, number>();
  return {
    sessionNs: 47 * MS,
    device: seed % 2 === 0 ? { idleNs: 31 * MS, resets: seed % 4 === 0 } : null,
    fates: {
      took: (frame: number, fate: number) => fates.set(frame, fate),
      of: (frame: number) => fates.get(frame) ?? 0,
    },
    alarm: (run: () => void) => alarmOn((time, act, phase) => calls.at(time, act, phase), run),
  };
}

/** A pool with nothing around it but calls, a server with a limit, and a clock. */
function worldOf(kind: World['kind'], seed: number): World {
  const roll = dice(seed);
  engine.reset();
  levels.reset(1);
  const calls = new FakeCalls();
  const limit = 2 + roll(6);
  const residents: { started(): void }[] = [];
  const instance = { epoch: 1, down: false, residents };
  const server = new ServerConnections(limit, 0, instance as unknown as Instance);
  const gauges = { open: levels.register(), used: levels.register(), waiting: levels.register() };
  const waits: number[] = [];
  const connectNs = [0, 3, 20][roll(3)] * MS;
  const most = 1 + roll(4);
  const sizes = { defaultPoolSize: 1 + roll(3), maxClientConn: 2 + roll(6) };
  const sessions =
    kind === 'session'
      ? new Sessions(sizes as never, laneOf(80 * MS), server, instance as unknown as Instance)
      : null;
  const setup = {
    ctx: calls,
    server,
    samplers,
    connect: samplers.add({ kind: 'constant', valueNs: connectNs }),
    stream: { a: seed, b: 1 },
    gauges,
    waits: () => ({ add: (ns: number) => waits.push(ns) }),
    alarm: (run: () => void) => alarmOn((time, act, phase) => calls.at(time, act, phase), run),
    leaks: () => false,
    opens: () => {},
    refuses: () => OUTCOME.refused,
    leaves: (_frame: number, epoch: number) => {
      server.give(epoch);
      levels.add(gauges.open, -1);
    },
    ping: () => 0,
    idle: seed % 3 === 0 ? idleOf(seed, calls) : null,
  };
  const limits = {
    maxLifetimeNs: [null, 60 * MS][roll(2)],
    maxIdleTimeNs: [null, 1500 * MS][roll(2)],
  };
  const simple = (): PolicyState =>
    new ConnectionPool({
      ...setup,
      sessions,
      reserve: null,
      timeout: laneOf(40 * MS),
      pool: {
        kind: 'simple',
        maxOpen: most,
        maxIdle: roll(most + 1),
        acquireTimeoutNs: 40 * MS,
        seesClosed: true,
        waiters: seed % 2 === 0 ? 'fifo' : 'random',
        ...limits,
      },
    } as never);
  const pool = {
    simple,
    session: simple,
    go: () =>
      new GoPool({
        ...setup,
        pool: { kind: 'go', maxOpen: most, maxIdle: roll(most + 1), ...limits },
      } as never),
    hikari: () =>
      new HikariPool({
        ...setup,
        timeout: laneOf(250 * MS),
        leak: null,
        pool: {
          kind: 'hikari',
          maximumPoolSize: most,
          minimumIdle: roll(most + 1),
          connectionTimeoutNs: 250 * MS,
          validationTimeoutNs: 250 * MS,
          aliveBypassWindowNs: 500 * MS,
          leakDetectionThresholdNs: null,
          idleTimeoutNs: [null, 10 * SECOND][roll(2)],
          maxLifetimeNs: null,
          keepaliveTimeNs: null,
          initializationFailTimeoutNs: [null, SECOND][roll(2)],
        },
      } as never),
  }[kind]();
  return {
    kind,
    calls,
    server: { limit, open: () => (server.hasRoom(), Reflect.get(server, 'open') as number) },
    restart: () => {
      instance.epoch++;
      for (const resident of residents) resident.started();
    },
    taken: () => (sessions?.admits(), (Reflect.get(sessions ?? {}, 'taken') ?? 0) as number),
    pool,
    most,
    connectNs,
    level: (name) => levels.value(gauges[name]),
    waits,
  };
}

const laneOf = (delayNs: number): Lane => ({ delayNs }) as Lane;

/** Calls in bursts for two seconds: statements that end well or break their connection, and callers that leave. */
function drive(world: World, seed: number, check: () => void): readonly CallResult[] {
  const left = new Set<CallResult>();
  const { calls, pool } = world;
  const roll = dice(seed + 1000);
  calls.callee = () => ({
    afterNs: (1 + roll(30)) * MS,
    outcome: roll(10) === 0 ? OUTCOME.reset : OUTCOME.ok,
  });
  const results: CallResult[] = [];
  let at = 0;
  for (let k = 0; k < 120; k++) {
    at += (roll(5) === 0 ? roll(150) : roll(8)) * MS;
    const result = calls.call([pool], at);
    results.push(result);
    if (roll(8) === 0) {
      calls.giveUp(result.frame, at + roll(45) * MS);
      left.add(result);
    }
    // Half a millisecond after every event, when no change is in progress.
    calls.at(at + MS / 2, check);
  }
  calls.run(120 * SECOND);
  // Abandoned calls end without an outcome.
  return results.filter((result) => !left.has(result));
}

describe.each(KINDS)('a pool of kind %s', (kind) => {
  const worlds = Array.from({ length: 60 }, (_, seed) => seed);

  it('ends every call, holds no more connections than it may, and gives each back to its server', () => {
    for (const seed of worlds) {
      const world = worldOf(kind, seed);
      const { calls, pool, server, most, level } = world;
      let busy = 0;
      const results = drive(world, seed, () => {
        expect(level('open')).toBeLessThanOrEqual(Math.min(most, server.limit));
        // A client does not know at once that its server has ended an idle session.
        expect(level('used')).toBeLessThanOrEqual(seed % 3 === 0 ? most : level('open'));
        expect(server.open()).toBeLessThanOrEqual(server.limit);
        if (kind !== 'go') expect(level('open')).toBe(server.open());
        if (kind === 'session') expect(world.taken()).toBe(server.open());
        busy = Math.max(busy, level('used'));
      });
      for (const result of results) expect(result.outcome).not.toBeNull();
      expect(busy).toBeGreaterThan(0);
      expect([level('used'), level('waiting'), pool.held!()]).toEqual([0, 0, 0]);
      expect(level('open')).toBe(server.open());
      pool.reset!();
      expect([level('open'), server.open(), world.taken()]).toEqual([0, 0, 0]);
      // A pool that has started again is as good as a new one.
      const later = calls.call([pool], calls.now + SECOND);
      calls.run(calls.now + 20 * SECOND);
      expect(later.outcome).not.toBeNull();
    }
  });

  it('lets no call wait while it could have a connection', () => {
    for (const seed of worlds) {
      const world = worldOf(kind, seed);
      const { server, most, level, connectNs } = world;
      let waited = 0;
      drive(world, seed, () => {
        if (level('waiting') === 0) return;
        waited++;
        const isFull = level('open') >= Math.min(most, server.limit);
        // Hikari opens them one after the other, and a pooler has its own limit.
        if (kind === 'hikari' || kind === 'session') return;
        expect(isFull).toBe(true);
        if (connectNs === 0) expect(level('used')).toBe(level('open'));
      });
      if (most === 1) expect(waited).toBeGreaterThan(0);
    }
  });

  it('measures the wait of each call that gets a connection, to the nanosecond', () => {
    for (const seed of worlds) {
      const world = worldOf(kind, seed);
      const entered = new Map<number, number>();
      const begun: number[] = [];
      const { calls, pool, waits } = world;
      const { enter } = pool;
      pool.enter = (frame, layer) => {
        entered.set(frame, calls.now);
        return enter.call(pool, frame, layer);
      };
      const roll = dice(seed);
      calls.callee = ({ frame, startNs }) => {
        begun.push(startNs - entered.get(frame)!);
        return { afterNs: (1 + roll(30)) * MS, outcome: OUTCOME.ok };
      };
      for (let k = 0; k < 80; k++) calls.call([pool], k * roll(12) * MS);
      calls.run(120 * SECOND);
      const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
      expect(sorted(waits)).toEqual(sorted(begun));
    }
  });
});

describe.each(KINDS)('a pool of kind %s whose server restarts', (kind) => {
  it('counts no connection of the process before, and all of the new one', () => {
    for (let seed = 0; seed < 40; seed++) {
      const world = worldOf(kind, seed);
      const { calls, pool, server, most, level } = world;
      for (const at of [300, 500, 503, 1200]) calls.at(at * MS + 1, () => world.restart());
      const results = drive(world, seed, () => {
        expect(server.open()).toBeLessThanOrEqual(server.limit);
        expect(level('open')).toBeLessThanOrEqual(most);
        expect(level('open')).toBeGreaterThanOrEqual(server.open());
      });
      for (const result of results) expect(result.outcome).not.toBeNull();
      pool.reset!();
      expect([level('open'), server.open(), world.taken()]).toEqual([0, 0, 0]);
    }
  });
});

describe('a pool whose waiters queue', () => {
  it('serves them in the order in which they came', () => {
    for (let seed = 0; seed < 40; seed += 2) {
      const { calls, pool, connectNs } = worldOf('simple', seed);
      if (connectNs > 0) continue;
      const order: number[] = [];
      const roll = dice(seed);
      calls.callee = ({ frame }) => {
        order.push(frame);
        return { afterNs: (1 + roll(4)) * MS, outcome: OUTCOME.ok };
      };
      for (let k = 0; k < 30; k++) calls.call([pool], k * MS);
      calls.run(10 * SECOND);
      expect(order).toEqual([...order].sort((a, b) => a - b));
    }
  });
});
