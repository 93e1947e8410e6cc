import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import { derive, lineage } from '../../src/kernel/rng.js';
import type { Draws } from '../../src/model/path/draws.js';
import { FROZEN } from '../../src/model/data/instances/process.js';
import { Joins, inherit } from '../../src/model/path/joins.js';
import { REGISTERS, STATE, strands } from '../../src/model/data/strands/strands.js';
import type { World } from '../../src/model/modules/world.js';
import { HINTED, OUTCOME } from '../../src/contracts/outcome.js';

interface Rule {
  readonly each?: number;
  readonly needed?: number;
  readonly within?: number;
  readonly most?: number;
  /** First instruction of each branch. */
  readonly starts?: readonly number[];
  /** Instance 1 yields its worker where it waits. */
  readonly instance?: 0 | 1;
  /** Branches, by their number, that end as they begin, and how. */
  readonly atOnce?: readonly (number | undefined)[];
  /** Whether the strand continues after a failed join. */
  readonly survives?: boolean;
  /** Branches without which the answer is complete. */
  readonly unneeded?: readonly number[];
}

const FORK = 2;
const { ok, serverError, timeout, degraded } = OUTCOME;

/** A strand before a join of three branches that start at 20, 30 and 40; the rest of it starts at 50. */
function fork(rule: Rule = {}) {
  const { each = -1, needed = -1, within = -1, most = -1, starts = [20, 30, 40] } = rule;
  const { instance = 0, atOnce = [], survives = false, unneeded = [] } = rule;
  engine.reset();
  strands.reset();
  // Nothing but the join may set it.
  derive(8, 9, 10);
  const told: unknown[][] = [];
  const tell =
    (name: string) =>
    (...what: unknown[]): void =>
      void told.push([name, ...what]);
  const optional = starts.map((_, k) => (unneeded.includes(k) ? 1 : 0));
  // A join with a time limit has the number of branches that its answer needs.
  const needs = within < 0 ? needed : starts.length - unneeded.length;
  const table = Float64Array.of(each, needs, within, most, 50, 6, 70, ...starts, ...optional);
  const code = new Int32Array(16);
  code[(FORK << 2) + 3] = 1;
  const instances = [
    { yields: false, frozen: FROZEN.no as number, stalled: [] as number[] },
    { yields: true, frozen: FROZEN.no as number, stalled: [] as number[] },
  ];
  const server = {
    stopBranches: (parent: number, isHeard: boolean) => {
      const left: number[] = [];
      for (let at = strands.child[parent]!; at >= 0; at = strands.sibling[at]!) left.push(at);
      strands.child[parent] = -1;
      tell('stop')(parent, isHeard, left);
    },
    freeStrand: tell('free'),
  };
  const world = {
    plan: { program: { code, tables: [new Float64Array(8), table] } },
    instances,
    server,
    workers: { releaseWorker: tell('release') },
  };
  const branches: number[] = [];
  strands.open(0, 0, 0);
  const parent = strands.open(instance, 11, 12);
  const joins = new Joins(
    world as unknown as World,
    {
      run: (strand) => {
        if (strand !== parent) {
          branches.push(strand);
          const outcome = atOnce[branches.length - 1];
          if (outcome !== undefined) joins.endBranch(strand, outcome);
          return;
        }
        tell('run')(strand, strands.pc[strand], strands.state[strand]);
      },
      failed: (strand, outcome, mode, target) => {
        tell('failed')(strand, outcome, mode, target);
        return survives;
      },
    },
    {
      count: (strand: number, pc: number, id: number) => (tell('count')(strand, pc, id), 2),
    } as unknown as Draws,
  );
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  return {
    joins,
    parent,
    branches,
    told,
    instances,
    resumes: ['run', parent, 50, STATE.READY] as unknown[],
    /** Notifications other than the freeing of strands. */
    news: () => told.filter(([what]) => what !== 'free'),
    start: () => joins.fork(parent, FORK),
    end: (nth: number, outcome: number) => joins.endBranch(branches[nth]!, outcome),
    at: (time: number, act: () => void) =>
      engine.at(time, PHASE.ARRIVAL, op, acts.push(act) - 1, 0, 0),
    run: () => engine.run(10_000, Infinity),
  };
}

