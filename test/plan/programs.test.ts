import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import type { Service } from '../../src/contracts/scenario/services.js';
import { disassemble, disassembleRefusal } from '../support/disassemble.js';
import { PlanError } from '../../src/plan/problem.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { Step } from '../../src/contracts/scenario/steps.js';
import {
  call,
  choose,
  constant,
  database,
  exponential,
  fail,
  fileOf,
  given,
  loop,
  ms,
  parallel,
  query,
  request,
  respond,
  scenario,
  service,
  times,
  wait,
  weighing,
  when,
  work,
  workload,
} from '../support/scenario.js';

/** A plan in which `a.run` has these steps, and may call `b.one`, `b.two` and `db.get`. */
function planOf(steps: readonly Step[], own: Partial<Service> = {}): Plan {
  const { variant, file } = fileOf(
    scenario({
      services: [
        service('a', { run: steps, helper: own.endpoints?.get('helper')?.steps ?? [] }, own),
        service('b', { one: [work(1)], two: [work(1)] }),
      ],
      databases: [database('db', { get: { wait: constant(ms(3)) } })],
      workloads: [
        workload('users', [
          request('browse', [call('a.run', { headers: { tier: 'gold' } })], { class: 'cheap' }),
          request('order', [call('a.run')], { class: 'dear' }),
        ]),
        workload('bots', [request('scrape', [call('a.run')])], { class: 'cheap' }),
      ],
    }),
  );
  return compile(variant, file);
}

const code = (steps: readonly Step[]): readonly string[] => disassemble(planOf(steps), 'a', 'run');

/** Names of the random streams of `a.run`, in the order of its instructions, unnamed ones left out. */
function streamsOf(plan: Plan): readonly string[] {
  return plan.program.streams.filter((stream) => stream.startsWith('a.run/'));
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof PlanError) return error.problems.map((p) => `${p.where} ${p.code}`);
    throw error;
  }
  return [];
}

describe('verbs', () => {
  it('runs work and wait in order and ends with ok', () => {
    expect(code([work(2), wait(5)])).toEqual(['0 WORK 2ms', '1 WAIT 5ms', '2 DONE ok 200']);
  });

  it('ends the strand when a call or a query fails', () => {
    expect(code([call('b.one'), query('db.get')])).toEqual([
      '0 CALL b.one, failure ends',
      '1 CALL db.get, failure ends',
      '2 DONE ok 200',
    ]);
  });

  it('passes a failure as it is to the client in the program of a request', () => {
    const plan = planOf([]);
    expect(disassemble(plan, 'users', 'browse')).toEqual([
      '0 CALL a.run, failure ends as it is',
      '1 DONE ok 200',
    ]);
  });

  it('ends with the outcome of fail', () => {
    expect(code([fail(503), work(1)])).toEqual([
      '0 DONE serverError 503',
      '1 WORK 1ms',
      '2 DONE ok 200',
    ]);
  });

  it('ends with the answer of respond', () => {
    expect(code([respond(202)])).toEqual(['0 DONE ok 202', '1 DONE ok 200']);
  });

  it('answers first and works on behind respond with then', () => {
    expect(code([respond(202, [call('b.one')])])).toEqual([
      '0 RESPOND ok 202',
      '1 CALL b.one, failure ends',
      '2 DONE ok 200',
      '3 DONE ok 200',
    ]);
  });

  it('draws one of the weighted branches of choose', () => {
    expect(code([choose([weighing(3, work(1)), weighing(1, work(2), work(3))])])).toEqual([
      '0 CHOOSE 3 -> 1, 1 -> 3',
      '1 WORK 1ms',
      '2 JUMP -> 5',
      '3 WORK 2ms',
      '4 WORK 3ms',
      '5 DONE ok 200',
    ]);
  });

  it('asks the branches of choose with when before weights are drawn', () => {
    const bots = when({ workload: 'bots' });
    const branches = [weighing(1, work(1)), given(bots, work(9)), weighing(1, work(2))];
    expect(code([choose(branches)])).toEqual([
      '0 WHEN bots.scrape, else -> 3',
      '1 WORK 9ms',
      '2 JUMP -> 7',
      '3 CHOOSE 1 -> 4, 1 -> 6',
      '4 WORK 1ms',
      '5 JUMP -> 7',
      '6 WORK 2ms',
      '7 DONE ok 200',
    ]);
  });

  it('counts the rounds of loop in a register', () => {
    const count = { kind: 'uniform', min: 0, max: 4 } as const;
    expect(code([loop(count, [work(1), call('b.one')])])).toEqual([
      '0 SET r0 = uniform(max=4 min=0), none -> 4',
      '1 WORK 1ms',
      '2 CALL b.one, failure ends',
      '3 LOOP r0 -> 1',
      '4 DONE ok 200',
    ]);
  });

  it('forks the branches of parallel and continues after them', () => {
    expect(code([parallel([[call('b.one')], [work(1), call('b.two')]]), work(7)])).toEqual([
      '0 FORK -> 1 3, needs all, after -> 6, failure ends',
      '1 CALL b.one, failure ends',
      '2 END',
      '3 WORK 1ms',
      '4 CALL b.two, failure ends',
      '5 END',
      '6 WORK 7ms',
      '7 DONE ok 200',
    ]);
  });

  it('writes the join, the multiplicity and the width of parallel into its table', () => {
    const branch = [[work(1)]];
    const join = (kind: Parameters<typeof parallel>[1]) => code([parallel(branch, kind)])[0];
    expect(join({ join: { kind: 'any' } })).toContain('needs 1,');
    expect(join({ join: { kind: 'quorum', count: 2 }, each: times(3) })).toContain(
      'each 3, needs 2',
    );
    expect(join({ join: { kind: 'bestEffort', withinNs: ms(60) } })).toContain('within 60ms');
    expect(join({ maxConcurrent: 4 })).toContain('4 at once');
  });

  it('lets the operation of a database work, then wait', () => {
    const { variant, file } = fileOf(
      scenario({
        databases: [database('db', { both: { work: exponential(ms(2)), wait: constant(ms(1)) } })],
      }),
    );
    expect(disassemble(compile(variant, file), 'db', 'both')).toEqual([
      '0 WORK exponential(mean=2ms)',
      '1 WAIT 1ms',
      '2 DONE ok 200',
    ]);
  });

  it('has a program for refusals only where they cost something', () => {
    const plan = planOf([], { rejectWork: constant(ms(1)) });
    expect(disassembleRefusal(plan, 'a')).toEqual(['0 WORK 1ms', '1 DONE rejectedOverload 503']);
    expect(disassembleRefusal(plan, 'b')).toEqual([]);
  });
});

