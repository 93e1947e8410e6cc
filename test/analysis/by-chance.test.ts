import { describe, expect, it } from 'vitest';
import { chanceIn, sketchOf, withoutChance } from '../../src/analysis/story/by-chance.js';
import { episodesOf, type Health } from '../../src/analysis/story/health.js';
import type { StepInfluence } from '../../src/analysis/story/influence.js';
import type { Lane } from '../../src/analysis/measure/lanes.js';
import type { Saturation } from '../../src/analysis/story/saturation.js';
import type { Scene } from '../../src/analysis/story/scene.js';
import type { CauseFact } from '../../src/contracts/result/cause.js';
import type { HealthState } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

const STEPS = 60;
/** Steps [0, 20) lie before the first fault. */
const BASELINE = 20;
const NAMES = ['target', 'caller', 'side', 'users.go'];
const USERS = 3;
const PER_STEP = 10;

interface Written {
  /** Steps in which a lane is degraded. */
  readonly ill?: Readonly<Record<string, readonly [from: number, until: number]>>;
  /** Steps in which all workers of a lane are in use. */
  readonly full?: Readonly<Record<string, readonly (readonly [from: number, until: number])[]>>;
  readonly influences?: readonly Partial<StepInfluence>[];
  /** Calling and called components. */
  readonly calls?: readonly (readonly [caller: string, callee: string])[];
  /** Requests of users that fail in each step in which they are degraded. */
  readonly lost?: number;
  /** Requests that fail before the fault, by step. */
  readonly lostBefore?: Readonly<Record<number, number>>;
  /** Requests of users that are slower than usual in each such step. */
  readonly slow?: number;
  /** No fault strikes. */
  readonly isSpared?: boolean;
  /** The inferred cause is no fault, but a component that is full. */
  readonly isFull?: boolean;
}

/** One run, with a fault on `target` from step 20 to 30. */
function sceneOf({
  ill = {},
  full = {},
  calls = [],
  lost = 0,
  lostBefore = {},
  slow = 0,
  isSpared = false,
}: Written): Scene {
  const isIn = (step: number, [from, until]: readonly [number, number]): boolean =>
    step >= from && step < until;
  const lanes = NAMES.map((name, component) => {
    const busy = Float64Array.from({ length: STEPS }, (_, step) =>
      (full[name] ?? []).some((span) => isIn(step, span)) ? 4 : 1,
    );
    const up = new Float64Array(STEPS).fill(1);
    const cpu = new Float64Array(STEPS);
    const arrivals = new Float64Array(STEPS).fill(PER_STEP);
    const good = arrivals.map((n, step) =>
      isIn(step, ill[name] ?? [0, 0]) ? n - lost : n - (lostBefore[step] ?? 0),
    );
    const workers = component === USERS ? 0 : 4;
    const parts = [component];
    const slowUntil = (until: number): number =>
      slow * arrivals.filter((_, step) => step < until && isIn(step, ill[name] ?? [0, 0])).length;
    const usualUntil = (step: number) => ({
      quantile: () => 1,
      countAtLeast: () => slowUntil(step),
    });
    const [workersAt, placesAt] = [up.map(() => workers), up.map(() => Infinity)];
    const levels = { busy, cpu, up, workersAt, placesAt, arrivals, good, usualUntil };
    return { name, component, parts, workers, cores: 1, ...levels } as unknown as Lane;
  });
  const laneOf = (name: string): Lane => lanes[NAMES.indexOf(name)]!;
  const health = new Map<Lane, Health>(
    lanes.map((lane) => {
      const span = ill[lane.name] ?? [0, 0];
      const states = Array.from({ length: STEPS }, (_, step): HealthState =>
        isIn(step, span) ? 'degraded' : 'ok',
      );
      return [lane, { states, episodes: episodesOf(states) }];
    }),
  );
  const saturations = new Map<Lane, Saturation>();
  for (const lane of lanes) {
    const first = (full[lane.name] ?? []).find(([from]) => from >= BASELINE);
    if (first === undefined) continue;
    const [from, until] = first;
    saturations.set(lane, { from, until, resource: 'workers', atNs: from * 1e9 });
  }
  return {
    data: { plan: { faults: [] }, requests: [USERS] },
    steps: { count: STEPS, lengthNs: new Float64Array(STEPS).fill(1e9) },
    lanes,
    links: calls.map(([caller, callee]) => ({
      caller: laneOf(caller),
      callee: laneOf(callee),
      stats: [],
    })),
    health,
    saturations,
    baseline: isSpared ? 0 : BASELINE,
    faultsNs: isSpared ? [] : [20e9],
    hits: [{ stats: new Set(), components: new Set([0]), from: 20, until: 30 }],
  } as unknown as Scene;
}

