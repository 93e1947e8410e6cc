import { describe, expect, it } from 'vitest';
import { fixedUnit, turn, unit } from '../../src/kernel/rng.js';
import { RareRuns } from '../../src/api/rare/trials.js';
import { splitOnce, stagesOf, type MakeWays } from '../../src/api/rare/splitting.js';
import type { Turn } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { runPlan } from '../../src/run/run.js';
import { load } from '../../src/api/load.js';
import { questionsOf } from '../../src/api/questions.js';

/** A clerk with some chairs, as M/M/1/K at 30 % load. */
const desk = (chairs: number): string => `
faultline: 1
title: A desk
run: { duration: 150ms, warmup: 60ms, seed: 3 }
services: { desk: { concurrency: 1, queue: { capacity: ${chairs} }, endpoints: { ask: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(30/s), requests: [ { call: desk.ask } ] } }
`;

function runsOf(text: string): RareRuns {
  const prepared = load(text);
  const [question] = questionsOf(prepared, ['users.share.rejectedOverload']);
  const variant = prepared.file.variants[0]!;
  return new RareRuns({ variant, file: prepared.file }, question!.measure.metric, 'desk');
}

describe('a run that turns', () => {
  const runs = runsOf(desk(10));
  const run = (replication: number, turns: readonly Turn[]): RunRecord =>
    runPlan({ ...runs.plan, turns }, replication);
  const levelsOf = (record: RunRecord): readonly number[] => [...runs.trialOf(record).levels];

  it('is the same up to there, and another future afterwards', () => {
    const plain = levelsOf(run(1, []));
    const futures = [1, 2, 3, 4].map((a) => levelsOf(run(1, [{ cell: 60, a, b: 9 }])));
    for (const future of futures) expect(future.slice(0, 60)).toEqual(plain.slice(0, 60));
    expect(new Set([plain, ...futures].map((own) => own.join(' '))).size).toBe(5);
    expect(run(1, [{ cell: 60, a: 1, b: 9 }])).toEqual(run(1, [{ cell: 60, a: 1, b: 9 }]));
  });

  it('changes nothing of the next run', () => {
    const before = runPlan(runs.plan, 2).digest;
    run(1, [{ cell: 0, a: 5, b: 7 }]);
    expect(runPlan(runs.plan, 2).digest).toBe(before);
  });

  it('keeps what says what something is', () => {
    const draws = (): readonly number[] => [fixedUnit(1, 2, 3, 4, 5), unit(1, 2, 3, 4, 5)];
    const [fixed, free] = draws();
    expect(fixed).toBe(free);
    turn(77, -3);
    const turned = draws();
    turn(0, 0);
    expect([turned[0], turned[1] === free]).toEqual([fixed, false]);
  });

  it.each([
    ['exponential(200ms)', 4],
    // The rest of these depends on how long they have lasted.
    ['lognormal(p50=200ms p99=210ms)', 1],
    ['200ms', 1],
  ])('gives the rest of a wait of %s in service another end: %d futures', (wait, futures) => {
    const one = `
faultline: 1
title: One request in service
run: { duration: 2s, seed: 3 }
services: { desk: { concurrency: 1, endpoints: { ask: [ wait: ${wait} ] } } }
workloads: { users: { arrivals: { at: [ 990ms ] }, requests: [ { call: desk.ask } ] } }
`;
    const { plan } = runsOf(one);
    // The wait begins at 990 ms, and the run turns at 1 s.
    const digests = [1, 2, 3, 4].map((a) => {
      const turns = [{ cell: 100, a, b: 9 }];
      return runPlan({ ...plan, turns }, 1).digest;
    });
    expect(new Set(digests).size).toBe(futures);
  });

  it('may end early with the same figures up to there', () => {
    const whole = runs.trialOf(run(4, []));
    const cut = runs.trialOf(
      runPlan(runs.planOf({ replication: 4, turns: [], since: 0, until: 80 }), 4),
    );
    expect([...cut.levels.subarray(0, 80)]).toEqual([...whole.levels.subarray(0, 80)]);
    expect(cut.hits(0, 80)).toBe(whole.hits(0, 80));
  });
});

describe('splitting of M/M/1/K', () => {
  // The share of refusals is (1 - r) r^K / (1 - r^(K + 1)), with r = 0.3 and K = chairs + 1.
  it.each([[4, 1.7e-3]])('agrees with theory: %i chairs', async (chairs, about) => {
    const load = 0.3;
    const room = chairs + 1;
    const truth = ((1 - load) * load ** room) / (1 - load ** (room + 1));
    expect(truth).toBeCloseTo(about, 4);
    const runs = runsOf(desk(chairs));
    const make: MakeWays = (ways) =>
      Promise.resolve(ways.map((way) => runs.trialOf(runPlan(runs.planOf(way), way.replication))));
    const key = { a: 1, b: 2 };
    const stages = await stagesOf(make, key, runs.cells);
    if (typeof stages === 'string') throw new Error(stages);
    const shares: number[] = [];
    for (let number = 0; number < 6; number++) {
      const { hits, trials } = (await splitOnce(make, stages, { key, number, cells: runs.cells }))!;
      shares.push(hits / trials);
    }
    const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    expect(Math.abs(mean / truth - 1)).toBeLessThan(0.25);
  });
});
