import { Deaths } from '../../src/model/modules/messaging/deaths.js';
import { packingSettings } from '../../src/model/modules/messaging/packed-messages.js';
import { expect } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { levels } from '../../src/model/data/figures/levels.js';
import type { Messages } from '../../src/model/modules/messaging/messages.js';
import type { QueuePlacement } from '../../src/model/modules/messaging/queues/placement.js';
import { DOOR } from '../../src/model/modules/messaging/queues/door.js';
import { StoredQueue } from '../../src/model/modules/messaging/queues/stored-queue.js';
import type { World } from '../../src/model/modules/world.js';
import { PLAIN } from '../../src/scenario/queues/kind.js';
import type { PlanQueue } from '../../src/contracts/plan/queues.js';
import type { QueueRules } from '../../src/contracts/scenario/queues.js';

const RULES: QueueRules = {
  ...PLAIN,
  backlog: 0,
  capacity: Infinity,
  overflow: 'reject',
  publishTimeoutNs: Infinity,
  latency: -1,
  inFlightNs: 100,
};

export interface BareQueue {
  readonly queue: StoredQueue;
  /** Its notifications, with the time: `10 available`, `20 dead 3 to 5`, `20 lost 3`. */
  readonly told: string[];
  /** All that is not settled, ready, in flight and delayed. */
  readonly state: () => readonly number[];
  /** Its counts: redeliveries, dead letters, expired, dropped, lost. */
  readonly counts: () => readonly number[];
  readonly since: () => number;
  /** By message: its number of holders, size, key and time of publishing. */
  readonly messages: Record<'holders' | 'bytes' | 'key' | 'published', Float64Array>;
  /** The message that is handed out, -1 = none. */
  readonly takes: () => number;
  /** The entry of a message in the queue. */
  readonly entryOf: (message: number) => number;
  /** Whether a consumer completes the messages that the queue has released. */
  readonly hands: { areFull: boolean };
  readonly seat: { isUsable: boolean; weight: number };
  audit(): void;
  at(time: number, act: () => void): void;
  run(until?: number): void;
}

/** A queue on its own: its dead letters go to 5 unless a test says otherwise. */
export function bareQueue(
  rules: Partial<QueueRules> = {},
  deadLetter = 5,
  knobs: readonly string[] = [],
): BareQueue {
  engine.reset();
  levels.reset(1);
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  const gauges = new Map<string, number>();
  const counts = new Map<string, number>();
  let since = Infinity;
  const audits: (() => void)[] = [];
  const meters = {
    gauge: (name: string) => gauges.set(name, levels.register()).get(name),
    age: () => null,
    counter: (name: string) => name,
    count: (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1),
    turn: (_: null, at: number) => (since = at),
  };
  const column = (): Float64Array => new Float64Array(4096);
  const messages = {
    holders: column(),
    bytes: column(),
    key: column(),
    published: column(),
    packed: { size: packingSettings.bundle },
  };
  const hands = { areFull: false };
  const seat = { isUsable: true, weight: 0, weigh: (bytes: number) => (seat.weight += bytes) };
  const queue = new StoredQueue(
    {
      meters,
      audits,
      plan: { faults: [{ knobs, holders: [1] }] },
    } as unknown as World,
    {
      ...messages,
      release: (message: number) => messages.holders[message]!--,
      loses: (message: number) => (tell(`lost ${message}`), true),
      giveUp: (message: number) => tell(`gives ${message} up`),
      history: new Deaths(),
      deathsAfter: () => 0,
    } as unknown as Messages,
    { component: 1, part: -1, deadLetter, rules: { ...RULES, ...rules } } as unknown as PlanQueue,
    1,
    seat as unknown as QueuePlacement,
  );
  queue.watch = {
    available: () => tell('available'),
    roomed: () => tell('roomed'),
    overdue: (holder) => tell(`overdue ${holder}`),
    left: () => hands.areFull,
    deadLetter: (target, message) => tell(`dead ${message} to ${target}`),
    offer: () => DOOR.absent,
    latencyNs: () => 0,
  };
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  const { entries } = queue;
  return {
    queue,
    told,
    messages,
    hands,
    seat,
    state: () =>
      ['lag', 'ready', 'inFlight', 'delayed'].map((name) => levels.value(gauges.get(name)!)),
    counts: () =>
      ['redeliveries', 'deadLettered', 'expired', 'dropped', 'lostEffects'].map(
        (name) => counts.get(name) ?? 0,
      ),
    since: () => since,
    takes: () => {
      const entry = queue.take();
      return entry < 0 ? -1 : entries.message[entry]!;
    },
    entryOf: (message) => {
      let entry = entries.oldest;
      for (let k = entries.slots.used; entry >= 0 && entries.message[entry] !== message; k--) {
        expect(k).toBeGreaterThan(0);
        entry = entries.newer[entry]!;
      }
      return entry;
    },
    audit: () => audits.forEach((run) => run()),
    at: (time, act) => engine.at(time, 0, op, acts.push(act) - 1, 0, 0),
    run: (until = 10_000) => void engine.run(until, Infinity),
  };
}
