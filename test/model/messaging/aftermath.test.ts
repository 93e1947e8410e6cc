import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { levels } from '../../../src/model/data/figures/levels.js';
import { Aftermath } from '../../../src/model/modules/messaging/aftermath.js';
import { Messages } from '../../../src/model/modules/messaging/messages.js';
import type { Registry } from '../../../src/model/data/registry.js';
import type { World } from '../../../src/model/modules/world.js';
import type { Consumption } from '../../../src/contracts/scenario/consumers.js';
import { MS } from '../../support/fake-calls.js';
import { timetable } from '../../support/timetable.js';

interface Options {
  readonly mode?: 'inProcess' | 'requeue' | 'delayed';
  readonly attempts?: number;
  readonly withBackoff?: boolean;
  readonly onPoison?: Consumption['onPoison'];
}

/**
 * Results of failed messages of group 3, with the time in ms: `5 back 0`. The back-off is 10 ms per try, plus the
 * value of its lineage.
 */
function aftermath({ mode, attempts = 3, withBackoff = true, onPoison = 'skip' }: Options = {}) {
  const table = timetable();
  levels.reset(1);
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now / MS} ${text}`);
  const asked: (readonly number[])[] = [];
  const gauge = levels.register();
  const world = {
    plan: {
      seed: 1,
      faults: [],
      parts: [{ component: 0, name: 'part' }],
      components: [{ name: 'jobs' }],
    },
    replication: 0,
    keys: {},
    meters: {
      counter: (name: string) => name,
      gauge: () => gauge,
      count: (name: string) => tell(name),
    },
  } as unknown as World;
  const messages = new Messages(world);
  const spec = {
    retry: mode === undefined ? null : { mode, attempts, backoff: withBackoff ? {} : null },
    onPoison,
  } as unknown as Consumption;
  const delays = {
    delayNs: (tries: number, a: number, b: number) => {
      asked.push([tries, a, b]);
      return 10 * tries * MS;
    },
  };
  const registry = { delaysOf: () => delays } as unknown as Registry;
  const subject = { component: 0, part: 0 };
  const own = new Aftermath(world, registry, messages, spec, 3, subject, {
    put: (message) => tell(`back ${message}`),
    deadLetter: (message) => tell(`dead ${message}`),
  });
  const come = (): number => {
    const message = messages.withoutRequest(1, 2, messages.slots.used);
    messages.holders[message] = 1;
    messages.copies.add(message);
    own.came(message);
    return message;
  };
  return {
    own,
    messages,
    come,
    told,
    asked,
    delayed: () => levels.value(gauge),
    at: (ms: number, act: () => void) => table.at(ms * MS, act),
    run: () => table.run(1e12),
  };
}

describe('what the consumer does by itself', () => {
  it('is to keep a message until its tries are used up, or for ever where it blocks', () => {
    const kept = (options: Options): boolean[] =>
      [1, 2, 3, 4].map((tries) => aftermath(options).own.keeps(tries));
    expect(kept({ mode: 'inProcess' })).toEqual([true, true, false, false]);
    expect(kept({ mode: 'requeue' })).toEqual([false, false, false, false]);
    expect(kept({})).toEqual([false, false, false, false]);
    expect(kept({ onPoison: 'block' })).toEqual([true, true, true, true]);
  });

  it('is to wait for the back-off, or no longer than a poll where no time has gone by', () => {
    const { own, come, messages, asked } = aftermath({ mode: 'inProcess' });
    const message = come();
    expect(own.waitNs(2, message, 0)).toBe(20 * MS);
    expect(asked).toEqual([[2, messages.lineageA[message], messages.lineageB[message]]]);
    const bare = aftermath({ mode: 'inProcess', withBackoff: false });
    const waits: number[] = [];
    bare.at(5, () => {
      waits.push(bare.own.waitNs(1, 0, 5 * MS), bare.own.waitNs(1, 0, 5 * MS - 1));
    });
    bare.run();
    expect(waits).toEqual([MS, 0]);
  });
});

describe('a message that is tried again elsewhere', () => {
  it('comes back after its delay, each time later, and is lost with the last try', () => {
    const { own, come, told, at, run, delayed, messages } = aftermath({ mode: 'delayed' });
    const message = come();
    const seen: number[] = [];
    at(5, () => own.leave(message, 0, true));
    at(6, () => seen.push(delayed(), messages.holders[message]!));
    at(15, () => seen.push(delayed()));
    at(20, () => own.leave(message, 0, true));
    at(50, () => own.leave(message, 0, true));
    run();
    expect(told).toEqual([`15 back ${message}`, `40 back ${message}`, '50 lostEffects']);
    expect(seen).toEqual([1, 2, 1]);
    expect(delayed()).toBe(0);
  });

  it('comes back a poll later where it has no delay', () => {
    for (const options of [{ mode: 'requeue' }, { mode: 'delayed', withBackoff: false }] as const) {
      const { own, come, told, at, run, asked } = aftermath(options);
      const message = come();
      at(5, () => own.leave(message, 0, true));
      run();
      expect(told).toEqual([`6 back ${message}`]);
      expect(asked).toEqual([]);
    }
  });

  it('has all its tries again once it has had its effect, or when another message has its place', () => {
    const { own, come, told, at, run, messages } = aftermath({ mode: 'requeue' });
    const message = come();
    const fail = (): void => own.leave(message, 0, true);
    at(1, fail);
    at(3, fail);
    at(5, () => own.settled(message));
    at(6, fail);
    at(8, fail);
    at(10, fail);
    at(11, fail);
    run();
    const backs = [2, 4, 7, 9, 12].map((ms) => `${ms} back ${message}`);
    expect(told).toEqual([...backs.slice(0, 4), '10 lostEffects', backs[4]]);
    messages.holders[message] = 0;
    messages.drop(message);
    const next = come();
    expect(next).toBe(message);
    expect([own.begins(next), own.begins(next)]).toEqual([1, 2]);
    own.came(next);
    expect(own.begins(next)).toBe(1);
  });

  it('takes its tries and runs along when it is put away', () => {
    const { own, come, told, at, run, messages } = aftermath({ mode: 'requeue' });
    const list = Array.from({ length: 300 }, come);
    const message = list[299]!;
    own.begins(message);
    own.begins(message);
    at(1, () => own.leave(message, 0, true));
    at(3, () => own.leave(message, 0, true));
    at(10, () => {
      const bundle = messages.packed.pack(Int32Array.of(message, list[0]!), 2);
      own.came(message);
      own.came(list[0]!);
      const [back, other] = [messages.packed.unpack(bundle, 0), messages.packed.unpack(bundle, 1)];
      expect([own.begins(back), own.begins(other)]).toEqual([3, 1]);
      messages.holders[back] = messages.holders[other] = 1;
      own.leave(back, 0, true);
      own.leave(other, 0, true);
    });
    run();
    expect(told.slice(2, 3)).toEqual(['10 lostEffects']);
    expect(told).toHaveLength(4);
  });

  it('is not lost with a place that the group leaps over while it waits elsewhere', () => {
    const { own, come, told } = aftermath({ mode: 'delayed' });
    const [first, second] = [come(), come()];
    own.leave(first, 0, true);
    own.leap(first, 0);
    expect(told).toEqual([]);
    own.leap(second, 77);
    own.lose(second, 77);
    expect(told).toEqual(['0 lostEffects']);
    const inProcess = aftermath({ mode: 'inProcess' });
    inProcess.own.leap(inProcess.come(), 0);
    expect(inProcess.told).toEqual(['0 lostEffects']);
  });
});

describe('a message that is given up', () => {
  it('is lost once, however often, unless it has had its effect', () => {
    const { own, come, told, messages } = aftermath();
    const [first, second] = [come(), come()];
    own.leave(first, 0, true);
    own.leave(first, 0, true);
    own.lose(first, 0);
    messages.effect(second, 3);
    own.leave(second, 1, true);
    expect(told).toEqual(['0 lostEffects']);
  });

  it('is lost when the group has passed its place for good, and is held until then', () => {
    const { own, come, told, messages } = aftermath();
    const [first, second] = [come(), come()];
    expect(own.isPending).toBe(false);
    own.leave(first, 7, false);
    own.leave(second, 8, false);
    own.leave(first, 7, false);
    expect([told, own.isPending]).toEqual([[], true]);
    expect([first, second].map((message) => messages.holders[message])).toEqual([2, 2]);
    messages.effect(second, 3);
    own.passed(9);
    own.passed(8);
    expect([told, own.isPending]).toEqual([[], true]);
    own.passed(7);
    own.passed(7);
    expect(told).toEqual(['0 lostEffects']);
    expect(own.isPending).toBe(false);
    expect([first, second].map((message) => messages.holders[message])).toEqual([1, 1]);
  });

  it('is a dead letter where there are any, and no loss', () => {
    for (const mode of [undefined, 'inProcess'] as const) {
      const { own, come, told } = aftermath({
        onPoison: 'deadLetter',
        ...(mode === undefined ? {} : { mode }),
      });
      come();
      const message = come();
      own.leave(message, 0, false);
      expect(told).toEqual(['0 deadLettered', `0 dead ${message}`]);
      own.lose(message, 0);
      own.passed(0);
      expect(told).toHaveLength(2);
      expect(own.isPending).toBe(false);
    }
  });
});
