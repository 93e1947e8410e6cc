import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

const SWEEPS = `sweeps:
  grid:
    set:
      workloads.people.arrivals.rate: [ 20/s, 80/s ]
      services.shop.concurrency: { from: 2, to: 8, steps: 3 }
    metrics: [ people.success, people.latency.p99 during bank-hang, people.recovery after bank-hang ]
  luck: { kind: random, samples: 4, variants: [guarded], set: { workloads.people.arrivals.rate: { from: 10/s, to: 90/s }, services.shop.queue.discipline: [ fifo, lifo ] } }
`;

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  const budgets = ['people.success >= 50%', 'people.success <= 110% of plain in guarded'];
  scenario = folder.put('small.yaml', `${smallScenario(budgets)}${SWEEPS}`);
});
afterAll(() => folder.remove());

/** Runs a sweep into a new folder and returns its document. */
function swept(out: string, ...args: readonly string[]): SweepResult {
  const json = folder.at(`${out}.json`);
  const where = ['--out', folder.at(out), '--json', json, '--quiet'];
  const { status, stderr } = faultline(['sweep', scenario, ...args, ...where]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
}

function bytesOf(out: string): readonly string[] {
  return [`${out}.json`, `${out}/small.grid.html`].map((name) =>
    readFileSync(folder.at(name), 'utf8'),
  );
}

describe('faultline sweep', () => {
  it('runs every combination, each as the file with those values', () => {
    const result = swept('once', 'grid');
    expect(result.axes.map(({ values }) => values.map(({ text }) => text))).toEqual([
      ['20/s', '80/s'],
      ['2', '5', '8'],
    ]);
    expect(result.cases.map(({ at }) => at)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    const text = readFileSync(scenario, 'utf8')
      .replace('50/s', '80/s')
      .replace('    concurrency: 8\n', '    concurrency: 5\n')
      .replace(/budgets:[^]*$/, 'budgets: [ people.latency.p99 < 1s during bank-hang ]\n');
    const by = folder.put('by-hand.yaml', text);
    const json = folder.at('by-hand.json');
    faultline([
      'run',
      by,
      NO_PROOFS,
      '--quiet',
      '--out',
      folder.at('by-hand'),
      '--format',
      'json',
      '--json',
      json,
    ]);
    const run = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const own = result.cases[4]!.variants;
    for (const [i, variant] of run.variants.entries()) {
      const p99 = variant.budgets[0]!;
      expect(own[i]!.figures[1]).toMatchObject({ value: p99.value, ci95: p99.ci95, never: 0 });
      expect(own[i]!.figures[0]!.value).toBe(variant.components.people!.success);
    }
  });

  it('gives the same bytes for any number of threads', () => {
    swept('one', 'grid', '--workers', '1');
    swept('two', 'grid', '--workers', '2');
    expect(bytesOf('two')).toEqual(bytesOf('one'));
  });

  it('continues where it was interrupted, and does nothing twice', () => {
    const whole = swept('resumed', 'grid');
    const cases = folder.at('resumed/small.grid.cases');
    const names = readdirSync(cases).sort();
    expect(names).toHaveLength(6);
    rmSync(`${cases}/${names[0]!}`);
    writeFileSync(`${cases}/${names[1]!}`, '{"faultline":"case/1","variants":[{"na');
    const again = ['sweep', scenario, 'grid', '--out', folder.at('resumed')];
    const { stderr } = faultline(again);
    expect(stderr).toContain('simulated 2 settings (4 more were there already)');
    expect(swept('resumed', 'grid')).toEqual(whole);
    expect(faultline([...again, '--fresh']).stderr).toContain('simulated 6 settings in');
    // Another seed, another figure: nothing of it is there.
    expect(faultline([...again, '--seed', '8']).stderr).toContain('simulated 6 settings in');
  });

  it('runs in shards that are joined by their files', () => {
    const whole = swept('whole', 'grid');
    for (const part of ['1/2', '2/2']) {
      const out = folder.at(`shard-${part[0]!}`);
      const args = ['sweep', scenario, 'grid', '--shard', part, '--out', out];
      const { status, stdout } = faultline(args);
      expect([status, stdout]).toEqual([
        0,
        `shard ${part[0]!} of 2: 3 of 6 settings are in ${out}/small.grid.cases; ` +
          'run without --shard when the files of all shards are there\n',
      ]);
      cpSync(`${out}/small.grid.cases`, folder.at('joined/small.grid.cases'), { recursive: true });
    }
    cpSync(folder.at('shard-1/small.grid.cases'), folder.at('half/small.grid.cases'), {
      recursive: true,
    });
    const half = faultline(['sweep', scenario, 'grid', '--out', folder.at('half')]);
    const [rate, slots] = ['workloads.people.arrivals.rate', 'services.shop.concurrency'];
    expect(half.stderr).toContain(
      `simulated 3 settings (3 more were there already): ${rate}=20/s ${slots}=5, ` +
        `${rate}=80/s ${slots}=2, ${rate}=80/s ${slots}=8 in `,
    );
    expect(swept('joined', 'grid')).toEqual(whole);
    const out = ['--out', folder.at('joined')];
    expect(faultline(['sweep', scenario, 'grid', ...out]).stderr).toContain('simulated 0 settings');
  });

  it('draws the same sample each time, in the ranges and lists given', () => {
    const result = swept('luck', 'luck');
    expect(result.cases).toHaveLength(4);
    expect(result.variants).toEqual(['guarded']);
    const rates = result.axes[0]!.values.map(({ number }) => number!);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect(rates.every((rate) => rate >= 10 && rate <= 90)).toBe(true);
    expect(result.axes[1]!.values.map(({ text }) => text)).toEqual(['fifo', 'lifo']);
    expect(swept('luck-again', 'luck').cases).toEqual(result.cases);
    expect(swept('luck-else', 'luck', '--seed', '9').axes[0]).not.toEqual(result.axes[0]);
    // Spread evenly, each quarter of the range has one of four.
    const even = folder.put(
      'even.yaml',
      readFileSync(scenario, 'utf8').replace('kind: random', 'kind: sobol'),
    );
    const json = folder.at('even.json');
    faultline(['sweep', even, 'luck', '--quiet', '--out', folder.at('even'), '--json', json]);
    const { axes } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    const quarters = axes[0]!.values.map(({ number }) => Math.floor((number! - 10) / 20));
    expect(quarters).toEqual([0, 1, 2, 3]);
    // A budget about a variant that is not run is left out, and said to be.
    expect(result.budgets.map(({ text }) => text)).toEqual(['people.success >= 50%']);
    expect(result.leftOut).toEqual(['people.success <= 110% of plain in guarded']);
  });

  it('takes a sweep from the command line, and writes what is wanted', () => {
    const out = folder.at('formats');
    const rate = '--set=workloads.people.arrivals.rate=20/s..40/s:3';
    const metric = ['--metric', 'people.latency.p50'];
    const args = ['sweep', scenario, rate, ...metric, '--variant', 'guarded', '--out', out];
    const { status, stdout } = faultline([...args, '--format', 'html,svg,md,csv,json']);
    expect(status).toBe(0);
    for (const value of ['20/s', '30/s', '40/s']) expect(stdout).toContain(value);
    const names = readdirSync(out).sort();
    const base = names[0]!;
    expect(base).toMatch(/^small\.set-people-arrivals-rate-20-s-to-40-s-3-[0-9a-f]{8}$/);
    expect(names).toEqual([
      base,
      ...['csv', 'html', 'json', 'md'].map((end) => `${base}.${end}`),
      'small.set.cases',
    ]);
    expect(readdirSync(`${out}/${base}`).some((name) => name.endsWith('.svg'))).toBe(true);
  });

  it('writes files of its own for each sweep of the command line', () => {
    const out = folder.at('several');
    const csvOf = (values: string, ...flags: string[]): void => {
      const rate = `--set=workloads.people.arrivals.rate=${values}`;
      const args = ['sweep', scenario, rate, '--variant', 'guarded', '--quiet', ...flags];
      expect(faultline([...args, '--format', 'csv', '--out', out]).status).toBe(0);
    };
    const pages = (): readonly string[] => readdirSync(out).filter((name) => name.endsWith('.csv'));
    csvOf('20/s,30/s');
    const [first] = pages();
    const text = readFileSync(`${out}/${first!}`, 'utf8');
    csvOf('20/s,40/s');
    csvOf('20/s,30/s', '--metric', 'people.latency.p50');
    csvOf('20/s,30/s', '--seed', '9');
    expect(pages()).toHaveLength(4);
    csvOf('20/s,30/s');
    expect(pages()).toHaveLength(4);
    expect(readFileSync(`${out}/${first!}`, 'utf8')).toBe(text);
    // Each setting once: 20/s, 30/s, 40/s, two with another metric, two with another seed.
    expect(readdirSync(`${out}/small.set.cases`)).toHaveLength(7);
  });

  it('leaves out what is said of a variant that is not run', () => {
    const text = smallScenario(['people.success >= 1% in plain', 'extra.success >= 1% in more']);
    const more = `  - { name: more, set: { services.extra: { endpoints: { go: [ work: 1ms ] } }, "services.shop.endpoints.buy.steps": [ { work: 1ms }, { call: extra.go } ] } }\nbudgets:\n`;
    const path = folder.put(
      'more.yaml',
      `${text.replace('budgets:\n', more)}sweeps: { s: { variants: [plain, guarded], set: { workloads.people.arrivals.rate: [ 20/s, 30/s ] } } }\n`,
    );
    const json = folder.at('more.json');
    const out = ['--out', folder.at('more'), '--json', json];
    const { status, stdout, stderr } = faultline(['sweep', path, ...out]);
    expect([status, stderr.includes('FL')]).toEqual([0, false]);
    expect(stdout).toContain('guarded: not judged');
    const { leftOut } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect(leftOut).toEqual(['extra.success >= 1% in more']);
  });

  it('does not hold a variant against one that a guard has stopped', () => {
    const heavy = `faultline: 1
title: Heavy
run: { duration: 10s, replications: 2, maxEvents: 15000 }
services: { pay: { concurrency: 8, endpoints: { charge: [ wait: exponential(10ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: pay.charge } ] } }
variants:
  - { name: heavy, baseline: true, set: { workloads.users.arrivals.rate: 1400/s } }
  - { name: light }
budgets: [ users.latency.p99 <= 90% of heavy in light, users.latency.p99 < 1s ]
sweeps: { a: { set: { services.pay.queue.capacity: [10, 20] } } }
`;
    const json = folder.at('heavy.json');
    const out = ['--out', folder.at('heavy'), '--quiet', '--json', json];
    faultline(['sweep', folder.put('heavy.yaml', heavy), ...out]);
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect(cases[0]!.variants.map(({ stop, budgets }) => [stop, budgets])).toEqual([
      ['events', [null, null]],
      [null, [null, 'pass']],
    ]);
  });

  it('continues after a setting that a guard stops, and reports it', () => {
    const path = folder.put(
      'deep.yaml',
      `${smallScenario()}sweeps: { s: { variants: [guarded], set: { run.maxEvents: [ 2000, 1000000 ] } } }\n`,
    );
    const json = folder.at('deep.json');
    const out = ['--out', folder.at('deep'), '--json', json];
    const { status } = faultline(['sweep', path, '--quiet', ...out]);
    expect(status).toBe(0);
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect(cases.map(({ variants }) => variants[0]!.stop)).toEqual(['events', null]);
    expect(cases[0]!.variants[0]!.figures.every(({ value }) => value === null)).toBe(true);
    expect(cases[1]!.variants[0]!.figures.some(({ value }) => value !== null)).toBe(true);
  });
});

/** One server of 1 s mean: the time in the system is 1 / (1 - rate). */
const QUEUE = `faultline: 1
title: M/M/1
run: { duration: 40000s, warmup: 2000s, seed: 3, replications: 4 }
services:
  station: { concurrency: 1, queue: { capacity: unbounded }, endpoints: { serve: [ wait: exponential(1s) ] } }
workloads:
  customers: { arrivals: poisson(0.5/s), requests: [ { call: station.serve } ] }
variants:
  - { name: one }
  - { name: two, set: { services.station.concurrency: 2 } }
`;

describe('faultline sweep, looking for an edge', () => {
  it('finds the load at which theory says that a limit is passed', () => {
    const path = folder.put('queue.yaml', QUEUE);
    const json = folder.at('queue.json');
    const set = '--set=workloads.customers.arrivals.rate=0.1/s..0.95/s';
    const out = ['--out', folder.at('queue'), '--json', json, '--quiet'];
    const expectation = ['--expect', 'customers.latency.mean < 4s'];
    expect(faultline(['sweep', path, set, ...expectation, ...out]).status).toBe(0);
    const { edges, axes, cases } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    const values = axes[0]!.values.map(({ number }) => number!);
    // 1 / (1 - 0.75) = 4; two servers are nowhere near it.
    expect(edges[0]).toMatchObject({ variant: 'one', outcome: 'found' });
    const [holds, breaks] = [values[edges[0]!.holds!]!, values[edges[0]!.breaks!]!];
    expect(breaks - holds).toBeLessThanOrEqual(0.02 * breaks);
    expect(Math.abs((holds + breaks) / 2 - 0.75)).toBeLessThan(0.02);
    expect(edges[1]).toEqual({
      variant: 'two',
      outcome: 'holds',
      holds: null,
      breaks: null,
      isSure: true,
    });
    // Two servers were tried only at both ends.
    expect(
      cases.filter(({ variants }) => variants.some(({ name }) => name === 'two')),
    ).toHaveLength(2);
  });

  it('looks for the load up to which all budgets hold, where nothing else is asked', () => {
    const budgets = `budgets:
  - customers.latency.mean < 4s
  - customers.success >= 99%
  - customers.latency.mean <= 120% of two in one
  - { expect: customers.latency.mean < 1ms, severity: warning }
`;
    const path = folder.put('budgets.yaml', `${QUEUE}${budgets}`);
    const json = folder.at('budgets.json');
    const set = '--set=workloads.customers.arrivals.rate=0.1/s..0.95/s';
    const out = ['--out', folder.at('queue'), '--json', json];
    const { stdout } = faultline(['sweep', path, set, '--variant', 'one', ...out]);
    const {
      edges,
      axes,
      budgets: judged,
      leftOut,
    } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    const at = (index: number): number => axes[0]!.values[index]!.number!;
    expect(Math.abs((at(edges[0]!.holds!) + at(edges[0]!.breaks!)) / 2 - 0.75)).toBeLessThan(0.02);
    expect(judged).toHaveLength(3);
    // A search runs each variant separately.
    expect(leftOut).toEqual(['customers.latency.mean <= 120% of two in one']);
    expect(stdout).toContain('the budgets stop to hold');
    expect(stdout).toContain('Broken there: customers.latency.mean < 4s.');
  });

  it('takes a guard for no answer', () => {
    const text = smallScenario(['people.success >= 1%']).replace(
      'seed: 7',
      'seed: 7, maxEvents: 30000',
    );
    const path = folder.put('guard.yaml', text);
    const out = ['--variant', 'plain', '--out', folder.at('guard')];
    const asked = ['sweep', path, '--set=workloads.people.arrivals.rate=10/s..1000/s'];
    for (const expectation of [[], ['--expect', 'people.latency.p99 < 500s']]) {
      const { stdout } = faultline([...asked, ...expectation, ...out]);
      expect(stdout).toMatch(
        /plain holds up to [\d.]+\/s; from [\d.]+\/s on the runs were stopped \(events\), and nothing was measured\./,
      );
    }
    const high = ['sweep', path, '--set=workloads.people.arrivals.rate=700/s..1000/s'];
    expect(faultline([...high, ...out]).stdout).toContain('is undecided at both ends');
  });

  it('is the same resumed with more or fewer runs, and shows intervals of 95 %', () => {
    const path = folder.put('short.yaml', QUEUE.replace('40000s', '10000s'));
    const set = '--set=workloads.customers.arrivals.rate=0.1/s..0.95/s';
    const asked = [
      'sweep',
      path,
      set,
      '--expect',
      'customers.latency.mean < 4s',
      '--variant',
      'one',
    ];
    const of = (out: string, replications: string): string => {
      const json = folder.at(`${out}-${replications}.json`);
      const where = ['--quiet', '--out', folder.at(out), '--json', json];
      faultline([...asked, '--replications', replications, ...where]);
      return readFileSync(json, 'utf8');
    };
    of('mixed', '10');
    expect(of('mixed', '5')).toBe(of('unmixed', '5'));
    const { cases } = JSON.parse(of('mixed', '10')) as SweepResult;
    const { cases: five } = JSON.parse(of('mixed', '5')) as SweepResult;
    // At the lower end the first five of ten are enough: the same five.
    const [early, whole] = [cases, five].map((all) => all[0]!.variants[0]!);
    expect([early!.replications, whole!.replications]).toEqual([5, 5]);
    expect(early!.expect!.ci95).toEqual(whole!.expect!.ci95);
  });

  it('asks only those variants that anything is asked of', () => {
    const path = folder.at('queue.yaml');
    const set = '--set=workloads.customers.arrivals.rate=0.1/s..0.5/s';
    const json = folder.at('asked.json');
    const out = ['--quiet', '--out', folder.at('asked'), '--json', json, '--replications', '2'];
    faultline(['sweep', path, set, '--expect', 'customers.success > 1% in two', ...out]);
    const { variants, edges } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect([variants, edges.map(({ variant }) => variant)]).toEqual([['two'], ['two']]);
    const warned = folder.put(
      'warned.yaml',
      `${QUEUE}budgets: [ { expect: customers.success > 1%, severity: warning } ]\n`,
    );
    const { status, stderr } = faultline(['sweep', warned, set, '--out', folder.at('asked')]);
    expect([status, stderr.includes('no budget but warnings')]).toEqual([2, true]);
  });

  it('says where an expectation holds nowhere', () => {
    const path = folder.at('queue.yaml');
    const json = folder.at('nowhere.json');
    const set = '--set=workloads.customers.arrivals.rate=0.1/s..0.5/s';
    const args = ['--expect', 'customers.latency.mean < 100ms', '--variant', 'one', '--quiet'];
    faultline(['sweep', path, set, ...args, '--out', folder.at('queue'), '--json', json]);
    const { edges } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect(edges).toMatchObject([{ outcome: 'breaks', holds: null, breaks: null, isSure: true }]);
  });
});

describe('what faultline sweep refuses', () => {
  it.each([
    [['grd'], 'has no sweep "grd" (did you mean "grid"?); it has grid, luck'],
    [[], 'has several sweeps: grid, luck'],
    [['grid', '--set', 'a=b'], 'leave one of them out'],
    [['--set', 'novalues'], 'write a path and its values'],
    [['--metric', 'people.success'], '--metric belongs to a sweep on the command line'],
    [['--set', 'services.shop.nothing.here=1'], 'services.shop.nothing'],
    [['--set', 'services.shop.concurrency=0'], 'services.shop.concurrency = 0'],
    [['grid', '--variant', 'plian'], 'did you mean "plain"?'],
    [['grid', '--shard', '3/2'], 'a part of the whole is expected'],
    [['luck', '--shard', '1/2', '--json', 'x'], 'a shard has no result of its own'],
    [['--set', 'workloads.people.arrivals.rate=1/s..9/s', '--shard', '1/2'], 'it has no shards'],
    [
      [
        '--set',
        'workloads.people.arrivals.rate=1/s..9/s',
        '--expect',
        'people.success > 1% in plian',
      ],
      'unknown variant plian',
    ],
    [['luck', '--variant', 'plain'], 'sweep luck has no variant "plain"; it has guarded'],
  ])('%s', (args, message) => {
    const { status, stderr } = faultline(['sweep', scenario, ...args, '--out', folder.at('no')]);
    expect([status, stderr.includes(message) || stderr]).toEqual([2, true]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(folder.at('no'))).toBe(false);
  });

  it('says of validate what is wrong about a value', () => {
    const text = `${smallScenario()}sweeps: { s: { set: { services.shop.concurrency: [ 1, few ] } } }\n`;
    const { status, stderr } = faultline(['validate', folder.put('few.yaml', text)]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /few\.yaml: with services\.shop\.concurrency = few\n.*few\.yaml:\d+:\d+ FL/,
    );
  });

  it('says what does the work of commands that people may look for', () => {
    for (const [name, message] of [
      ['merge', 'run sweep again without --shard'],
      ['search', '--expect EXPRESSION'],
    ] as const) {
      const { status, stderr } = faultline([name, 'x.yaml']);
      expect([name, status, stderr.includes(message)]).toEqual([name, 2, true]);
    }
  });
});
