import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { PlanError } from '../../src/plan/problem.js';
import type { Plan, PlanFault } from '../../src/contracts/plan/plan.js';
import type { Fault } from '../../src/contracts/scenario/scenario.js';
import {
  call,
  constant,
  database,
  fault,
  fileOf,
  ms,
  query,
  request,
  scenario,
  seconds,
  service,
  work,
  workload,
} from '../support/scenario.js';

/** `users` call `a` in east and west, which calls `b` in west, which queries `db` outside every zone. */
function planOf(faults: readonly Fault[]): Plan {
  const { variant, file } = fileOf(
    scenario({
      run: { warmupNs: seconds(20), drainNs: seconds(5) },
      services: [
        service(
          'a',
          { other: [work(1)], run: [call('b.run')] },
          { zones: ['east', 'west'], labels: new Map([['tier', 'front']]) },
        ),
        service('b', { run: [query('db.get')] }, { zones: ['west', 'west'] }),
      ],
      databases: [database('db', { get: {} })],
      workloads: [workload('users', [request('go', [call('a.run')])])],
      faults,
    }),
  );
  return compile(variant, file);
}

function planned(own: Fault): PlanFault {
  return planOf([own]).faults[0]!;
}

/** Instances as `component[index]`. */
function instancesOf(own: Fault): readonly string[] {
  const plan = planOf([own]);
  return plan.faults[0]!.instances.map((id) => {
    const { component, index } = plan.instances[id]!;
    return `${plan.components[component]!.name}[${index}]`;
  });
}

/** Links as `from>to zone>zone` with the messages hit. */
function linksOf(own: Fault): readonly string[] {
  const plan = planOf([own]);
  const zone = (index: number): string => ['east', 'west'][index] ?? 'outside';
  return plan.faults[0]!.links.map(({ link, direction }) => {
    const { stat, fromZone, toZone } = plan.links[link]!;
    const { from, to } = plan.statEdges[stat]!;
    const name = (part: number) => plan.components[plan.parts[part]!.component]!.name;
    const hit = ['none', 'requests', 'answers', 'both'][direction];
    return `${name(from)}>${name(to)} ${zone(fromZone)}>${zone(toZone)} ${hit}`;
  });
}

function problemsOf(own: Fault): readonly string[] {
  try {
    planOf([own]);
  } catch (error) {
    if (error instanceof PlanError) return error.problems.map((p) => `${p.where} ${p.code}`);
    throw error;
  }
  return [];
}

const crash = (target: string, own: Partial<Fault> = {}): Fault =>
  fault('f', 'crash', { config: { restart: true, blackhole: false }, target: [target], ...own });
const latency = (target: string, direction = 'both', own: Partial<Fault> = {}): Fault =>
  fault('f', 'latency', { config: { add: constant(ms(5)), direction }, target: [target], ...own });

describe('instances', () => {
  it('of a component are all of its own, of an index that one, of a zone all placed there', () => {
    expect(instancesOf(crash('a'))).toEqual(['a[0]', 'a[1]']);
    expect(instancesOf(crash('a[1]'))).toEqual(['a[1]']);
    expect(instancesOf(crash('west'))).toEqual(['a[1]', 'b[0]', 'b[1]']);
    expect(instancesOf(crash('b', { target: ['b', 'a[0]', 'b[1]'] }))).toEqual([
      'a[0]',
      'b[0]',
      'b[1]',
    ]);
  });

  it('are narrowed by zone and labels', () => {
    expect(instancesOf(crash('a', { zone: 'east' }))).toEqual(['a[0]']);
    const front = new Map([['tier', 'front']]);
    expect(instancesOf(crash('west', { labels: front }))).toEqual(['a[1]']);
  });

  it('are candidates only: the selection is made when the fault begins', () => {
    const half = { kind: 'share', share: 0.5 } as const;
    const own = planned(crash('b', { instances: half }));
    expect(own.instances.length).toBe(2);
    expect(own.select).toEqual(half);
  });
});

describe('parts and loads', () => {
  it('of a kind that can hit endpoints are the part alone', () => {
    const config = { status: 500, afterWork: false };
    const own = planned(fault('f', 'error', { config, target: ['a.other'] }));
    const plan = planOf([]);
    expect(own.instances).toEqual([]);
    expect(own.parts.map((id) => plan.parts[id]!.name)).toEqual(['other']);
  });

  it('of a workload are its load', () => {
    const own = planned(fault('f', 'load', { config: { factor: 2 }, target: ['users'] }));
    expect(own.loads).toEqual([0]);
    expect([...own.instances, ...own.parts, ...own.links]).toEqual([]);
  });
});

