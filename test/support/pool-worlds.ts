import { expect } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import type { Lane } from '../../src/kernel/lanes.js';
import type { PoolGauges, PoolSetup } from '../../src/model/resources/connections/pool-setup.js';
import { ServerConnections } from '../../src/model/resources/connections/server-connections.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { levels } from '../../src/model/data/figures/levels.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import { dice } from './dice.js';
import { FakeCalls, MS } from './fake-calls.js';
import type { CallResult } from './fake-calls.js';
import { alarmOn } from './timetable.js';

/**
 * The course of a call, decided in advance, so that pool and rule see the same. Times are odd, so that no two events
 * coincide.
 */
export interface PlannedCall {
  readonly atNs: number;
  readonly client: number;
  readonly serviceNs: number;
  readonly outcome: number;
  readonly leaks: boolean;
  /** When its caller gives up, or Infinity. */
  readonly leftNs: number;
}

/** All external events of some pools at one server. */
export interface PoolStory {
  readonly seed: number;
  readonly limit: number;
  readonly calls: readonly PlannedCall[];
  readonly restartsNs: readonly number[];
  /** When a process of its caller ends, if it has no call then, and when the server is down and back. */
  readonly resetsNs: readonly number[];
  readonly downNs: readonly (readonly [from: number, until: number])[];
  readonly looksNs: readonly number[];
  /** Time to open a connection, for the draw with this number. */
  dialNs(draw: number): number;
}

/** Observations of pools in a sequence. */
export interface Seen {
  /** By call: when its statement begins (-1 = never), and how and when it ends (a caller that left: never). */
  readonly calls: {
    readonly startNs: number;
    readonly endNs: number;
    readonly outcome: number | null;
  }[];
  /** At each look and client: connections, those in use, calls that wait, calls inside, connections of the server. */
  readonly looks: (readonly number[])[];
  readonly waits: readonly number[];
  readonly connects: number;
  readonly timeouts: number;
  readonly leaks: number;
}

/** A sequence with some clients; `most`: largest number of connections of each. */
export function storyOf(
  seed: number,
  own: { clients?: number; count?: number; leaks?: boolean; spanMs?: number } = {},
): PoolStory {
  const roll = dice(seed * 7919 + 17);
  const { clients = 1, count = 70, leaks = true } = own;
  const slowness = own.spanMs ?? 1;
  const odd = (ms: number): number => ms * MS + 1 + roll(900_000);
  const calls: PlannedCall[] = [];
  const dense = 1 + roll(14);
  let atMs = 0;
  for (let k = 0; k < count; k++) {
    atMs += roll(9) === 0 ? roll(200 * slowness) : roll(dense * slowness);
    const atNs = odd(atMs);
    const leaves = roll(8) === 0;
    calls.push({
      atNs,
      client: roll(clients),
      serviceNs: odd(roll(40) * slowness),
      outcome: [OUTCOME.reset, OUTCOME.refused, OUTCOME.serverError][roll(30)] ?? OUTCOME.ok,
      leaks: leaks && roll(60) === 0,
      leftNs: leaves ? atNs + odd(roll(60) * slowness) : Infinity,
    });
  }
  calls.sort((a, b) => a.atNs - b.atNs);
  const last = atMs + 300;
  const some = (most: number): number[] =>
    Array.from({ length: roll(most) }, () => odd(roll(last)));
  const dialMs = [0, 4, 25][roll(3)];
  return {
    seed,
    limit: 1 + roll(7),
    calls,
    restartsNs: some(4),
    resetsNs: some(30),
    downNs: some(3).map((from) => [from, from + odd(roll(200))] as const),
    looksNs: Array.from({ length: 150 }, () => odd(roll(last))).sort((a, b) => a - b),
    dialNs: (draw) => (dialMs === 0 ? 0 : dialMs * MS + (draw % 7) * 234_567 + 11),
  };
}

/** A server that is there, of which process `epoch` lives. */
export interface PoolServer {
  readonly instance: { epoch: number; down: boolean; readonly residents: { started(): void }[] };
  readonly connections: ServerConnections;
}

type Common = Omit<PoolSetup<never>, 'pool'>;

export const laneOf = (delayNs: number): Lane => ({ delayNs }) as Lane;

