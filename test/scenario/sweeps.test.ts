import { describe, expect, it } from 'vitest';
import type { Setting } from '../../src/scenario/sweep-values.js';
import type { WrittenSweep } from '../../src/scenario/sweeps.js';
import { brief, load, loadFiles } from './support.js';

const BASE = `faultline: 1
title: Swept
run: { duration: 60s, seed: 1, replications: 2 }
policies:
  hop: { timeout: 250ms, retry: { attempts: 3 } }
services:
  api: { outbound: hop, endpoints: { get: [ call: db.get ] } }
  db: { concurrency: 4, endpoints: { get: [ wait: exponential(10ms) ] } }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: api.get } ] }
faults: [ { id: slow-db, kind: slow, target: db, factor: 4, at: 20s, for: 5s } ]
variants: [ { name: plain, remove: [ policies.hop.retry ] }, { name: retries } ]
`;

/** The sweeps of the scenario, with these lines appended. */
function sweepsOf(lines: string, base = BASE): readonly WrittenSweep[] {
  const { sweeps, problems } = load(`${base}sweeps:\n${lines}\n`);
  if (problems.length > 0) throw new Error(problems.map(brief).join('\n'));
  return sweeps;
}

function one(lines: string, base = BASE): WrittenSweep {
  return sweepsOf(lines, base)[0]!;
}

/** Codes and messages of all problems. */
function wrong(lines: string, base = BASE): readonly string[] {
  return load(`${base}sweeps:\n${lines}\n`).problems.map(
    ({ code, message }) => `${code} ${message}`,
  );
}

function texts(settings: readonly Setting[]): readonly string[] {
  return settings.map(({ text }) => text);
}

const RATE = 'workloads.users.arrivals.rate';

describe('sweeps', () => {
  it('are read with all variants, and record the metrics of the budgets where they name none', () => {
    const budgets = `budgets:
  - users.latency.p99 < 500ms
  - users.latency.p99 < 900ms during slow-db in retries
  - users.success >= 99% during slow-db in plain
  - users.latency.p99 <= 120% of plain in retries
`;
    const { sweep } = one(`  s: { set: { ${RATE}: [ 10/s, 20/s ] } }`, `${BASE}${budgets}`);
    expect(sweep.variants).toEqual(['plain', 'retries']);
    expect(sweep.kind).toBe('grid');
    expect(sweep.metrics.map(({ measure: _, ...own }) => own)).toEqual([
      { text: 'users.latency.p99', unit: 'seconds', better: 'low' },
      { text: 'users.latency.p99 during slow-db', unit: 'seconds', better: 'low' },
      { text: 'users.success during slow-db', unit: 'share', better: 'high' },
    ]);
    const only = one(`  s: { variants: [plain], set: { ${RATE}: [ 1/s ] } }`, `${BASE}${budgets}`);
    expect(only.sweep.variants).toEqual(['plain']);
    expect(only.sweep.metrics.map(({ text }) => text)).toEqual([
      'users.latency.p99',
      'users.success during slow-db',
    ]);
  });

  it('leave a budget of an unknown metric to the error about it', () => {
    const budgets = 'budgets: [ users.succes >= 99% ]\n';
    expect(wrong(`  s: { set: { ${RATE}: [ 1/s ] } }`, `${BASE}${budgets}`)).toEqual([
      'FL502 unknown metric succes',
    ]);
  });

  it('record what users meet where there are no budgets either', () => {
    const { sweep } = one(`  s: { set: { ${RATE}: [ 10/s ] } }`);
    expect(sweep.metrics.map(({ text }) => text)).toEqual([
      'users.goodput',
      'users.success',
      'users.latency.p99',
    ]);
  });

  it('do not change what a run of the file is', () => {
    const without = load(BASE).file!.sha256;
    expect(load(`${BASE}sweeps: { s: { set: { ${RATE}: [ 10/s ] } } }\n`).file!.sha256).toBe(
      without,
    );
  });

  it('tell values apart whose texts are cut alike', () => {
    const long = '{ wait: 1ms, name: a-name-that-is-long-enough-to-be-cut-off-here }';
    const { axes } = one(`  s:
    set:
      services.db.endpoints.get.steps:
        - [ ${long}, { wait: 1ms } ]
        - [ ${long}, { wait: 50ms } ]`);
    const [first, second] = texts(axes[0]!.settings);
    expect(first).toHaveLength(60);
    expect(second).toBe(`${first!} (2)`);
  });

  it('may be changed by the file that includes them', () => {
    const included = `sweeps:
  s:
    set:
      ${RATE}: { from: 1/s, to: 9/s, steps: 3 }
      services.db.concurrency: [ 1, 2 ]
      policies.hop.timeout: [ 1s ]
`;
    const own = `include: [ part.yaml ]
sweeps:
  s:
    set: { ${RATE}: [ 5/s, 6/s ], services.db.concurrency: { from: 3, to: 5, steps: 2 }, policies.hop.timeout: null }
`;
    const { sweeps, problems } = loadFiles({ 's.yaml': `${BASE}${own}`, 'part.yaml': included });
    expect(problems.map(brief)).toEqual([]);
    expect(sweeps[0]!.axes.map(({ settings }) => texts(settings))).toEqual([
      ['5/s', '6/s'],
      ['3', '5'],
    ]);
  });

  it('take values of all kinds, numbers and words', () => {
    const { axes } = one(`  s:
    variants: [ retries ]
    set:
      services.db.concurrency: [ 1, 4 ]
      services.db.queue.discipline: [ fifo, lifo ]
      policies.hop.retry.backoff: [ { kind: constant, base: 5ms }, { kind: constant, base: 1s } ]
      policies.hop.timeout: [ 250ms, 1.5s ]
      faults[slow-db].share: [ 50%, 1 ]`);
    expect(axes.map(({ path }) => path)).toHaveLength(5);
    expect(axes.map(({ settings }) => settings.map(({ number, unit }) => [number, unit]))).toEqual([
      [
        [1, 'number'],
        [4, 'number'],
      ],
      [
        [null, null],
        [null, null],
      ],
      [
        [null, null],
        [null, null],
      ],
      [
        [0.25, 'seconds'],
        [1.5, 'seconds'],
      ],
      [
        [0.5, 'share'],
        [1, 'number'],
      ],
    ]);
    expect(texts(axes[2]!.settings)).toEqual([
      '{kind:constant,base:5ms}',
      '{kind:constant,base:1s}',
    ]);
  });
});

