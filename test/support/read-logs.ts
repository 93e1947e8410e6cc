import { levels } from '../../src/model/data/figures/levels.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { newMember } from '../../src/model/modules/messaging/member.js';
import type { Member } from '../../src/model/modules/messaging/member.js';
import type { Messages } from '../../src/model/modules/messaging/messages.js';
import { Offsets } from '../../src/model/modules/messaging/offsets.js';
import type { Partition } from '../../src/model/modules/messaging/partition.js';
import type { World } from '../../src/model/modules/world.js';

/** Logs without a topic: message 100 * log + offset of each. */
export interface ReadLogs {
  readonly offsets: Offsets;
  /** Their events, in order. */
  readonly told: string[];
  /** Where each log begins and ends, which a test sets. */
  readonly bounds: { base: number; end: number }[];
  /** Whether a consumer must be notified of passed places. */
  readonly passing: { isPending: boolean };
  /** When the oldest message that waits was published. */
  readonly since: () => number;
  readonly redelivered: () => number;
  /** Messages that wait in all logs, and in the hottest one. */
  readonly waits: () => readonly number[];
  /** Appends a message, published at this time, to a log. */
  append(log: number, published: number): void;
}

export function readLogs(count: number): ReadLogs {
  levels.reset(1);
  const told: string[] = [];
  const bounds = Array.from({ length: count }, () => ({ base: 0, end: 0 }));
  const published = new Float64Array(100 * count);
  const gauges: number[] = [];
  const seen = { since: Infinity, redelivered: 0 };
  const meters = {
    gauge: (): number => gauges[gauges.push(levels.register()) - 1]!,
    age: (): null => null,
    counter: (): null => null,
    count: (_: null, times: number) => (seen.redelivered += times),
    turn: (_: null, since: number) => (seen.since = since),
  };
  const logs = bounds.map((bound, log) => ({
    partition: Object.defineProperty(
      Object.assign(bound, { at: (offset: number) => 100 * log + offset, isLed: true }),
      'readable',
      { get: () => bound.end },
    ),
    trim: () => told.push(`trim ${log}`),
    packRead: () => told.push(`pack ${log}`),
  }));
  const passing = {
    isPending: false,
    passed: (place: number) => void told.push(`passed ${place}`),
  };
  const offsets = new Offsets(
    { meters } as unknown as World,
    { published } as unknown as Messages,
    { component: 0, part: 0 },
    logs.map((log) => ({ ...log, partition: log.partition as unknown as Partition })),
    passing,
  );
  return {
    offsets,
    told,
    bounds,
    passing,
    since: () => seen.since,
    redelivered: () => seen.redelivered,
    waits: () => gauges.map((gauge) => levels.value(gauge)),
    append: (log, at) => {
      published[100 * log + bounds[log]!.end++] = at;
      offsets.appended(log);
    },
  };
}

/** Members of instances that are up. */
export const membersOf = (count: number): readonly Member[] =>
  Array.from({ length: count }, (_, index) =>
    newMember(index, { down: false, frozen: 0 } as unknown as Instance),
  );