/** Lanes that are degraded, and lanes that are saturated, in the first of these runs. */
function told(runs: readonly Written[]): { ill: string[]; full: string[] } {
  const scenes = runs.map(sceneOf);
  const sketches = scenes.map((scene, k) =>
    sketchOf(
      scene,
      (runs[k]!.influences ?? []) as readonly StepInfluence[],
      [runs[k]!.isFull === true ? FULL : FAULT] as unknown as readonly CauseFact[],
    ),
  );
  const [scene] = scenes as [Scene, ...Scene[]];
  const [sketch] = sketches;
  const { health, saturations } = withoutChance(scene, chanceIn(sketch!, sketches));
  for (const { states, episodes } of health.values()) expect(episodes).toEqual(episodesOf(states));
  const ill = [...health].filter(([, { episodes }]) => episodes.length > 0);
  return {
    ill: ill.map(([{ name }]) => name),
    full: [...saturations.keys()].map(({ name }) => name),
  };
}

const FAULT = { kind: 'fault', subject: 'f', fault: 'f' };
const FULL = { kind: 'capacity', subject: 'side', resource: 'workers' };
const NOTHING: Written = {};
const SIDE: Written = { ill: { side: [24, 30] } };

describe('random degradation', () => {
  it('is told where most runs have it at that time, and not where few do', () => {
    expect(told([SIDE, SIDE, NOTHING]).ill).toEqual(['side']);
    expect(told([SIDE, { ill: { side: [34, 40] } }, NOTHING]).ill).toEqual(['side']);
    expect(told([SIDE, { ill: { side: [35, 40] } }, NOTHING]).ill).toEqual([]);
    expect(told([SIDE, NOTHING, NOTHING]).ill).toEqual([]);
  });

  it('is little harm to users that few runs have at that time, though a fault may reach them', () => {
    const influences = [{ from: 'target', to: 'users.go', step: 24 }];
    const hurt = (lost: number): Written => ({ ill: { 'users.go': [24, 28] }, lost, influences });
    expect(told([hurt(2), NOTHING, NOTHING]).ill).toEqual([]);
    expect(told([hurt(2), hurt(2), NOTHING]).ill).toEqual(['users.go']);
    expect(told([hurt(2), NOTHING]).ill).toEqual(['users.go']);
    // Of 600 requests 20 are more than 3 %.
    expect(told([hurt(5), NOTHING, NOTHING]).ill).toEqual(['users.go']);
    expect(
      told([{ ...hurt(2), isSpared: true }, { isSpared: true }, { isSpared: true }]).ill,
    ).toEqual([]);
  });

  it('is hardly any harm to users that not all runs without a fault have at that time', () => {
    const hurt: Written = { ill: { 'users.go': [24, 27] }, lost: 1, isSpared: true };
    const spared: Written = { isSpared: true };
    expect(told([hurt, hurt, spared]).ill).toEqual([]);
    expect(told([hurt, hurt, hurt]).ill).toEqual(['users.go']);
    // Of 600 requests 6 are more than 0.5 %.
    const more = { ...hurt, lost: 2 };
    expect(told([more, more, spared]).ill).toEqual(['users.go']);
  });

  it('is hardly any harm to users that not all runs have, if a full component is the cause', () => {
    const influences = [{ from: 'target', to: 'users.go', step: 24 }];
    const hurt: Written = { ill: { 'users.go': [24, 27] }, lost: 1, influences, isFull: true };
    expect(told([hurt, hurt, NOTHING]).ill).toEqual([]);
    expect(told([hurt, hurt, hurt]).ill).toEqual([]);
    const more = { ...hurt, lost: 5 };
    expect(told([more, more, NOTHING]).ill).toEqual(['users.go']);
  });

  it('counts the requests that are slower than usual where none fails', () => {
    const influences = [{ from: 'target', to: 'users.go', step: 24 }];
    const hurt = (slow: number): Written => ({
      ill: { 'users.go': [24, 34] },
      slow,
      influences,
    });
    expect(told([hurt(1), NOTHING, NOTHING]).ill).toEqual([]);
    expect(told([hurt(2), NOTHING, NOTHING]).ill).toEqual(['users.go']);
  });

  it('is little harm to users in most runs, if all together fail no more often than by chance', () => {
    const influences = [{ from: 'target', to: 'users.go', step: 24 }];
    const hurt = (lost: number): Written => ({ ill: { 'users.go': [24, 26] }, lost, influences });
    // 4 failures after the fault and none before it: two of three requests arrive after it, so (2/3)^4 = 20 %.
    expect(told([hurt(1), hurt(1), NOTHING]).ill).toEqual([]);
    // 12 failures: (2/3)^12 = 0.8 %.
    expect(told([hurt(3), hurt(3), NOTHING]).ill).toEqual(['users.go']);
    expect(told([hurt(1), hurt(1)]).ill).toEqual(['users.go']);
  });

  it('may come in bursts, each of which counts once', () => {
    const influences = [{ from: 'target', to: 'users.go', step: 24 }];
    const hurt: Written = { ill: { 'users.go': [24, 26] }, lost: 8, influences };
    const burst: Written = { lostBefore: { 10: 4 } };
    const single: Written = { lostBefore: { 1: 1, 7: 1, 10: 1, 15: 1 } };
    // 32 of 36 failures come after the fault: single ones do so by chance with 0.3 %, bursts of 4 with 14 %.
    expect(told([hurt, hurt, single]).ill).toEqual(['users.go']);
    expect(told([hurt, hurt, burst]).ill).toEqual([]);
  });

  it('is not told from what always happens by one run, nor by one of two', () => {
    expect(told([SIDE]).ill).toEqual(['side']);
    expect(told([SIDE, NOTHING]).ill).toEqual(['side']);
  });

  it('is held against the runs in which a fault strikes', () => {
    const spared: Written = { isSpared: true };
    expect(told([SIDE, SIDE, spared, spared, spared]).ill).toEqual(['side']);
    expect(told([SIDE, NOTHING, NOTHING, { ...SIDE, isSpared: true }]).ill).toEqual([]);
    // Without a fault nothing is chance.
    expect(told([{ ...SIDE, isSpared: true }, spared, spared]).ill).toEqual(['side']);
  });

  it('is reported for the target of a fault, and for components that it degrades', () => {
    expect(told([{ ill: { target: [24, 30] } }, NOTHING, NOTHING]).ill).toEqual(['target']);
    const spread = { ill: { caller: [24, 30] as const } };
    expect(told([spread, NOTHING, NOTHING]).ill).toEqual([]);
    const influences = [{ from: 'target', to: 'caller', step: 24 }];
    expect(told([{ ...spread, influences }, NOTHING, NOTHING]).ill).toEqual(['caller']);
    const other = [{ from: 'side', to: 'caller', step: 24 }];
    expect(told([{ ...spread, influences: other }, NOTHING, NOTHING]).ill).toEqual([]);
  });

  it('is reported for callers of a component that a fault degraded at that time', () => {
    const calls = [['caller', 'target']] as const;
    const both = (from: number): Written => ({
      calls,
      ill: { caller: [24, 30], target: [from, from + 5] },
    });
    expect(told([both(26), NOTHING, NOTHING]).ill).toEqual(['target', 'caller']);
    expect(told([both(30), NOTHING, NOTHING]).ill).toEqual(['target']);
    const side = {
      calls: [['caller', 'side']] as const,
      ill: { ...SIDE.ill, caller: [24, 30] as const },
    };
    expect(told([side, NOTHING, NOTHING]).ill).toEqual([]);
  });
});