describe('ranges', () => {
  const values = (range: string): readonly string[] =>
    texts(one(`  s: { set: { ${RATE}: ${range} } }`).axes[0]!.settings);

  it('have steps of the same size, or of the same factor', () => {
    expect(values('{ from: 200/s, to: 950/s, steps: 4 }')).toEqual([
      '200/s',
      '450/s',
      '700/s',
      '950/s',
    ]);
    expect(values('{ from: 10/s, to: 1000/s, steps: 3, scale: log }')).toEqual([
      '10/s',
      '100/s',
      '1000/s',
    ]);
    expect(values('{ from: 9/s, to: 1/s, steps: 3 }')).toEqual(['9/s', '5/s', '1/s']);
    expect(values('{ from: 1/s, to: 2/s, steps: 4 }')).toEqual([
      '1/s',
      '1.333/s',
      '1.667/s',
      '2/s',
    ]);
  });

  it('are read in the unit people would write', () => {
    const of = (path: string, range: string): readonly string[] =>
      texts(one(`  s: { set: { "${path}": ${range} } }`).axes[0]!.settings);
    expect(of('policies.hop.timeout', '{ from: 100ms, to: 3s, steps: 3, scale: log }')).toEqual([
      '100ms',
      '547.7ms',
      '3s',
    ]);
    expect(of('run.duration', '{ from: 1m, to: 2m, steps: 3 }')).toEqual(['1m', '1.5m', '2m']);
    expect(of('faults[slow-db].share', '{ from: 0%, to: 50%, steps: 3 }')).toEqual([
      '0%',
      '25%',
      '50%',
    ]);
  });

  it('of whole numbers hold whole numbers, each of them once', () => {
    const path = 'services.db.concurrency';
    const { axes } = one(`  s: { set: { ${path}: { from: 1, to: 4, steps: 9 } } }`);
    expect(axes[0]!.settings.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('stay between their ends, in order, however near those are', () => {
    expect(values('{ from: 123.41/s, to: 123.44/s, steps: 4 }')).toEqual([
      '123.41/s',
      '123.42/s',
      '123.43/s',
      '123.44/s',
    ]);
    expect(values('{ from: 100000/s, to: 100004/s, steps: 3 }')).toEqual([
      '100000/s',
      '100002/s',
      '100004/s',
    ]);
    const of = (range: string): readonly (number | null)[] =>
      one(`  s: { set: { "faults[slow-db].share": ${range} } }`).axes[0]!.settings.map(
        ({ number }) => number,
      );
    expect(of('{ from: 99.99%, to: 99.999%, steps: 4 }').map((share) => share! <= 0.99999)).toEqual(
      [true, true, true, true],
    );
    expect(of('{ from: 1e-9, to: 0.5, steps: 3 }')).toEqual([1e-9, 0.25, 0.5]);
  });

  it('of whole numbers are drawn evenly, the ends as often as the others', () => {
    const range = one(
      '  s: { kind: random, samples: 3, set: { services.db.concurrency: { from: 1, to: 3 } } }',
    ).axes[0]!.range!;
    const drawn = [0.01, 0.33, 0.34, 0.66, 0.67, 0.99].map((share) => range.drawn(share).number);
    expect(drawn).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('find the value in the middle, and say where there is none', () => {
    const range = one(
      `  s: { kind: bisect, expect: users.success > 1%, set: { ${RATE}: { from: 1/s, to: 9/s } } }`,
    ).axes[0]!.range!;
    const middle = range.middle(range.from, range.to)!;
    expect(middle.text).toBe('5/s');
    expect(range.middle(range.from, middle)!.text).toBe('3/s');
    const counts = one(
      '  s: { kind: bisect, expect: users.success > 1%, set: { services.db.concurrency: { from: 1, to: 4 } } }',
    ).axes[0]!.range!;
    const two = counts.at(1 / 3);
    expect(two.number).toBe(2);
    expect(counts.middle(counts.from, two)).toBeNull();
  });
});

describe('sweeps that are wrong', () => {
  it.each([
    [
      'values without a list',
      `  s: { set: { ${RATE}: { steps: 3 } } }`,
      'FL203 write a list of values, or from and to',
    ],
    [
      'no steps',
      `  s: { set: { ${RATE}: { from: 1/s, to: 2/s } } }`,
      'FL203 steps is missing: write { from, to, steps }',
    ],
    [
      'two units',
      `  s: { set: { ${RATE}: { from: 1/s, to: 2ms, steps: 3 } } }`,
      'FL205 1/s and 2ms have different units',
    ],
    [
      'a word',
      `  s: { set: { ${RATE}: { from: few, to: many, steps: 3 } } }`,
      'FL205 few is not a quantity: a range needs numbers',
    ],
    [
      'a log scale from 0',
      '  s: { set: { policies.hop.timeout: { from: 0s, to: 2s, steps: 3, scale: log } } }',
      'FL205 a log scale needs values above 0',
    ],
    [
      'nowhere to go',
      `  s: { set: { ${RATE}: { from: 2/s, to: 2/s, steps: 3 } } }`,
      'FL205 from and to are the same: write two different values',
    ],
    [
      'a variant nobody knows',
      `  s: { variants: [retry], set: { ${RATE}: [ 1/s ] } }`,
      'FL303 there is no variant retry',
    ],
    [
      'a metric nobody knows',
      `  s: { metrics: [ users.latncy.p99 ], set: { ${RATE}: [ 1/s ] } }`,
      'FL502 unknown part users.latncy',
    ],
    [
      'a limit',
      `  s: { metrics: [ users.success > 1% ], set: { ${RATE}: [ 1/s ] } }`,
      'FL501 a recorded metric has no limit: write the metric alone',
    ],
    [
      'a fault nobody knows',
      `  s: { metrics: [ users.success during slow-bd ], set: { ${RATE}: [ 1/s ] } }`,
      'FL502 unknown fault slow-bd',
    ],
    [
      'recovery of nothing',
      `  s: { metrics: [ users.recovery ], set: { ${RATE}: [ 1/s ] } }`,
      'FL502 recovery needs `after FAULT`',
    ],
    [
      'nothing to search for',
      `  s: { kind: bisect, set: { ${RATE}: { from: 1/s, to: 2/s } } }`,
      "FL203 is required with kind: bisect if there are no budgets: write what has to hold, as expect: users.success >= 99% (--expect 'users.success >= 99%' of the command), or the values to try, as FROM..TO:5",
    ],
    [
      'a search along a list',
      `  s: { kind: bisect, expect: users.success > 1%, set: { ${RATE}: [ 1/s, 2/s ] } }`,
      'FL208 bisect needs exactly one path with a range: { from, to }',
    ],
    [
      'a search with steps',
      `  s: { kind: bisect, expect: users.success > 1%, set: { ${RATE}: { from: 1/s, to: 2/s, steps: 3 } } }`,
      'FL208 bisect draws its values from the whole range: remove steps',
    ],
    [
      'a search against another variant',
      `  s: { kind: bisect, expect: users.success > 1% of plain, set: { ${RATE}: { from: 1/s, to: 2/s } } }`,
      'FL208 a limit of a sweep cannot refer to another variant or `saved`',
    ],
    [
      'expect in a grid',
      `  s: { expect: users.success > 1%, set: { ${RATE}: [ 1/s ] } }`,
      'FL208 expect applies only to kind: bisect',
    ],
    [
      'a sample without a size',
      `  s: { kind: random, set: { ${RATE}: { from: 1/s, to: 2/s } } }`,
      'FL203 is required with kind: random',
    ],
    [
      'set is empty: write a path with values',
      '  s: { set: {} }',
      'FL208 set is empty: write a path with values',
    ],
    [
      'too much of it',
      `  s: { set: { ${RATE}: { from: 1/s, to: 2/s, steps: 1000 }, services.db.concurrency: { from: 1, to: 500, steps: 500 } } }`,
      'FL602 found 500000 settings; the limit is 10000',
    ],
    [
      'a value that stands twice',
      `  s: { set: { ${RATE}: [ 1/s, 2/s, 1/s ] } }`,
      'FL208 duplicate value 1/s',
    ],
    [
      'one thing in two spellings',
      `  s: { set: { services.db.concurrency: [ 1 ], 'services["db"].concurrency': [ 2 ] } }`,
      'FL208 services["db"].concurrency and services.db.concurrency overlap: remove one of them',
    ],
    [
      'a part of what another one sets',
      `  s: { set: { workloads.users.arrivals: [ poisson(1/s) ], ${RATE}: [ 2/s ] } }`,
      `FL208 ${RATE} and workloads.users.arrivals overlap: remove one of them`,
    ],
    [
      'how often it runs',
      '  s: { set: { run.replications: [ 1, 2 ] } }',
      'FL208 seed and replications are the same for all settings: write them outside set',
    ],
    [
      'its duration twice',
      '  s: { duration: 10s, set: { run.duration: [ 10s, 20s ] } }',
      'FL208 duration is also written outside set: remove one of them',
    ],
    [
      'what a variant has taken away',
      '  s: { set: { policies.hop.retry.attempts: [ 1, 2 ] } }',
      'FL208 variant plain removes policies.hop.retry, which this restores: list the variants',
    ],
    [
      'a metric of one variant',
      `  s: { metrics: [ users.success in plain ], set: { ${RATE}: [ 1/s ] } }`,
      'FL208 a metric is recorded for all variants of the sweep: remove `in`',
    ],
    [
      'a search in a variant that is not run',
      `  s: { kind: bisect, variants: [plain], expect: users.success > 1% in retries, set: { ${RATE}: { from: 1/s, to: 2/s } } }`,
      'FL208 retries is not a variant of this sweep',
    ],
    [
      'an axis that is taken away',
      `  s: { set: { ${RATE}: null } }`,
      'FL208 set is empty: write a path with values',
    ],
    [
      'an unknown kind',
      `  s: { kind: tune, set: { ${RATE}: [ 1/s ] } }`,
      'FL206 must be one of grid random sobol bisect, got tune',
    ],
    [
      'an objective',
      `  s: { objective: maximize users.goodput, set: { ${RATE}: [ 1/s ] } }`,
      'FL201 unknown key objective',
    ],
  ])('%s', (_what, lines, message) => {
    expect(wrong(lines)).toEqual([message]);
  });
});
