import { describe, expect, it } from 'vitest';
import { samplers } from '../../src/kernel/distribution.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import { streamKey } from '../../src/kernel/rng.js';
import type { Instance } from '../../src/model/data/instances/instance.js';
import { Restarts } from '../../src/model/platform/restarts.js';
import { Starts } from '../../src/model/platform/starts.js';
import { WarmUp } from '../../src/model/data/instances/warm-up.js';
import type { World } from '../../src/model/modules/world.js';
import type { Lifecycle } from '../../src/contracts/scenario/process.js';

const constant = (valueNs: number): Distribution => ({ kind: 'constant', valueNs });
const between: Distribution = { kind: 'uniform', minNs: 100, maxNs: 1_000_000 };

interface Component {
  readonly name: string;
  readonly startup?: Distribution;
  readonly placing?: Record<string, Distribution>;
}

/** One instance of each component unless it says otherwise; the notifications of starts, with their times. */
function starts(components: readonly Component[], replicas = 1) {
  engine.reset();
  samplers.reset();
  const lifecycles = components.map(({ startup }) =>
    startup === undefined ? null : ({ startup, warmup: null } as unknown as Lifecycle),
  );
  const instances = components.flatMap((_, component) =>
    Array.from({ length: replicas }, (_none, index) => ({
      id: component * replicas + index,
      component,
      index,
      isNew: false,
      cold: null as WarmUp | null,
      lifecycle: lifecycles[component],
    })),
  );
  const plan = {
    seed: 7,
    components: components.map(({ name, placing = {} }) => ({
      name,
      placing: Object.entries(placing).map(([what, time]) => ({ name: what, time })),
    })),
  };
  const told: string[] = [];
  const world = { plan, replication: 3, instances };
  const own = new Starts(
    world as unknown as World,
    null,
    ({ id }) => told.push(`${id} at ${engine.now}`),
    () => {},
  );
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  return {
    own,
    told,
    instances: instances as unknown as (Instance & { isNew: boolean })[],
    at: (time: number, act: () => void) => engine.at(time, 0, op, acts.push(act) - 1, 0, 0),
    run: () => engine.run(10_000_000, Infinity),
  };
}

/** Value of a draw by its stream, its number and the distribution above. */
function drawn(stream: string, number: number): number {
  const key = streamKey(7, 3, stream);
  samplers.reset();
  return samplers.draw(samplers.add(between), key.a, key.b, number, 0, 0);
}

describe('a start', () => {
  it('takes no time without a start-up, and without a place to be found', () => {
    const { own, instances, told, run } = starts([
      { name: 'a' },
      { name: 'b', startup: constant(0) },
    ]);
    for (const instance of instances) expect(own.begin(instance)).toBe(true);
    run();
    expect(told).toEqual([]);
  });

  it('is over after its time', () => {
    const { own, instances, told, at, run } = starts([{ name: 'a', startup: constant(70) }]);
    const [a] = instances;
    at(30, () => expect(own.begin(a!)).toBe(false));
    run();
    expect(told).toEqual(['0 at 100']);
  });

  it('that is given up never ends; the next one does', () => {
    const { own, instances, told, at, run } = starts([{ name: 'a', startup: constant(70) }]);
    const [a] = instances;
    at(30, () => own.begin(a!));
    at(60, () => own.giveUp(a!));
    at(61, () => own.giveUp(a!));
    at(80, () => own.begin(a!));
    run();
    expect(told).toEqual(['0 at 150']);
  });

  it('that is given up is not over even where none follows', () => {
    const { own, instances, told, at, run } = starts([{ name: 'a', startup: constant(70) }]);
    at(30, () => own.begin(instances[0]!));
    at(60, () => own.giveUp(instances[0]!));
    run();
    expect(told).toEqual([]);
  });

  it('of one instance says nothing of the next one', () => {
    const { own, instances, told, at, run } = starts([{ name: 'a', startup: constant(70) }], 2);
    at(0, () => own.begin(instances[1]!));
    at(2, () => own.giveUp(instances[0]!));
    run();
    expect(told).toEqual(['1 at 70']);
  });

  it('makes a new draw each time, separately for each instance', () => {
    const { own, instances, told, at, run } = starts([{ name: 'a', startup: between }], 2);
    at(0, () => instances.forEach((one) => own.begin(one)));
    at(5_000_000, () => own.begin(instances[0]!));
    run();
    const first = drawn('a/startup/0', 0);
    const other = drawn('a/startup/1', 0);
    const second = drawn('a/startup/0', 1);
    const ends = [`0 at ${first}`, `1 at ${other}`];
    expect(told).toEqual([
      ...(first < other ? ends : ends.reverse()),
      `0 at ${5_000_000 + second}`,
    ]);
  });
});