describe('modifiers', () => {
  it('asks when, then draws the probability, then runs the rounds', () => {
    const step = call('b.one', {
      when: when({ class: 'cheap' }),
      probability: 0.25,
      times: times(3),
    });
    expect(code([step])).toEqual([
      '0 WHEN bots.scrape users.browse, else -> 5',
      '1 SKIP unless 25% -> 5',
      '2 SET r0 = 3, none -> 5',
      '3 CALL b.one, failure ends',
      '4 LOOP r0 -> 3',
      '5 DONE ok 200',
    ]);
  });

  it('decides when by the headers that a request carries', () => {
    const gold = when({ headers: { Tier: 'gold' } });
    expect(code([work(1, { when: gold })])[0]).toBe('0 WHEN users.browse, else -> 2');
  });

  it('ignores the failure of an optional call', () => {
    expect(code([call('b.one', { optional: true })])[0]).toBe('0 CALL b.one, failure ignored');
  });

  it('ignores the failure of an optional parallel at its join, while a branch still ends by it', () => {
    const step = parallel([[call('b.one')]], { optional: true });
    expect(code([step])).toEqual([
      '0 FORK -> 1, needs all, after -> 3, failure ignored',
      '1 CALL b.one, failure ends',
      '2 END',
      '3 DONE ok 200',
    ]);
  });

  it('leaves an optional loop at the first failure inside, and clears its register', () => {
    expect(code([loop(times(2), [call('b.one'), work(1)], { optional: true }), work(5)])).toEqual([
      '0 SET r0 = 2, none -> 4',
      '1 CALL b.one, failure -> 4',
      '2 WORK 1ms',
      '3 LOOP r0 -> 1',
      '4 SET r0 = 0, none -> 5',
      '5 WORK 5ms',
      '6 DONE ok 200',
    ]);
  });

  it('runs the steps of onError instead of a failed step and continues after it', () => {
    expect(code([call('b.one', { onError: [work(9), call('b.two')] }), work(5)])).toEqual([
      '0 CALL b.one, failure -> 2',
      '1 JUMP -> 4',
      '2 WORK 9ms',
      '3 CALL b.two, failure ends',
      '4 WORK 5ms',
      '5 DONE ok 200',
    ]);
  });

  it('handles a failure anywhere inside a compound step by its onError', () => {
    const body = [choose([weighing(1, call('b.one')), weighing(1, fail(500))])];
    expect(code([loop(times(2), body, { onError: [work(9)] })])).toEqual([
      '0 SET r0 = 2, none -> 6',
      '1 CHOOSE 1 -> 2, 1 -> 4',
      '2 CALL b.one, failure -> 7',
      '3 JUMP -> 5',
      '4 JUMP -> 7',
      '5 LOOP r0 -> 1',
      '6 JUMP -> 9',
      '7 SET r0 = 0, none -> 8',
      '8 WORK 9ms',
      '9 DONE ok 200',
    ]);
  });

  it('handles the failed join of parallel by its onError', () => {
    const lines = code([parallel([[fail(500)]], { onError: [respond(206)] })]);
    expect(lines).toEqual([
      '0 FORK -> 1, needs all, after -> 3, failure -> 4',
      '1 DONE serverError 500',
      '2 END',
      '3 JUMP -> 5',
      '4 DONE ok 206',
      '5 DONE ok 200',
    ]);
  });

  it('handles each round of times by itself', () => {
    expect(code([call('b.one', { times: times(2), onError: [work(9)] })])).toEqual([
      '0 SET r0 = 2, none -> 5',
      '1 CALL b.one, failure -> 3',
      '2 JUMP -> 4',
      '3 WORK 9ms',
      '4 LOOP r0 -> 1',
      '5 DONE ok 200',
    ]);
  });

  it('ignores the failure of onError where the step is optional too', () => {
    const step = call('b.one', { onError: [call('b.two')], optional: true });
    expect(code([step, work(5)])[2]).toBe('2 CALL b.two, failure -> 3');
  });

  it('starts a background step as a strand without a waiting parent', () => {
    expect(code([call('b.one', { background: true }), work(5)])).toEqual([
      '0 BACKGROUND -> 1, goes on -> 3',
      '1 CALL b.one, failure ends',
      '2 DONE ok 200',
      '3 WORK 5ms',
      '4 DONE ok 200',
    ]);
  });

  it('starts one background strand for each round', () => {
    expect(code([work(1, { background: true, times: times(4) })])).toEqual([
      '0 SET r0 = 4, none -> 5',
      '1 BACKGROUND -> 2, goes on -> 4',
      '2 WORK 1ms',
      '3 DONE ok 200',
      '4 LOOP r0 -> 1',
      '5 DONE ok 200',
    ]);
  });

  it('numbers registers by static nesting, times included', () => {
    const inner = loop(times(2), [work(1, { times: times(3) })]);
    const lines = code([inner, loop(times(2), [work(1)])]);
    expect(lines.filter((line) => line.includes('SET'))).toEqual([
      '0 SET r0 = 2, none -> 5',
      '1 SET r1 = 3, none -> 4',
      '5 SET r0 = 2, none -> 8',
    ]);
  });

  it('refuses a fifth loop inside four', () => {
    const nested = (depth: number): Step =>
      depth === 0 ? work(1) : loop(times(2), [nested(depth - 1)]);
    expect(problemsOf(() => code([nested(4)]))).toEqual([]);
    expect(problemsOf(() => code([nested(5)]))).toEqual(['services.a.run FL701']);
  });

  it('refuses to answer from a strand that is not the request', () => {
    for (const step of [
      parallel([[respond(200)]]),
      loop(times(1), [respond(200)], { background: true }),
      respond(202, [respond(200)]),
    ]) {
      expect(problemsOf(() => code([step]))).toEqual(['services.a.run FL702']);
    }
  });

  it('refuses a when on a header that services set too, or that differs within a request', () => {
    const gold = when({ headers: { tier: 'gold' } });
    const below = [call('b.one', { headers: { tier: 'gold' } }), work(1, { when: gold })];
    expect(problemsOf(() => code(below))).toEqual(['services.a.run FL703']);
    const { variant, file } = fileOf(
      scenario({
        services: [service('s', { run: [work(1, { when: gold })] })],
        workloads: [
          workload('users', [
            request('journey', [call('s.run', { headers: { tier: 'gold' } }), call('s.run')]),
          ]),
        ],
      }),
    );
    expect(problemsOf(() => compile(variant, file))).toEqual(['services.s.run FL703']);
  });
});