describe('the branches of a join', () => {
  it('begin at once, one behind the other, each with a lineage of its own', () => {
    const { start, parent, branches, told } = fork();
    strands.returns[parent] = 3;
    strands.request[parent] = 8;
    expect(start()).toBe(false);
    expect(branches).toHaveLength(3);
    expect([told, strands.state[parent], strands.joining[parent]]).toEqual([[], STATE.JOINING, 3]);
    branches.forEach((branch, nth) => {
      derive(11, 12, 0x2000 + nth);
      const { lineageA, lineageB, pc, state, returns, request } = strands;
      const own = [lineageA, lineageB, pc, state, returns, request].map((column) => column[branch]);
      expect(own).toEqual([lineage.a, lineage.b, 20 + 10 * nth, STATE.READY, 3, 8]);
      expect([strands.parent[branch], strands.instance[branch]]).toEqual([parent, 0]);
    });
    expect([strands.child[parent], ...branches.map((branch) => strands.sibling[branch])]).toEqual([
      branches[2],
      -1,
      branches[0],
      branches[1],
    ]);
  });

  it('run the drawn number of times each, in turn', () => {
    const { start, parent, branches, told } = fork({ each: 4 });
    start();
    expect(told).toEqual([['count', parent, FORK, 4]]);
    expect(branches.map((branch) => strands.pc[branch])).toEqual([20, 30, 40, 20, 30, 40]);
    expect(strands.branches[parent]).toBe(6);
    const first = fork({ each: 0 });
    first.start();
    expect(first.branches).toHaveLength(6);
  });

  it('take over what belongs to the request and the call', () => {
    strands.reset();
    const [other, parent, branch] = [0, 1, 2].map(() => strands.open(0, 0, 0)) as [
      number,
      number,
      number,
    ];
    const columns = [
      'part',
      'request',
      'arrival',
      'rootA',
      'rootB',
      'level',
      'priority',
      'cancelNotified',
      'deadline',
      'traceRoot',
      'callA',
      'callB',
    ] as const;
    columns.forEach((column, k) => (strands[column][parent] = k + 1));
    for (let k = 0; k < REGISTERS; k++) strands.registers[parent * REGISTERS + k] = 21 + k;
    const next = (branch + 1) * REGISTERS;
    strands.registers[next] = 99;
    inherit(branch, parent);
    expect(columns.map((column) => strands[column][branch])).toEqual(columns.map((_, k) => k + 1));
    expect([...strands.registers.slice(branch * REGISTERS, next + 1)]).toEqual([
      21, 22, 23, 24, 99,
    ]);
    expect([...strands.registers.slice(other * REGISTERS, parent * REGISTERS)]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('let their worker go with their end, and their parent while it waits, where threads do not keep it', () => {
    const { start, end, told, parent, branches, instances } = fork({ instance: 1 });
    start();
    end(1, ok);
    expect(told).toEqual([
      ['release', parent, instances[1]],
      ['release', branches[1], instances[1]],
      ['free', branches[1]],
    ]);
  });

  it('are limited in number at a time; one that ends makes room for the next', () => {
    const { start, end, news, branches, parent, resumes } = fork({ most: 2 });
    start();
    expect(branches).toHaveLength(2);
    end(0, ok);
    expect([branches.length, strands.joining[parent], strands.state[parent]]).toEqual([
      3,
      2,
      STATE.JOINING,
    ]);
    end(2, ok);
    expect(news()).toEqual([]);
    end(1, ok);
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
  });

  it('are none at once where one more would be too many, and all where there is no bound', () => {
    const one = fork({ most: 1 });
    one.start();
    expect(one.branches).toHaveLength(1);
    const none = fork({ most: 3 });
    none.start();
    expect(none.branches).toHaveLength(3);
  });

  it('that end as they begin join once all have begun', () => {
    const { start, told, branches, parent } = fork({ atOnce: [ok, ok, ok] });
    // The strand continues by itself, without a call to run it.
    expect(start()).toBe(true);
    expect(told).toEqual([
      ...branches.map((branch) => ['free', branch]),
      ['stop', parent, true, []],
    ]);
    expect([strands.pc[parent], strands.state[parent], strands.joining[parent]]).toEqual([
      50,
      STATE.READY,
      0,
    ]);
  });

  it('that end as they begin make room for the next, in whatever order', () => {
    const { start, end, branches, news, parent, resumes } = fork({
      most: 1,
      starts: [20, 20, 20, 20],
      atOnce: [undefined, ok, ok, undefined],
    });
    start();
    end(0, ok);
    expect([branches.length, strands.joining[parent]]).toEqual([4, 1]);
    expect(news()).toEqual([]);
    end(3, ok);
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
  });

  it('that all end as they begin behind the first end the join with it', () => {
    const { start, end, news, parent, resumes } = fork({ most: 1, atOnce: [undefined, ok, ok] });
    start();
    end(0, ok);
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
  });

  it('that fail as they begin keep the others from beginning', () => {
    const { start, branches, told, parent } = fork({ atOnce: [undefined, serverError] });
    expect(start()).toBe(false);
    expect(branches).toHaveLength(2);
    expect(told).toEqual([
      ['free', branches[1]],
      ['stop', parent, true, [branches[0]]],
      ['failed', parent, serverError, 6, 70],
    ]);
  });
});

describe('a join of all', () => {
  it('is over with its last branch, and its strand continues after it', () => {
    const { start, end, news, parent, resumes, branches } = fork();
    start();
    const stamp = strands.stamp[parent]!;
    end(1, ok);
    end(0, ok);
    expect([strands.child[parent], strands.sibling[branches[2]!]]).toEqual([branches[2], -1]);
    expect(news()).toEqual([]);
    end(2, ok);
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
    expect(strands.stamp[parent]).toBe(stamp + 1);
  });

  it('ends with its first failure, and stops the others', () => {
    const { start, end, news, parent, branches } = fork();
    start();
    end(0, ok);
    end(2, timeout);
    expect(news()).toEqual([
      ['stop', parent, true, [branches[1]]],
      ['failed', parent, timeout, 6, 70],
    ]);
    expect([strands.outcome[parent], strands.joining[parent]]).toEqual([0, 0]);
  });

  it('continues after a failure if its mode says so', () => {
    const { start, end, news, resumes } = fork({ survives: true });
    start();
    end(0, serverError);
    expect(news().at(-1)).toEqual(resumes);
  });

  it('is a makeshift where one of its branches was', () => {
    const flags = [
      [0, ok],
      [1, ok],
      [0, degraded],
      [1, degraded],
      [1, serverError],
    ].map(([flag, outcome]) => {
      const { start, end, parent, branches } = fork();
      start();
      strands.degraded[branches[1]!] = flag!;
      end(1, outcome!);
      return strands.degraded[parent];
    });
    expect(flags).toEqual([0, degraded, degraded, degraded, 0]);
  });
});

describe('a join of some', () => {
  it('is over after enough successes, and stops the others', () => {
    const { start, end, news, parent, branches, resumes } = fork({ needed: 2 });
    start();
    end(0, serverError);
    end(2, ok);
    expect(news()).toEqual([]);
    end(1, ok);
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
    const two = fork({ needed: 1 });
    two.start();
    two.end(1, ok);
    expect(two.news()[0]).toEqual(['stop', two.parent, true, [branches[2], branches[0]]]);
  });

  it('fails when there are not enough left, with its first failure and what that says of another try', () => {
    const { start, end, news, parent, branches } = fork({ needed: 2 });
    start();
    strands.hint[branches[0]!] = 400;
    strands.hint[branches[2]!] = 900;
    end(0, serverError | HINTED);
    end(2, timeout | HINTED);
    expect(news()).toEqual([
      ['stop', parent, true, [branches[1]]],
      ['failed', parent, serverError | HINTED, 6, 70],
    ]);
    expect(strands.hint[parent]).toBe(400);
  });

  it('says nothing of another try where the failure does not', () => {
    const { start, end, parent, branches } = fork();
    start();
    strands.hint[parent] = 7;
    strands.hint[branches[0]!] = 400;
    end(0, serverError);
    expect(strands.hint[parent]).toBe(7);
  });

  it('counts those that have not begun among those that may succeed', () => {
    const { start, end, news, resumes, branches } = fork({ needed: 2, most: 1 });
    start();
    end(0, serverError);
    end(1, ok);
    expect([branches.length, news()]).toEqual([3, []]);
    end(2, ok);
    expect(news().at(-1)).toEqual(resumes);
  });

  it('starts no more after enough successes, or when they are impossible', () => {
    const done = fork({ needed: 1, most: 1 });
    done.start();
    done.end(0, ok);
    expect([done.branches.length, done.news().at(-1)]).toEqual([1, done.resumes]);
    const lost = fork({ needed: 3, most: 1 });
    lost.start();
    lost.end(0, serverError);
    expect([lost.branches.length, lost.news().at(-1)]).toEqual([
      1,
      ['failed', lost.parent, serverError, 6, 70],
    ]);
  });

  it('of none is over at once', () => {
    const { start, told, parent } = fork({ needed: 0 });
    expect(start()).toBe(true);
    expect(told).toEqual([['stop', parent, true, []]]);
  });
});

describe('a join of what comes in time', () => {
  it('continues when its time is over, whatever has failed', () => {
    const { start, end, at, run, news, parent, resumes, branches } = fork({ within: 50 });
    at(10, start);
    at(20, () => end(0, serverError));
    at(59, () => expect(news()).toEqual([]));
    run();
    expect(engine.now).toBe(60);
    expect(news()).toEqual([['stop', parent, true, [branches[2], branches[1]]], resumes]);
  });

  it('continues earlier, when all have ended; then the end of its time has no effect', () => {
    const { start, end, at, run, news, parent, resumes } = fork({ within: 50 });
    at(10, start);
    at(20, () => [0, 1, 2].forEach((nth) => end(nth, timeout)));
    run();
    expect(news()).toEqual([['stop', parent, true, []], resumes]);
  });

  it.each([
    ['complete without a branch that is optional', [0, 1], ok],
    ['degraded without one that it needs', [0, 2], degraded],
  ])('has an answer that is %s', (_, ended, outcome) => {
    const { start, end, at, run, parent } = fork({ within: 50, unneeded: [2] });
    at(10, start);
    at(20, () => ended.forEach((nth) => end(nth, ok)));
    run();
    expect(strands.degraded[parent]).toBe(outcome === ok ? 0 : outcome);
  });

  it('of no time continues at the same instant', () => {
    const { start, at, run, news, resumes } = fork({ within: 0 });
    at(10, start);
    run();
    expect([engine.now, news().at(-1)]).toEqual([10, resumes]);
  });

  it('that ends while its process is paused is found at the resume', () => {
    const { start, at, run, news, parent, instances, joins, resumes } = fork({ within: 50 });
    at(10, start);
    at(30, () => (instances[0]!.frozen = FROZEN.pause));
    at(90, () => expect(news()).toEqual([]));
    run();
    expect(instances[0]!.stalled).toEqual([parent, strands.stamp[parent]]);
    joins.joined(parent);
    expect(news().at(-1)).toEqual(resumes);
  });
});
