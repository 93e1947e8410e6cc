import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { samplers } from '../../../src/kernel/distribution.js';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import type { Instance, Resident } from '../../../src/model/data/instances/instance.js';
import { levels } from '../../../src/model/data/figures/levels.js';
import { Messages } from '../../../src/model/modules/messaging/messages.js';
import { OutboxTable } from '../../../src/model/modules/messaging/outbox.js';
import { sink } from '../../../src/model/data/figures/sink.js';
import type { World } from '../../../src/model/modules/world.js';
import { OUTCOME } from '../../../src/contracts/outcome.js';
import type { Outcome } from '../../../src/contracts/outcome.js';
import type { PlanOutbox } from '../../../src/contracts/plan/messaging.js';
import { dice } from '../../support/dice.js';
import { timetable } from '../../support/timetable.js';

interface Options {
  readonly mode?: 'polling' | 'cdc';
  readonly batchSize?: number;
  /** Looks and marks take a program. */
  readonly asks?: boolean;
  /** For `cdc`: delays of following the log. */
  readonly delayNs?: readonly number[];
}

const LOOK = 500;
const MARK = 501;

/**
 * The outbox of a service with two instances, 10 and 11, polled every 100 ns. `told`: published messages, `100 t7 m2
 * by 10`, and programs that run, `100 look by 10`.
 */
function table(options: Options = {}) {
  const { mode = 'polling', batchSize = 2, asks = false, delayNs = [30] } = options;
  const times = timetable();
  levels.reset(1);
  samplers.reset();
  sink.cell = -1;
  const gauge = levels.register();
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  const fleet = [10, 11].map((id) => ({
    id,
    shut: false,
    frozen: FROZEN.no as number,
    residents: [] as Resident[],
  }));
  const took: number[] = [];
  const kept = new Map<string, () => number>();
  const seen = { since: NaN, again: 0 };
  const programs: { record: number; program: number }[] = [];
  const published: { message: number; round: number }[] = [];
  const looks: number[] = [];
  const world = {
    plan: {
      seed: 1,
      faults: [],
      components: [
        { name: 'before', firstInstance: 0, instances: 10 },
        { name: 'orders', firstInstance: 10, instances: 2 },
      ],
    },
    replication: 0,
    keys: {},
    kept,
    instances: [...Array.from({ length: 10 }, () => null), ...fleet, null],
    meters: {
      gauge: () => gauge,
      age: () => 'age',
      durations: () => 'delays',
      counter: () => 'again',
      count: () => seen.again++,
      took: (_: string, cell: number, ns: number) => took.push(cell, ns),
      turn: (_: string, since: number) => (seen.since = since),
    },
    outages: { terminations: { look: ({ id }: Instance) => looks.push(id) } },
    tasks: {
      register: () => 9,
      start: (
        owner: number,
        record: number,
        id: number,
        part: number,
        context: { lineageA: number },
        program: number,
      ) => {
        if (owner !== 9 || part !== 6) throw new Error('work of somebody else');
        contexts.add(context.lineageA);
        programs.push({ record, program });
        tell(`${program === LOOK ? 'look' : 'mark'} by ${id}`);
      },
    },
  } as unknown as World;
  const contexts = new Set<number>();
  const messages = new Messages(world);
  const spec = {
    component: 1,
    part: 6,
    spec: { mode, pollNs: 100, batchSize },
    look: asks ? LOOK : -1,
    mark: asks ? MARK : -1,
    cdcLatency: samplers.add({ kind: 'empirical', valuesNs: delayNs }),
    connector: -1,
  } as unknown as PlanOutbox;
  const own = new OutboxTable(world, messages, spec, 4, {
    publish: (topic, message, outbox, round, instance) => {
      if (outbox !== 4) throw new Error('a row of another outbox');
      published.push({ message, round });
      tell(`t${topic} m${message} by ${instance}`);
    },
  });
  return {
    own,
    messages,
    told,
    took,
    looks,
    fleet,
    published,
    programs,
    contexts,
    rows: () => [kept.get('orders.rows')!(), levels.value(gauge)],
    since: () => seen.since,
    again: () => seen.again,
    message: () => messages.withoutRequest(1, 2, messages.slots.used),
    at: times.at,
    run: (until = 1000) => times.run(until),
    /** The first row that is on its way is with its topic, or refused. */
    confirm: (outcome: Outcome = OUTCOME.ok) => own.confirmed(published.shift()!.round, outcome),
    /** The program that began first ends. */
    end: (outcome: Outcome = OUTCOME.ok) => own.taskEnded(programs.shift()!.record, outcome),
    busy: () => fleet.map(({ residents }) => residents.some((one) => one.isBusy!())),
    die: (at: number) => {
      fleet[at]!.shut = true;
      for (const resident of fleet[at]!.residents) resident.died();
    },
  };
}

