import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { Source } from '../../src/scenario/load.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';

const FILE = `faultline: 1
title: Shop
run: { duration: 20s, replications: 2 }
defaults: { services: { concurrency: 8 } }
services:
  shop:
    endpoints:
      buy:
        - work: exponential(5ms)
        - { call: bank.pay, policy: { timeout: 100ms, retry: { kind: simple, attempts: 3 } } }
  bank: { concurrency: 4, endpoints: { pay: [ wait: lognormal(p50=10ms p99=40ms) ] } }
workloads:
  open: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ], patience: 1s }
  ramp:
    arrivals: { kind: stages, start: 10/s, stages: [ { duration: 5s, target: 30/s }, { duration: 5s, target: 0/s } ] }
    requests: [ { call: shop.buy } ]
  wave: { arrivals: burst(10/s 40/s 10s 2s), requests: [ { call: shop.buy } ] }
  gaps: { arrivals: renewal(exponential(20ms)), requests: [ { call: shop.buy } ] }
  people: { arrivals: closed(5 exponential(1s)), requests: [ { call: shop.buy } ] }
faults: [ { id: slow, kind: slow, target: bank, factor: 3, at: 8s, for: 4s } ]
variants:
  - { name: plain, remove: [ "services.shop.endpoints.buy.steps[1].policy" ] }
  - { name: guarded, baseline: true }
`;

function load(set: readonly string[], as: string | null = null, variants: string[] | null = null) {
  const whatIf = { set, as, variants };
  return new Source('shop.yaml', () => ({ text: FILE }), null, whatIf).load();
}

function built(
  set: readonly string[],
  as: string | null = null,
  variants?: string[],
): ScenarioFile {
  const { file, problems } = load(set, as, variants ?? null);
  expect(problems.map(formatDiagnostic)).toEqual([]);
  return file!;
}

function problemsOf(set: readonly string[], as: string | null = null, variants?: string[]) {
  return load(set, as, variants ?? null).problems.map((one) => formatDiagnostic(one));
}

const guarded = (file: ScenarioFile) => file.variants.find(({ name }) => name === 'guarded')!;

