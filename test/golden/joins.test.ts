import { describe, expect, it } from 'vitest';
import { golden, latencies, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** `front` waits 5 ms, runs the step, and waits 2 ms. No two callees take the same time. */
interface Case {
  readonly step: string;
  /** Further fields of `front`. */
  readonly front?: string;
  readonly at?: string;
  /** Fields of the workload's call. */
  readonly call?: string;
  readonly rest?: string;
}

function fork({ step, front = '', at = '0ms', call = '', rest = '' }: Case): Traced {
  return golden(`
policies:
  patient: { timeout: 1s, fallback: {} }
  hasty: { timeout: 20000003ns }
services:
  front: { ${front} endpoints: { ask: [ wait: 5ms, ${step}, wait: 2ms ] } }
  a: { endpoints: { get: [ wait: 30000001ns ] } }
  b: { endpoints: { get: [ wait: 80000003ns ] } }
  c: { endpoints: { get: [ wait: 50000007ns ] } }
  bad: { endpoints: { get: [ wait: 40000009ns, fail: 500 ] } }
  worse: { endpoints: { get: [ wait: 60000011ns, fail: 429 ] } }
  part: { endpoints: { get: [ { call: bad, policy: patient } ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: front ${call} } ] }
${rest}`);
}

const joined = (join: string, branches: string, more = ''): string =>
  `parallel: { join: ${join}, ${more} branches: [ ${branches} ] }`;

const seen = (traced: Traced): unknown => [latencies(traced.requests), outcomes(traced.requests)];

/** Calls below `front` by the time of sending: to where, when sent, and when answered or abandoned. */
const calls = ({ rows }: Traced): readonly string[] =>
  rows
    .filter(({ part, parent }) => parent >= 0 && part !== 'front.ask')
    .map(({ part, sent: from, answered, gone }) =>
      [part.replace('.get', ''), from, answered >= 0 ? answered : `left ${gone}`].join(' '),
    );

describe('the end of a join', () => {
  it.each([
    ['all', 'call: a, call: b, call: c', 87.000003, 'ok'],
    // The first failure ends it, whichever branch is written first.
    ['all', 'call: worse, call: b, call: bad', 45.000009, 'serverError'],
    ['all', 'call: b, call: worse', 65.000011, 'throttled'],
    ['any', 'call: worse, call: c, call: bad', 57.000007, 'ok'],
    ['any', 'call: b, call: a', 37.000001, 'ok'],
    // Nothing is left to hope for with the last failure; its outcome is that of the first.
    ['any', 'call: worse, call: bad', 65.000011, 'serverError'],
    ['quorum(2)', 'call: a, call: bad, call: c', 57.000007, 'ok'],
    ['quorum(2)', 'call: b, call: bad, call: worse, call: a', 87.000003, 'ok'],
    ['quorum(2)', 'call: b, call: bad, call: worse', 65.000011, 'serverError'],
    ['quorum(3)', 'call: b, call: bad, call: a, call: worse, call: c', 87.000003, 'ok'],
    ['quorum(3)', 'call: b, call: worse, call: a', 65.000011, 'throttled'],
    ['bestEffort(60000005ns)', 'call: a, call: b', 67.000005, 'degraded'],
    ['bestEffort(60000005ns)', 'call: a, call: bad', 47.000009, 'degraded'],
    ['bestEffort(70ms)', 'call: bad, call: worse', 67.000011, 'degraded'],
    ['bestEffort(1ms)', 'call: bad, call: worse', 8, 'degraded'],
    // No part is missing: all have ended in time, or their failure is none of the answer's.
    ['bestEffort(90ms)', 'call: a, call: b', 87.000003, 'ok'],
    ['bestEffort(90ms)', 'call: a, { call: bad, optional: true }', 47.000009, 'ok'],
    // Nor is one that is optional and late. Work and waits around it get nothing.
    ['bestEffort(50ms)', 'call: a, { call: b, optional: true }', 57, 'ok'],
    ['bestEffort(50ms)', 'call: a, [ wait: 1ms, { call: b, optional: true } ]', 57, 'ok'],
    ['bestEffort(50ms)', 'call: b, { call: a, optional: true }', 57, 'degraded'],
    ['bestEffort(50ms)', 'call: a, [ { call: a, optional: true }, call: b ]', 57, 'degraded'],
    // A part that `any` and `quorum` do without is none of the answer.
    ['quorum(1)', 'call: bad, call: a', 37.000001, 'ok'],
  ])('%s of [ %s ]: at %d ms, %s', (join, branches, latency, outcome) => {
    expect(seen(fork({ step: joined(join, branches) }))).toEqual([[latency], [outcome]]);
  });

  it('cancels the calls of the branches that are left, and no others', () => {
    expect(calls(fork({ step: joined('quorum(2)', 'call: b, call: a, call: c') }))).toEqual([
      'b 5 left 55.000007',
      'a 5 35.000001',
      'c 5 55.000007',
    ]);
    expect(calls(fork({ step: joined('all', 'call: b, call: bad, call: worse') }))).toEqual([
      'b 5 left 45.000009',
      'bad 5 45.000009',
      'worse 5 left 45.000009',
    ]);
    const best = joined('bestEffort(60ms)', 'call: c, [ call: a, call: b ], call: b');
    expect(calls(fork({ step: best }))).toEqual([
      'c 5 55.000007',
      'a 5 35.000001',
      'b 5 left 65',
      'b 35.000001 left 65',
    ]);
  });

  it('starts no branch once it is decided', () => {
    const failing = fork({ step: joined('all', 'call: a, { fail: 500 }, call: b') });
    expect([seen(failing), calls(failing)]).toEqual([[[5], ['serverError']], ['a 5 left 5']]);
    const enough = fork({ step: joined('any', '{ fail: 500 }, { work: 0ms }, call: b') });
    expect([seen(enough), calls(enough)]).toEqual([[[7], ['ok']], []]);
    const hopeless = fork({ step: joined('quorum(2)', '{ fail: 429 }, { fail: 500 }, call: b') });
    expect([seen(hopeless), calls(hopeless)]).toEqual([[[5], ['throttled']], ['b 5 left 5']]);
  });

  it('fails no request where it is optional or has steps for its failure', () => {
    const step = joined('all', 'call: b, call: bad');
    expect(seen(fork({ step: `{ ${step}, optional: true }` }))).toEqual([[47.000009], ['ok']]);
    expect(seen(fork({ step: `{ ${step}, onError: [ wait: 3ms ] }` }))).toEqual([
      [50.000009],
      ['ok'],
    ]);
    // The next join is independent: the failure has no further effect.
    const both = `{ ${step}, optional: true }, ${joined('quorum(2)', 'call: a, call: bad, call: c')}`;
    expect(seen(fork({ step: both }))).toEqual([[97.000016], ['ok']]);
  });

  it('leaves nothing to the next join: successes, failures and the end of a time', () => {
    const first = joined('quorum(2)', 'call: a, call: c');
    const second = joined('quorum(2)', 'call: a, call: bad, call: c');
    expect(seen(fork({ step: `${first}, ${second}` }))).toEqual([[107.000014], ['ok']]);
    // All end at 35.000001: the end of the time at 65 ms is none of the second join.
    const early = joined('bestEffort(60ms)', 'call: a');
    const late = joined('bestEffort(70ms)', 'call: b, call: c');
    expect(seen(fork({ step: `${early}, ${late}` }))).toEqual([[107.000001], ['degraded']]);
    expect(seen(fork({ step: `${early}, ${joined('all', 'call: b, call: c')}` }))).toEqual([
      [117.000004],
      ['ok'],
    ]);
  });

  it('is repeated in a loop, round for round', () => {
    const step = `loop: { times: 3, steps: [ ${joined('any', 'call: bad, call: a')} ] }`;
    const traced = fork({ step });
    expect(seen(traced)).toEqual([[97.000003], ['ok']]);
    expect(sent(traced.at('a.get'))).toEqual([5, 35.000001, 65.000002]);
  });

  it('holds inside a branch of another join', () => {
    const inner = `[ ${joined('any', 'call: c, call: a')}, wait: 1ms ]`;
    const traced = fork({ step: joined('all', `call: bad, ${inner}, call: b`) });
    expect(calls(traced)).toEqual([
      'bad 5 45.000009',
      'c 5 left 35.000001',
      'a 5 35.000001',
      'b 5 left 45.000009',
    ]);
    const step = joined('all', `${inner}, call: c`);
    expect(seen(fork({ step }))).toEqual([[57.000007], ['ok']]);
  });
});

describe('branches under way at once', () => {
  it('starts the next one when one ends, in the order in which they are written', () => {
    const step = joined('all', 'call: b, call: a, call: c, call: a', 'maxConcurrent: 2,');
    const traced = fork({ step });
    expect(calls(traced)).toEqual([
      'b 5 85.000003',
      'a 5 35.000001',
      'c 35.000001 85.000008',
      'a 85.000003 115.000004',
    ]);
    expect(seen(traced)).toEqual([[117.000004], ['ok']]);
  });

  it('runs each branch the given number of times, all of them in turn', () => {
    const step = joined('all', 'call: a, call: c', 'each: 2, maxConcurrent: 3,');
    expect(calls(fork({ step }))).toEqual([
      'a 5 35.000001',
      'c 5 55.000007',
      'a 5 35.000001',
      'c 35.000001 85.000008',
    ]);
    const none = fork({ step: joined('all', 'call: a', 'each: 0,') });
    expect([seen(none), calls(none)]).toEqual([[[7], ['ok']], []]);
  });

  it('takes as many as there are for a limit above them', () => {
    const step = joined('all', 'call: a, call: c', 'maxConcurrent: 3,');
    expect(calls(fork({ step }))).toEqual(['a 5 35.000001', 'c 5 55.000007']);
  });

  it('continues with branches that take no time one after the other', () => {
    const step = joined(
      'all',
      '{ work: 0ms }, call: a, { work: 0ms }, call: c',
      'maxConcurrent: 1,',
    );
    const traced = fork({ step });
    expect(calls(traced)).toEqual(['a 5 35.000001', 'c 35.000001 85.000008']);
    expect(seen(traced)).toEqual([[87.000008], ['ok']]);
    const last = joined('all', 'call: a, { work: 0ms }, { work: 0ms }', 'maxConcurrent: 1,');
    expect(seen(fork({ step: last }))).toEqual([[37.000001], ['ok']]);
  });

  it('counts those that have not started as hope: a quorum fails when too few are left', () => {
    const step = joined(
      'quorum(2)',
      'call: bad, call: a, call: worse, call: c',
      'maxConcurrent: 1,',
    );
    const traced = fork({ step });
    // 40.000009 + 30.000001 + 60.000011 + 50.000007 after the 5 ms.
    expect(seen(traced)).toEqual([[187.000028], ['ok']]);
    const hopeless = joined('quorum(2)', 'call: bad, call: worse, call: a', 'maxConcurrent: 1,');
    const other = fork({ step: hopeless });
    expect([seen(other), calls(other)]).toEqual([
      [[105.00002], ['serverError']],
      ['bad 5 45.000009', 'worse 45.000009 105.00002'],
    ]);
  });

  it('begins no further one after the failure of a join of all', () => {
    const step = joined('all', 'call: bad, call: a, call: c', 'maxConcurrent: 1,');
    const traced = fork({ step });
    expect([seen(traced), calls(traced)]).toEqual([
      [[45.000009], ['serverError']],
      ['bad 5 45.000009'],
    ]);
  });

  it('starts no further one after enough successes, and continues to the end of bestEffort', () => {
    const any = fork({ step: joined('any', 'call: a, call: c', 'maxConcurrent: 1,') });
    expect(calls(any)).toEqual(['a 5 35.000001']);
    const best = joined('bestEffort(100ms)', 'call: bad, call: a, call: c', 'maxConcurrent: 1,');
    expect(calls(fork({ step: best }))).toEqual([
      'bad 5 45.000009',
      'a 45.000009 75.00001',
      'c 75.00001 left 105',
    ]);
  });
});

describe('what a branch takes from its request and gives back', () => {
  it('degraded: the answer of one branch was not whole', () => {
    const step = joined('all', 'call: a, call: part');
    expect(seen(fork({ step }))).toEqual([[47.000009], ['degraded']]);
    const relayed = joined('all', 'call: a, { call: bad, policy: patient }');
    expect(seen(fork({ step: relayed }))).toEqual([[47.000009], ['degraded']]);
    const later = joined('all', 'call: c, [ { call: bad, policy: patient }, call: a ]');
    expect(seen(fork({ step: later }))).toEqual([[77.00001], ['degraded']]);
  });

  it('the deadline of its request', () => {
    const step = joined('all', 'call: a, call: b');
    const traced = fork({ step, call: ', policy: { deadline: 40ms }' });
    expect(seen(traced)).toEqual([[40], ['deadlineExceeded']]);
    expect(calls(traced)).toEqual(['a 5 35.000001', 'b 5 left 40']);
  });

  it('the time limit of its own call', () => {
    const step = joined('all', '{ call: b, policy: hasty }, call: a');
    expect(calls(fork({ step }))).toEqual(['b 5 left 25.000003', 'a 5 left 25.000003']);
  });

  it('random numbers of its own, the same in every run', () => {
    const step = `${joined('all', '{ wait: uniform(1ms 9ms) }', 'each: 2,')}`;
    const draw = (text: string): number => latencies(fork({ step: text }).requests)[0]!;
    const both = draw(step);
    expect(draw(step)).toBe(both);
    const one = joined('all', '{ wait: uniform(1ms 9ms) }', 'each: 1,');
    const first = joined('any', '{ wait: uniform(1ms 9ms) }', 'each: 2,');
    // The sooner of two is not the later one, and one of them is the only branch of `each: 1`.
    expect(draw(first)).toBeLessThan(both);
    expect([draw(first), both]).toContain(draw(one));
  });

  it('the place of its request in a queue by priority', () => {
    const { at } = golden(`
services:
  front: { endpoints: { ask: [ parallel: [ call: db ] ] } }
  db: { concurrency: 1, queue: { discipline: priority }, endpoints: { get: [ work: 10ms ] } }
workloads:
  first: { arrivals: { at: [ 0ms ] }, requests: [ { call: front, priority: 1 } ] }
  low: { arrivals: { at: [ 1ms ] }, requests: [ { call: front, priority: 1 } ] }
  high: { arrivals: { at: [ 2ms ] }, requests: [ { call: front, priority: 9 } ] }
`);
    expect(at('db.get').map(({ sent: from, begun }) => [from, begun])).toEqual([
      [0, 0],
      [1, 20],
      [2, 10],
    ]);
  });

  it('the workload of its request, by which steps choose', () => {
    const { requests } = golden(`
services:
  front:
    endpoints:
      ask: [ parallel: [ [ choose: [ { when: { workload: buy }, steps: [ wait: 7ms ] }, { when: { workload: look }, steps: [ wait: 3ms ] } ] ] ] ]
workloads:
  buy: { arrivals: { at: [ 0ms ] }, requests: [ { call: front } ] }
  look: { arrivals: { at: [ 1ms ] }, requests: [ { call: front } ] }
`);
    expect(latencies(requests)).toEqual([7, 3]);
  });
});

describe('the worker of a strand that waits for its branches', () => {
  const two = (runtime: string, step: string): unknown =>
    seen(fork({ step, front: `concurrency: 1, runtime: ${runtime},`, at: '0ms, 1ms' }));

  it('is held by threads, and given back by async', () => {
    const step = joined('all', 'call: a, call: c');
    expect(two('threads', step)).toEqual([
      [57.000007, 113.000014],
      ['ok', 'ok'],
    ]);
    expect(two('async', step)).toEqual([
      [57.000007, 57.000007],
      ['ok', 'ok'],
    ]);
  });

  it('is taken by one branch at a time for work, and free again after its end or its cancellation', () => {
    const working = joined('all', '{ work: 10ms }, { work: 10ms }');
    // One at a time: 5 to 15 and 15 to 25; the second request takes its turns at 6, so 25 to 35 and 35 to 45.
    expect(two('async', working)).toEqual([
      [27, 46],
      ['ok', 'ok'],
    ]);
    const left = joined('bestEffort(4ms)', '{ work: 10ms }, call: a');
    expect(two('async', left)).toEqual([
      [11, 11],
      ['degraded', 'degraded'],
    ]);
  });
});

describe('a process that is paused while it waits for its branches', () => {
  const paused = (step: string, at: string, length: string): Traced =>
    fork({
      step,
      rest: `faults: [ { id: gc, kind: pause, target: front, at: ${at}, for: ${length} } ]`,
    });

  it('ends its join when it resumes, either by the responses or by the end of the time', () => {
    expect(seen(paused(joined('all', 'call: a, call: c'), '20ms', '70ms'))).toEqual([[92], ['ok']]);
    expect(seen(paused(joined('bestEffort(60ms)', 'call: b'), '20ms', '50ms'))).toEqual([
      [72],
      ['degraded'],
    ]);
    expect(seen(paused(joined('bestEffort(60ms)', 'call: b'), '20ms', '30ms'))).toEqual([
      [67],
      ['degraded'],
    ]);
  });

  it('loses its branches with its process', () => {
    const step = joined('all', 'call: a, call: b');
    const traced = fork({
      step,
      rest: 'faults: [ { id: dies, kind: crash, target: front, at: 20ms, for: 1s } ]',
    });
    expect([seen(traced), calls(traced)]).toEqual([
      [[20], ['reset']],
      ['a 5 left 20', 'b 5 left 20'],
    ]);
  });
});