describe('rows of a table that is polled', () => {
  it('are published in batches by the first instance that is up, and go when they are confirmed', () => {
    const { own, told, at, run, rows, since, took, confirm, message, busy, looks } = table();
    at(10, () => [7, 8, 7].forEach((topic) => own.write(-1, topic, message())));
    at(20, () => expect([rows(), since(), busy()]).toEqual([[3, 3], 10, [false, false]]));
    at(110, () => {
      expect(busy()).toEqual([true, false]);
      confirm();
      expect(rows()).toEqual([3, 3]);
      confirm();
      expect([rows(), since(), busy()]).toEqual([[1, 1], 10, [false, false]]);
      expect(looks).toEqual([10]);
    });
    at(250, () => confirm());
    run(450);
    expect(told).toEqual(['100 t7 m0 by 10', '100 t8 m1 by 10', '200 t7 m2 by 10']);
    expect([rows(), since()]).toEqual([[0, 0], Infinity]);
    expect(took).toEqual([-1, 100, -1, 100, -1, 240]);
  });

  it('are not polled while a batch is in flight, nor by instances that are shut or paused', () => {
    const { own, told, at, run, confirm, message, fleet } = table({ batchSize: 1 });
    at(10, () => [7, 8].forEach((topic) => own.write(-1, topic, message())));
    fleet[0]!.shut = true;
    at(350, () => confirm());
    at(360, () => (fleet[1]!.frozen = FROZEN.hang));
    at(460, () => (fleet[1]!.frozen = FROZEN.pause));
    at(560, () => (fleet[0]!.shut = false));
    run(650);
    expect(told).toEqual(['100 t7 m0 by 11', '600 t8 m1 by 10']);
  });

  it('are looked at and marked by programs, each with draws of its own', () => {
    const { own, told, at, run, confirm, end, message, contexts, rows, looks } = table({
      asks: true,
    });
    at(10, () => [7, 8].forEach((topic) => own.write(-1, topic, message())));
    at(110, () => end());
    at(120, () => (confirm(), confirm()));
    at(130, () => end());
    at(135, () => expect([rows(), looks]).toEqual([[1, 1], []]));
    at(140, () => end());
    at(145, () => expect([rows(), looks]).toEqual([[0, 0], [10]]));
    run(250);
    expect(told).toEqual([
      '100 look by 10',
      '110 t7 m0 by 10',
      '110 t8 m1 by 10',
      '120 mark by 10',
      '130 mark by 10',
      '200 look by 10',
    ]);
    expect(contexts.size).toBe(4);
  });

  it('come again when their relay dies before they are confirmed, and what it hears later is nothing', () => {
    const { own, told, at, run, confirm, message, die, again, rows, busy, took } = table();
    at(10, () => [7, 8].forEach((topic) => own.write(-1, topic, message())));
    // Another instance that dies changes nothing.
    at(140, () => die(1));
    at(141, () => expect(busy()).toEqual([true, false]));
    at(150, () => {
      die(0);
      expect(busy()).toEqual([false, false]);
      confirm();
      confirm();
      expect(rows()).toEqual([2, 2]);
    });
    run(250);
    expect([told.length, again(), took]).toEqual([2, 0, []]);
  });

  it('are the next one of its own if a poll or a mark ends for an instance that has died', () => {
    const { own, told, at, run, end, message, die, again, confirm, rows, took } = table({
      asks: true,
    });
    at(10, () => [7, 8].forEach((topic) => own.write(-1, topic, message())));
    at(150, () => {
      die(0);
      // The program was through at the same instant.
      end();
    });
    at(210, () => end());
    at(220, () => (confirm(), confirm()));
    at(230, () => end());
    // The mark of the second fails.
    at(240, () => end(OUTCOME.serverError));
    at(245, () =>
      expect([rows(), took]).toEqual([
        [1, 1],
        [-1, 210, -1, 210],
      ]),
    );
    at(310, () => end());
    at(320, () => confirm());
    run(350);
    expect(told).toEqual([
      '100 look by 10',
      '200 look by 11',
      '210 t7 m0 by 11',
      '210 t8 m1 by 11',
      '220 mark by 11',
      '230 mark by 11',
      '300 look by 11',
      '310 t8 m1 by 11',
      '320 mark by 11',
    ]);
    // Its delay has been measured.
    expect([again(), took.length]).toEqual([1, 4]);
  });

  it('come again when one of them is refused', () => {
    const { own, told, at, run, confirm, message, again } = table();
    at(10, () => [7, 8].forEach((topic) => own.write(-1, topic, message())));
    at(120, () => {
      confirm();
      confirm(OUTCOME.timeout);
    });
    run(250);
    expect(told.slice(2)).toEqual(['200 t7 m0 by 10', '200 t8 m1 by 10']);
    expect(again()).toBe(2);
  });
});