describe('a new instance', () => {
  const placed = {
    name: 'a',
    startup: constant(70),
    placing: { node: constant(200), pull: constant(50) },
  };

  it('waits for a node and its image before it starts', () => {
    const { own, instances, told, at, run } = starts([placed]);
    instances[0]!.isNew = true;
    at(10, () => own.begin(instances[0]!));
    run();
    expect(told).toEqual(['0 at 330']);
  });

  it('that dies while it starts has its place; one that dies before waits again', () => {
    const { own, instances, told, at, run } = starts([placed]);
    const [a] = instances;
    a!.isNew = true;
    at(10, () => own.begin(a!));
    at(259, () => own.giveUp(a!));
    at(259, () => own.begin(a!));
    // Placed at 509, in which instant the process ends once more.
    at(509, () => own.giveUp(a!));
    at(509, () => own.begin(a!));
    run();
    expect(told).toEqual(['0 at 579']);
  });

  it('that takes the place of another has none yet', () => {
    const { own, instances, told, at, run } = starts([placed]);
    const [a] = instances;
    a!.isNew = true;
    at(10, () => own.begin(a!));
    at(400, () => {
      own.isNext(a!);
      own.begin(a!);
    });
    run();
    expect(told).toEqual(['0 at 330', '0 at 720']);
  });

  it('has a place to be found even where its start takes no time', () => {
    const { own, instances, told, at, run } = starts([
      { name: 'z', startup: constant(5) },
      { name: 'a', placing: { node: constant(200) } },
    ]);
    instances[1]!.isNew = true;
    at(10, () => expect(own.begin(instances[1]!)).toBe(false));
    run();
    expect(told).toEqual(['1 at 210']);
  });

  it('and none where it was there from the beginning', () => {
    const { own, instances, told, at, run } = starts([
      placed,
      { name: 'b', placing: { node: constant(9) } },
    ]);
    at(10, () => own.begin(instances[0]!));
    at(11, () => expect(own.begin(instances[1]!)).toBe(true));
    run();
    expect(told).toEqual(['0 at 80']);
  });

  it('draws its place and its start from streams of their own', () => {
    const { own, instances, told, at, run } = starts([
      { name: 'a', startup: between, placing: { node: between } },
    ]);
    instances[0]!.isNew = true;
    at(0, () => own.begin(instances[0]!));
    run();
    expect(told).toEqual([`0 at ${drawn('a/node/0', 0) + drawn('a/startup/0', 0)}`]);
  });
});

describe('a cold process', () => {
  it('is warm after its time, and slower by less and less until then', () => {
    const warm = new WarmUp(1000, 3, 200);
    expect([1199, 1200, 1201].map((now) => warm.isOver(now))).toEqual([false, true, true]);
    // Three times as long at first, twice in the middle; a tenth of the way from the end 1.2 times.
    expect([200, 700, 1100].map((now) => warm.stretched(50, now))).toEqual([150, 100, 60]);
    expect(warm.stretched(7, 201)).toBe(21);
  });

  it('begins to warm up when it has started, where its lifecycle says so', () => {
    const { own, instances, at, run } = starts([
      { name: 'a', startup: constant(1) },
      { name: 'b' },
    ]);
    const [a, b] = instances;
    Object.assign(a!, { lifecycle: { warmup: { durationNs: 1000, factor: 3 } } });
    at(40, () => own.warmUp(a!));
    at(40, () => own.warmUp(b!));
    run();
    expect(a!.cold).toEqual(new WarmUp(1000, 3, 40));
    expect(b!.cold).toBeNull();
  });
});