describe('a moment without anything left', () => {
  const full = (...spans: (readonly [number, number])[]): Written => ({ full: { side: spans } });

  it('is told where most runs have it at that time, and not where few do', () => {
    expect(told([full([24, 30]), full([28, 33]), NOTHING]).full).toEqual(['side']);
    expect(told([full([24, 30]), full([45, 50]), NOTHING]).full).toEqual([]);
    expect(told([full([24, 30]), NOTHING, NOTHING]).full).toEqual([]);
  });

  it('is not reported for components that have them before the first fault as well', () => {
    expect(told([full([24, 30])]).full).toEqual(['side']);
    expect(told([full([4, 6], [24, 30])]).full).toEqual([]);
    // One step is none.
    expect(told([full([4, 5], [24, 30])]).full).toEqual(['side']);
  });

  it('is reported for the target of a fault anyway', () => {
    const own: Written = {
      full: {
        target: [
          [4, 6],
          [24, 30],
        ],
      },
    };
    expect(told([own, NOTHING, NOTHING]).full).toEqual(['target']);
  });
});

describe('a component near its limit during a fault', () => {
  const beside = (seed: number, own: string, fault: string): string => `
faultline: 1
title: Who has nothing to do with it
run: { duration: 100s, warmup: 10s, seed: ${seed}, replications: 5 }
services:
  web: { concurrency: 64, endpoints: { get: [ call: own.get ] } }
  own: { ${own} }
  other: { concurrency: 64, endpoints: { get: [ work: 5ms ] } }
workloads:
  users: { arrivals: poisson(80/s), requests: [ { name: get, steps: [ call: web.get ] } ] }
  others: { arrivals: poisson(80/s), requests: [ { name: get, steps: [ call: other.get ] } ] }
faults: [ { id: fault, ${fault}, at: 40s, for: 20s } ]
`;
  const ONE_CORE = 'cpu: 1, concurrency: 100, endpoints: { get: [ work: exponential(10ms) ] }';
  const FIVE = 'concurrency: 5, endpoints: { get: [ wait: exponential(50ms) ] }';
  const cascade = (text: string) => run(text).variant().cascade;

  it('is neither reported nor counted', () => {
    let spread = 0;
    for (let seed = 1; seed <= 3; seed++) {
      for (const own of [ONE_CORE, FIVE]) {
        const { events, blastRadius } = cascade(beside(seed, own, 'kind: crash, target: other'));
        spread += blastRadius.value!;
        expect(events.filter(({ subject }) => /^(?:own|web|users)/u.test(subject))).toEqual([]);
      }
    }
    // Without the other lanes' evidence, 0.6 to 1 of three in each run.
    expect(spread).toBeLessThan(1);
  });

  it('is reported if the fault is its own, with the number of runs', () => {
    const { events, elsewhere } = cascade(beside(1, FIVE, 'kind: slow, target: own, factor: 1.2'));
    const own = events.filter(({ subject }) => subject === 'own');
    expect(own.map(({ kind }) => kind)).toContain('saturated');
    for (const event of events) {
      expect(event.runs).toBeGreaterThanOrEqual(1);
      expect(event.runs).toBeLessThanOrEqual(5);
    }
    expect(events.find(({ kind }) => kind === 'fault')!.runs).toBe(5);
    const subjects = new Set(events.map(({ subject }) => subject));
    for (const { subject } of elsewhere) expect(subjects.has(subject)).toBe(false);
  });
});