describe('rows of a transaction', () => {
  it('are there with its commit, in their order, or never', () => {
    const { own, told, at, run, message, messages, rows } = table();
    at(10, () => {
      own.write(3, 7, message());
      own.write(4, 8, message());
      own.write(3, 9, message());
      expect(rows()).toEqual([0, 0]);
      expect(own.committed().begin(3, 0)).toBe(OUTCOME.ok);
      expect(rows()).toEqual([2, 2]);
      // Nothing of it is left.
      own.ended(3);
      own.committed().begin(3, 0);
      own.committed().begin(5, 0);
      expect(rows()).toEqual([2, 2]);
      expect(messages.slots.used).toBe(3);
      own.ended(4);
      own.committed().begin(4, 0);
      expect([messages.slots.used, rows()]).toEqual([2, [2, 2]]);
    });
    run(150);
    expect(told).toEqual(['100 t7 m0 by 10', '100 t9 m2 by 10']);
  });
});

describe('rows of a log that is followed', () => {
  it('are published in the order of their commits, and no sooner than those before them', () => {
    const { own, told, at, run, message } = table({ mode: 'cdc', delayNs: [20, 90] });
    for (let k = 0; k < 20; k++) at(10 * k, () => own.write(-1, 7, message()));
    run();
    const times = told.map((line) => Number(line.split(' ')[0]));
    expect(told.map((line) => line.split(' ')[2])).toEqual(times.map((_, k) => `m${k}`));
    expect(told.every((line) => line.endsWith('by -1'))).toBe(true);
    times.forEach((time, k) => {
      const delay = time - 10 * k;
      const isHeldUp = k > 0 && time === times[k - 1];
      expect(delay === 20 || delay === 90 || isHeldUp).toBe(true);
    });
    expect(new Set(times).size).toBeGreaterThan(3);
    expect(new Set(times).size).toBeLessThan(20);
  });

  it('are sent again until they are there, whatever the others do', () => {
    const { own, told, at, run, message, confirm, again, rows, since, took } = table({
      mode: 'cdc',
    });
    at(10, () => own.write(-1, 7, message()));
    at(20, () => own.write(-1, 8, message()));
    at(60, () => {
      confirm(OUTCOME.timeout);
      confirm();
      expect([rows(), since(), again()]).toEqual([[1, 1], 10, 1]);
    });
    at(80, () => confirm());
    run();
    expect(told).toEqual(['40 t7 m0 by -1', '50 t8 m1 by -1', '60 t7 m0 by -1']);
    expect([rows(), since(), again()]).toEqual([[0, 0], Infinity, 1]);
    expect(took).toEqual([-1, 40, -1, 70]);
  });
});

describe('an outbox under deaths and refusals', () => {
  it('loses no row, and counts what it publishes more than once', () => {
    for (let seed = 1; seed < 16; seed++) {
      const roll = dice(Math.imul(seed, 0x9e3779b1));
      const own = table({ batchSize: 1 + roll(4), asks: roll(2) === 0 });
      let count = 0;
      const step = (): void => {
        const what = roll(10);
        if (what < 2 && count < 20) own.own.write(-1, count++, own.message());
        else if (what === 2) {
          own.die(roll(2));
          for (const one of own.fleet) one.shut = roll(3) === 0;
        } else if (own.programs.length > 0) own.end(roll(8) === 0 ? OUTCOME.reset : OUTCOME.ok);
        else if (own.published.length > 0)
          own.confirm(roll(8) === 0 ? OUTCOME.timeout : OUTCOME.ok);
      };
      for (let k = 1; k < 400; k++) own.at(20 * k + 1, step);
      for (let k = 400; k < 600; k++) {
        own.at(20 * k + 1, () => {
          for (const one of own.fleet) one.shut = false;
          while (own.programs.length > 0) own.end();
          while (own.published.length > 0) own.confirm();
        });
      }
      own.run(11_990);
      // Each row has its own topic; slots are reused.
      const rows = own.told.flatMap((line) => / t(\d+) /.exec(line)?.[1] ?? []).map(Number);
      expect([...new Set(rows)]).toEqual(Array.from({ length: count }, (_, k) => k));
      expect(own.again()).toBe(rows.length - count);
      expect(own.took).toHaveLength(2 * count);
      expect(own.rows()).toEqual([0, 0]);
      expect(own.busy()).toEqual([false, false]);
    }
  });
});