describe('a restart', () => {
  interface Rule {
    readonly initialNs?: number;
    readonly factor?: number;
    readonly maxNs?: number;
    readonly resetAfterNs?: number;
    readonly immediateFirst?: boolean;
  }
  /** Waits of 10, 20, 40, 50 ns, forgotten 100 ns after a start. */
  function restarts(rule: Rule | null) {
    engine.reset();
    const standard = {
      initialNs: 10,
      factor: 2,
      maxNs: 50,
      resetAfterNs: 100,
      immediateFirst: false,
    };
    const restart = rule && { ...standard, ...rule };
    const instances = [0, 1].map((id) => ({ id, component: id })) as unknown as Instance[];
    const told: string[] = [];
    const world = { instances, plan: { components: [{ restart: null }, { restart }] } };
    const own = new Restarts(world as unknown as World, ({ id }) =>
      told.push(`${id} at ${engine.now}`),
    );
    const acts: (() => void)[] = [];
    const op = engine.define('act', (index) => acts[index]!());
    return {
      own,
      told,
      watch: instances[1]!,
      plain: instances[0]!,
      at: (time: number, act: () => void, phase: number = PHASE.FAULT) =>
        engine.at(time, phase, op, acts.push(act) - 1, 0, 0),
      run: () => engine.run(10_000, Infinity),
    };
  }

  it("is the platform's where there is a rule", () => {
    const { own, watch, plain } = restarts({});
    expect([own.has(watch), own.has(plain)]).toEqual([true, false]);
  });

  it('comes after waits that grow, up to a bound', () => {
    const { own, watch, told, at, run } = restarts({});
    for (const time of [100, 120, 150, 200, 260]) at(time, () => own.plan(watch));
    at(109, () => expect(own.isWaiting(watch)).toBe(true));
    at(111, () => expect(own.isWaiting(watch)).toBe(false));
    run();
    expect(told).toEqual([110, 140, 190, 250, 310].map((at) => `1 at ${at}`));
  });

  it('begins with the first wait again when it has run for long enough', () => {
    const { own, watch, told, at, run } = restarts({});
    // Started at 110; that it has run for exactly 100 is not enough, 101 is.
    for (const time of [100, 210, 331]) at(time, () => own.plan(watch));
    run();
    expect(told).toEqual([110, 230, 341].map((at) => `1 at ${at}`));
  });

  it('comes at once the first time where the rule says so', () => {
    const { own, watch, told, at, run } = restarts({ immediateFirst: true });
    for (const time of [100, 120, 150]) at(time, () => own.plan(watch));
    run();
    expect(told).toEqual([100, 130, 170].map((at) => `1 at ${at}`));
  });

  it('at once comes behind the faults of its instant, and behind what is under way', () => {
    for (const phase of [PHASE.FAULT, PHASE.TIMER]) {
      const { own, watch, told, at, run } = restarts({ immediateFirst: true });
      at(100, () => own.plan(watch), phase);
      at(100, () => told.push('fault'), phase);
      at(100, () => told.push('later'), PHASE.ARRIVAL);
      run();
      expect(told).toEqual(['fault', '1 at 100', 'later']);
    }
  });

  it('in its instant comes behind faults that were planned after it', () => {
    const { own, watch, told, at, run } = restarts({});
    at(100, () => {
      own.plan(watch);
      at(110, () => told.push('fault'));
    });
    run();
    expect(told).toEqual(['fault', '1 at 110']);
  });

  it('is planned once', () => {
    const { own, watch, told, at, run } = restarts({});
    for (const time of [100, 105]) at(time, () => own.plan(watch));
    at(120, () => own.plan(watch));
    run();
    expect(told).toEqual(['1 at 110', '1 at 140']);
  });

  it('of a dead process does not arrive, and has ended never for its replacement', () => {
    const { own, watch, told, at, run } = restarts({});
    at(100, () => own.plan(watch));
    at(105, () => own.forget(watch));
    at(106, () => expect(own.isWaiting(watch)).toBe(false));
    at(107, () => own.plan(watch));
    run();
    expect(told).toEqual(['1 at 117']);
  });

  it('comes a nanosecond later where the wait is one', () => {
    const { own, watch, told, at, run } = restarts({ initialNs: 1 });
    at(100, () => own.plan(watch));
    run();
    expect(told).toEqual(['1 at 101']);
  });

  it('comes at once the first time only, also at the very beginning', () => {
    const { own, watch, told, at, run } = restarts({ immediateFirst: true });
    for (const time of [0, 5, 16]) at(time, () => own.plan(watch));
    run();
    expect(told).toEqual([0, 15, 36].map((at) => `1 at ${at}`));
  });

  it('at the very beginning is one all the same', () => {
    const { own, watch, told, at, run } = restarts({ initialNs: 0, immediateFirst: true });
    at(0, () => own.plan(watch));
    at(5, () => own.plan(watch));
    run();
    expect(told).toEqual(['1 at 0', '1 at 5']);
  });
});