describe('changes of the command line', () => {
  it('set a value in every variant, and are in its patch and in the file', () => {
    const file = built(['services.bank.concurrency=7', 'run.duration=30s']);
    expect(file.variants.map(({ scenario }) => scenario.services.get('bank')!.concurrency)).toEqual(
      [7, 7],
    );
    expect(file.variants[0]!.scenario.run.durationNs).toBe(30e9);
    expect(guarded(file).patch.set).toEqual([
      ['services.bank.concurrency', 7],
      ['run.duration', '30s'],
    ]);
    expect(file.whatIf).toEqual({
      set: ['services.bank.concurrency=7', 'run.duration=30s'],
      as: null,
    });
    expect(built([]).sha256).not.toBe(file.sha256);
  });

  it('take YAML, and lay maps over what is there', () => {
    const path = 'services.shop.endpoints.buy.steps[1].policy';
    const file = built([`${path}={ timeout: 250ms }`], null, ['guarded']);
    expect(guarded(file).patch.set).toEqual([
      [path, expect.objectContaining({ timeout: '250ms' })],
    ]);
    expect(JSON.stringify(file.variants[0]!.patch.set)).toBe('[]');
  });

  it('multiply numbers, durations and distributions, also what is inherited', () => {
    const file = built([
      'faults[slow].factor=x1.5',
      'services.shop.concurrency=x2',
      'services.bank.endpoints.pay.steps[0].wait=x2',
      'workloads.open.patience=x0.5',
    ]);
    expect(guarded(file).patch.set).toEqual([
      ['faults[0].factor', 4.5],
      ['services.shop.concurrency', 16],
      [
        'services.bank.endpoints.pay.steps[0].wait',
        expect.objectContaining({ time: 'lognormal(p50=20ms p99=80ms)' }),
      ],
      ['workloads.open.patience', expect.objectContaining({ after: '0.5s' })],
    ]);
  });

  it('multiply the rate of each kind of arrivals, of a profile each stage', () => {
    const { workloads } = guarded(built(['workloads.*.arrivals.rate=x1.5'])).scenario;
    const of = (name: string) => workloads.get(name)!.arrivals;
    expect(of('open')).toMatchObject({ rate: 75 });
    expect(of('ramp')).toMatchObject({
      start: 15,
      stages: [
        { durationNs: 5e9, target: 45 },
        { durationNs: 5e9, target: 0 },
      ],
    });
    expect(of('wave')).toMatchObject({ base: 15, peak: 60, everyNs: 10e9, forNs: 2e9 });
    expect(of('gaps')).toMatchObject({ gap: { kind: 'exponential' } });
    expect(JSON.stringify(of('gaps'))).toContain('13333333');
    expect(of('people')).toMatchObject({ users: 5 });
  });

  it('reach every entry with a star, steps where they have what is named', () => {
    const file = built(['services.*.concurrency=9', 'services.*.endpoints.*.steps[*].wait=x3']);
    const { services } = guarded(file).scenario;
    expect([...services.values()].map(({ concurrency }) => concurrency)).toEqual([9, 9]);
    expect(guarded(file).patch.set.map(([path]) => path)).toEqual([
      'services.shop.concurrency',
      'services.bank.concurrency',
      'services.bank.endpoints.pay.steps[0].wait',
    ]);
  });

  it('change settings of a feature where it is, and say where it is not', () => {
    const scaled = FILE.replace(
      'concurrency: 4,',
      'concurrency: 4, autoscaling: { metric: rate, target: 9/s, max: 9 },',
    );
    const loaded = (set: string) =>
      new Source('shop.yaml', () => ({ text: scaled }), null, {
        ...{ set: [set], as: null, variants: null },
      }).load();
    for (const [value, max] of [
      ['5', 5],
      ['x2', 18],
    ] as const) {
      const { file, places } = loaded(`services.*.autoscaling.max=${value}`);
      const { services } = guarded(file!).scenario;
      expect([...services.values()].map(({ autoscaling }) => autoscaling?.max)).toEqual([
        max,
        undefined,
      ]);
      expect(places.notesOnEdits()).toContainEqual(
        '--set #1: services.*.autoscaling.max does not change services.shop: no autoscaling there',
      );
    }
    const whole = loaded('services.*.autoscaling={ metric: rate, target: 9/s, max: 3 }');
    expect(
      [...guarded(whole.file!).scenario.services.values()].map((one) => one.autoscaling?.max),
    ).toEqual([3, 3]);
    const off = guarded(loaded('services.*.autoscaling=none').file!).scenario;
    expect([...off.services.values()].map(({ autoscaling }) => autoscaling)).toEqual([null, null]);
    // A mapping of names is not a feature: a bundle of policies for calls can be new.
    expect(problemsOf(['services.*.outbound.default.timeout=1s'])).toEqual([]);
    const path = 'services.*.endpoints.*.steps[*].policy.timeout';
    const { places } = load([`${path}=x2`]);
    expect(places.notesOnEdits()).toEqual([`--set #1: ${path} changes nothing in variant plain`]);
  });

  it('apply one after the other', () => {
    const file = built(['services.bank.concurrency=x2', 'services.bank.concurrency=x2']);
    expect(guarded(file).scenario.services.get('bank')!.concurrency).toBe(16);
  });

  it('become a variant of their own beside those of the file', () => {
    const file = built(['services.bank.concurrency=x2'], 'twice');
    expect(file.variants.map(({ name, baseline }) => [name, baseline])).toEqual([
      ['plain', false],
      ['guarded', true],
      ['twice', false],
    ]);
    const sizes = file.variants.map(({ scenario }) => scenario.services.get('bank')!.concurrency);
    expect(sizes).toEqual([4, 4, 8]);
    // Of the chosen variants where the baseline is not among them.
    const other = built(['services.bank.concurrency=x2'], 'twice', ['plain']);
    expect(other.variants[2]!.patch.remove).toEqual([
      'services.shop.endpoints.buy.steps[1].policy',
    ]);
  });
});