describe('links', () => {
  it('of an edge are those of its calls, towards the callee or back', () => {
    expect(linksOf(latency('a->b'))).toEqual(['a>b east>west both', 'a>b west>west both']);
    expect(linksOf(latency('a.run->b.run', 'to'))[0]).toBe('a>b east>west requests');
    expect(linksOf(latency('a->b', 'from'))[0]).toBe('a>b east>west answers');
    expect(linksOf(latency('a.other->b', 'both', { optional: true }))).toEqual([]);
  });

  it('of an edge with all are those of every caller or callee', () => {
    expect(linksOf(latency('all->db'))).toEqual(['b>db west>outside both']);
    expect(linksOf(latency('users->all'))).toEqual([
      'users>a outside>east both',
      'users>a outside>west both',
    ]);
  });

  it('of a component are the requests into it and the answers to it, or the reverse', () => {
    expect(linksOf(latency('b', 'to'))).toEqual([
      'a>b east>west requests',
      'a>b west>west requests',
      'b>db west>outside answers',
    ]);
    expect(linksOf(latency('b', 'from'))).toEqual([
      'a>b east>west answers',
      'a>b west>west answers',
      'b>db west>outside requests',
    ]);
  });

  it('of a zone are all that begin or end in it', () => {
    expect(linksOf(latency('east'))).toEqual(['a>b east>west both', 'users>a outside>east both']);
    expect(linksOf(latency('west', 'to'))[1]).toBe('a>b west>west both');
  });

  it('are narrowed by the zone of the end that is named', () => {
    expect(linksOf(latency('a', 'both', { zone: 'east' }))).toEqual([
      'a>b east>west both',
      'users>a outside>east both',
    ]);
    expect(linksOf(latency('users->a', 'both', { zone: 'east' }))).toEqual([
      'users>a outside>east both',
    ]);
  });

  it('between two sides are cut both ways, or one way only', () => {
    const split = (direction: string): Fault =>
      fault('f', 'partition', {
        config: { direction, mode: 'drop' },
        between: [['west'], ['users', 'db']],
      });
    expect(linksOf(split('both'))).toEqual(['b>db west>outside both', 'users>a outside>west both']);
    expect(linksOf(split('to'))).toEqual([
      'b>db west>outside requests',
      'users>a outside>west answers',
    ]);
    expect(linksOf(split('from'))).toEqual([
      'b>db west>outside answers',
      'users>a outside>west requests',
    ]);
  });
});

describe('spans', () => {
  it('count from the end of the warm-up and end with the run at the latest', () => {
    const spans = [
      { fromNs: seconds(50), untilNs: null },
      { fromNs: seconds(10), untilNs: seconds(15) },
      { fromNs: seconds(55), untilNs: seconds(99) },
      { fromNs: seconds(65), untilNs: seconds(66) },
    ];
    // 20 s of warm-up, 60 s measured, 5 s of drain.
    expect(planned(crash('a', { spans })).spans).toEqual([
      { fromNs: seconds(30), untilNs: seconds(35) },
      { fromNs: seconds(70), untilNs: seconds(85) },
      { fromNs: seconds(75), untilNs: seconds(85) },
    ]);
  });

  it('cut the grid, whatever the order of the faults', () => {
    const early = crash('a', { id: 'a-first' });
    const late = crash('b', { id: 'z-last', spans: [{ fromNs: seconds(33), untilNs: null }] });
    expect(planOf([late, early]).faults.map((it) => it.id)).toEqual(['a-first', 'z-last']);
    expect(planOf([late, early])).toEqual(planOf([early, late]));
    expect([...planOf([late]).grid.edges]).toContain(seconds(53));
  });
});

describe('targets that nothing reaches', () => {
  // `users` call `a`, and only `a` calls `b`: there are no messages between users and db.
  const cut = (own: Partial<Fault> = {}): Fault =>
    fault('f', 'partition', { config: { mode: 'drop' }, between: [['users'], ['db']], ...own });

  it('are problems, but where they may be', () => {
    expect(problemsOf(cut())).toEqual(['faults.f FL705']);
    expect(planned(cut({ optional: true })).links).toEqual([]);
    expect(planned(cut({ between: [['b'], ['db']] })).links).not.toEqual([]);
  });
});

describe('targets that do not fit', () => {
  it('are problems of the scenario', () => {
    const some = { kind: 'count', count: 1 } as const;
    for (const own of [
      crash('a->b'),
      crash('a.run'),
      crash('a@v2'),
      crash('users'),
      latency('a[0]'),
      latency('a', 'both', { instances: some }),
      fault('f', 'error', {
        config: { status: 500, afterWork: false },
        target: ['a.run'],
        zone: 'east',
      }),
    ]) {
      expect(problemsOf(own)).toEqual(['faults.f FL705']);
    }
  });
});