describe('identity', () => {
  it('names the draws of a step by its verb and its ordinal among them', () => {
    const steps = [work(1), call('b.one'), work(2), call('b.one'), query('db.get')];
    expect(streamsOf(planOf(steps))).toEqual([
      'a.run/work#0',
      'a.run/call:b.one#0',
      'a.run/work#1',
      'a.run/call:b.one#1',
      'a.run/query:db.get#0',
    ]);
  });

  it('shifts no draw when a step of another kind is put before it', () => {
    const steps = [work(1, { probability: 0.5 }), call('b.one', { times: times(2) })];
    const before = streamsOf(planOf(steps));
    const more = [
      call('b.two', { probability: 0.5 }),
      wait(1),
      loop(times(2), [wait(1)]),
      ...steps,
    ];
    const after = streamsOf(planOf(more));
    expect(before.length).toBeGreaterThan(2);
    expect(after).toEqual(expect.arrayContaining([...before]));
  });

  it('gives every drawing instruction of a program a name of its own', () => {
    const steps = [
      choose([weighing(1, work(1)), weighing(1, work(1))], { probability: 0.5 }),
      choose([weighing(1, work(1)), weighing(1, work(1))], { probability: 0.5 }),
      parallel([[call('self.helper')], [call('self.helper')]]),
      respond(202, [work(1)]),
    ];
    const helper = service('a', { helper: [work(1), respond(200, [call('b.one')])] });
    const names = planOf(steps, { endpoints: helper.endpoints }).program.streams.filter(Boolean);
    expect(new Set(names).size).toBe(names.length);
  });
});