/** Runs a sequence with real pools, and records their behaviour. `numberOf`: the number of a draw, by its key. */
export function tell(
  story: PoolStory,
  make: (common: (client: number) => Common, server: PoolServer) => readonly PolicyState[],
  numberOf: (c: number, d: number, e: number) => number,
  pingNs: (frame: number) => number = () => 0,
): Seen {
  engine.reset();
  levels.reset(1);
  const calls = new FakeCalls();
  const instance = { epoch: 3, down: false, residents: [] as { started(): void }[] };
  const connections = new ServerConnections(story.limit, 0, instance as unknown as Instance);
  const gauges: PoolGauges[] = [];
  const waits: number[] = [];
  let opens = 0;
  const common = (client: number): Common => ({
    ctx: calls,
    server: connections,
    samplers: {
      draw: (id: number, a: number, b: number, c: number, d: number, e: number) => {
        if (id !== 5 || a !== story.seed || b !== client)
          throw new Error('a draw of somebody else');
        return story.dialNs(numberOf(c, d, e));
      },
    } as never,
    refuses: () => OUTCOME.refused,
    connect: 5,
    stream: { a: story.seed, b: client },
    gauges: (gauges[client] ??= {
      open: levels.register(),
      used: levels.register(),
      waiting: levels.register(),
      usedOfNode: -1,
      abandoned: () => -1,
    }),
    waits: () => ({ add: (ns: number) => waits.push(ns) }) as never,
    idle: null,
    alarm: (run) => alarmOn((time, act, phase) => calls.at(time, act, phase), run),
    leaks: (frame) => story.calls[frame].leaks,
    opens: () => opens++,
    leaves: (_frame, epoch) => {
      connections.give(epoch);
      levels.add(gauges[client].open, -1);
    },
    ping: pingNs,
  });
  const pools = make(common, { instance, connections });
  const starts = story.calls.map(() => -1);
  calls.callee = ({ frame, startNs }) => {
    starts[frame] = startNs;
    return { afterNs: story.calls[frame].serviceNs, outcome: story.calls[frame].outcome };
  };
  const results: CallResult[] = story.calls.map(({ atNs, client }) =>
    calls.call([pools[client]], atNs),
  );
  story.calls.forEach(({ leftNs }, frame) => {
    if (leftNs < Infinity) calls.giveUp(frame, leftNs);
  });
  for (const at of story.restartsNs) {
    calls.at(at, () => {
      instance.epoch++;
      for (const resident of instance.residents) resident.started();
    });
  }
  for (const [from, until] of story.downNs) {
    calls.at(from, () => (instance.down = true));
    calls.at(until, () => (instance.down = false));
  }
  for (const at of story.resetsNs) {
    calls.at(at, () => {
      for (const pool of pools) if (pool.held!() === 0) pool.reset!();
    });
  }
  const looks: number[][] = [];
  for (const at of story.looksNs) {
    calls.at(at, () => {
      connections.hasRoom();
      const ofServer = Reflect.get(connections, 'open') as number;
      pools.forEach((pool, client) => {
        const { open, used, waiting } = gauges[client];
        const row = [open, used, waiting].map((gauge) => levels.value(gauge));
        looks.push([at, ...row, pool.held!(), ofServer]);
      });
    });
  }
  calls.run(story.looksNs.at(-1)! + 200_000 * MS);
  return {
    calls: results.map(({ outcome, endNs }, frame) => ({ startNs: starts[frame], endNs, outcome })),
    looks,
    waits: waits.sort((a, b) => a - b),
    connects: opens + calls.counted('connects'),
    timeouts: calls.counted('poolTimeouts'),
    leaks: calls.counted('leaks'),
  };
}

/** First sequences of the groups into which tests split them. */
export const FIRSTS = [0, 20, 40, 60, 80];

export function compare(first: number, told: (seed: number) => readonly [Seen, Seen]): void {
  for (let seed = first; seed < first + 20; seed++) {
    const [seen, ruled] = told(seed);
    // Texts are compared far more quickly.
    if (JSON.stringify(seen) !== JSON.stringify(ruled)) {
      expect({ seed, ...seen }).toEqual({ seed, ...ruled });
    }
  }
}

/** One by the number of the dial alone. */
export const bySerial = (c: number, d: number, e: number): number => (d === 0 && e === 0 ? c : NaN);