describe('what happens in some runs only', () => {
  const of = (seed: number, probability: string) =>
    run(`
faultline: 1
title: A crash that may come
run: { duration: 40s, warmup: 2s, seed: ${seed}, replications: 8 }
services:
  shop: { concurrency: 50, endpoints: { get: [ call: stock.get ] } }
  stock: { concurrency: 50, endpoints: { get: [ wait: 5ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.get } ] } }
faults: [ { id: f, kind: crash, target: stock, at: 10s, for: 10s, probability: ${probability} } ]
`).variant().cascade;

  it('is counted, and said of the fault', () => {
    const { events, sentence, elsewhere, innocent } = of(4, '40%');
    // The fault does not strike, so it harms no component, but that does not make it harmless.
    expect(innocent).toEqual([]);
    expect(events.map(({ runs }) => runs)).toEqual(events.map(() => 3));
    expect(elsewhere).toEqual([]);
    expect(sentence).toMatch(
      /^stock crashes, with a probability of 40 % at 10 s \(in 3 of 8 runs; likely\) -> shop: errors from stock, success 0 % -> /u,
    );
  });

  it('is reported if replication 0 does not have it', () => {
    const { events, sentence, elsewhere } = of(5, '40%');
    expect(events).toEqual([]);
    expect(elsewhere).toEqual(
      ['shop', 'stock', 'users.get'].map((subject) => ({ subject, runs: 3 })),
    );
    expect(sentence).toBe(
      'No fault in run 1 (one strikes in 3 of 8 runs), and nothing degrades. Degraded in other runs only: shop (3 of 8), stock (3 of 8) and users.get (3 of 8).',
    );
  });

  it('is not said of what happens in all of them', () => {
    const { events, sentence, elsewhere } = of(5, '100%');
    expect(events.map(({ runs }) => runs)).toEqual(events.map(() => 8));
    expect(sentence).not.toContain('of 8');
    expect(elsewhere).toEqual([]);
  });
});