describe('a change that cannot be made', () => {
  it.each([
    ['services.shp.concurrency=2', 'FL302 services has no shp (did you mean "shop"?)'],
    ['services.shp.concurrency=x2', 'FL302 services has no shp (did you mean "shop"?)'],
    [
      'workloads.*.arrivals.rat=x2',
      'FL302 nothing matches workloads.*.arrivals.rat: no entry has rat (did you mean "rate"?)',
    ],
    [
      'services.*.autoscaling.max=3',
      'FL302 nothing matches services.*.autoscaling.max: no entry has autoscaling; to add it, write services.*.autoscaling={ … }',
    ],
    ['databases.*.pool=3', 'FL302 the scenario has no databases'],
    [
      'services.bank.concurrency=many',
      'FL205 services.bank.concurrency: must be a whole number >= 1 or unlimited, got many',
    ],
    [
      'services.bank.concurrency=x1.1',
      'FL205 services.bank.concurrency: must be a whole number >= 1 or unlimited, got 4.4',
    ],
    ['title=Other', 'FL302 title is the same for all variants and cannot be changed by one'],
    [
      'faults[slow].target=x2',
      'FL302 faults[slow].target is a list, and a factor needs a number, a rate, a duration or a size',
    ],
    [
      'workloads.ramp.arrivals.stages[1].target=x2',
      'FL302 workloads.ramp.arrivals.stages[1].target is "0/s", every multiple of which is the same: set the value',
    ],
    [
      'services.bank.concurrency',
      'FL301 expected a path and its new value: path=value, or path=x1.5',
    ],
    ['services.bank.concurrency=[1', 'FL105'],
    ['services..x=1', 'FL301 expected a key'],
  ])('%s: its option, what is wrong and what is near', (set, words) => {
    const found = problemsOf(['run.duration=10s', set]);
    expect(found[0]).toContain(`--set #2: ${words}`);
    expect(found[0]!.split('\n')).toContain(`> 1 | ${set}`);
  });

  it.each([
    [
      ['services.bank.concurrency=8', 'services.bank.concurrency=9'],
      'services.bank.concurrency is set twice, to 8 and to 9: keep one of them',
    ],
    [
      ['services.bank.concurrency=x2', 'services.bank.concurrency=9'],
      'services.bank.concurrency is set twice, to x2 and to 9: keep one of them',
    ],
    [
      ['faults[0].at=9s', 'faults[slow].at=10s'],
      'setting faults[slow].at to 10s leaves nothing of faults[0].at set to 9s before it: ' +
        'remove one of them, or set the exact path last',
    ],
    [
      ['faults[slow].at=9s', 'faults[0].at=10s'],
      'setting faults[0].at to 10s leaves nothing of faults[slow].at set to 9s before it',
    ],
    [
      ['services.bank.concurrency=9', 'services.*.concurrency=8'],
      'setting services.*.concurrency to 8 leaves nothing of services.bank.concurrency set to 9 before it',
    ],
    [
      ['services.bank.concurrency=9', 'services.bank={ concurrency: 8, replicas: 3 }'],
      'setting services.bank to a mapping leaves nothing of services.bank.concurrency set to 9',
    ],
    [
      ['workloads.people.patience=1s', 'workloads.people.patience.after=2s'],
      'setting workloads.people.patience.after to 2s leaves nothing of workloads.people.patience',
    ],
    [
      ['workloads["open"].arrivals=poisson(9/s)', 'workloads.open.arrivals=constant(9/s)'],
      'setting workloads.open.arrivals to constant(9/s) leaves nothing of workloads["open"].arrivals',
    ],
  ])('leaves nothing of another one: %j', (set, words) => {
    const found = problemsOf(set);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`--set #2: FL208 ${words}`);
  });

  it.each([
    [
      ['services.*.concurrency=8', 'services.bank.concurrency=9'],
      [9, 8],
    ],
    [
      ['services.bank={ concurrency: 6, replicas: 3 }', 'services.bank.concurrency=9'],
      [9, 8],
    ],
    [
      ['services.bank.concurrency=6', 'services.bank.concurrency=x3'],
      [18, 8],
    ],
    [
      ['services.bank.concurrency=6', 'services.bank={ replicas: 3 }'],
      [6, 8],
    ],
    [
      ['services.bank={ concurrency: 6 }', 'services.*.concurrency=x2', 'services.bank.replicas=3'],
      [12, 16],
    ],
  ])('refines another one: %j', (set, sizes) => {
    const { services } = guarded(built(set)).scenario;
    expect([...services.values()].map(({ concurrency }) => concurrency)).toEqual(sizes);
  });

  it('of a variant is checked too', () => {
    const text = FILE.replace(
      'baseline: true',
      'baseline: true, set: { "faults[0].at": 9s, "faults[slow].at": 10s }',
    );
    const { problems } = new Source('shop.yaml', () => ({ text })).load();
    expect(problems.map(formatDiagnostic)).toEqual([
      expect.stringContaining(
        'FL208 setting faults[slow].at to 10s leaves nothing of faults[0].at',
      ),
    ]);
  });

  it('points at the wrong step of the path and at the wrong value', () => {
    expect(problemsOf(['services.shp.concurrency=2'])[0]).toMatch(/\n {4}\| {10}\^+$/m);
    expect(problemsOf(['services.bank.concurrency=many'])[0]).toMatch(/\n {4}\| {27}\^{4}$/m);
  });

  it('names the variants that have no such place', () => {
    const path = 'services.shop.endpoints.buy.steps[1].policy.timeout';
    expect(problemsOf([`${path}=x2`])).toEqual([
      expect.stringContaining('has no policy (in variant plain): choose the variants that have it'),
    ]);
    expect(problemsOf([`${path}=50ms`])).toEqual([
      expect.stringContaining('variant plain removes services.shop.endpoints.buy.steps[1].policy'),
    ]);
    expect(problemsOf([`${path}=x2`], null, ['guarded'])).toEqual([]);
    // A star skips entries without the field.
    expect(problemsOf(['services.*.endpoints.*.steps[*].policy.timeout=x2'])).toEqual([]);
  });

  it('says what is wrong with the name of a variant', () => {
    const set = ['services.bank.concurrency=5'];
    expect(problemsOf(set, 'plain')[0]).toContain('--as: FL402 the file has a variant plain');
    expect(problemsOf(set, '2x')[0]).toContain('--as: FL401 "2x" is not a name');
    expect(problemsOf(set, 'base')[0]).toContain(
      '--as: FL403 base is a reserved word: `base` is the file without a variant. Choose another name',
    );
  });

  it('takes a quoted x2 as a text', () => {
    expect(problemsOf(['services.bank.concurrency="x2"'])[0]).toContain('got x2');
  });
});
