import { afterAll, describe, expect, it } from 'vitest';
import type { OptionError } from '../../src/index.js';
import {
  ScenarioError,
  explore,
  fix,
  load,
  metric,
  prove,
  resultText,
  story,
  sweep,
} from '../../src/index.js';
import { inThisThread, type Execute } from '../../src/api/execute.js';
import { canonicalJson } from '../../src/text/canonical.js';
import { Folder, faultline, smallScenario } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const TEXT = smallScenario(['people.success >= 60%']);
const FILE = folder.put('small.yaml', TEXT);
const OUT = ['--out', folder.at('out'), '--format', 'json'];

function printed(...args: readonly string[]): string {
  const { status, stdout, stderr } = faultline(args);
  expect(status, stderr).toBe(0);
  return stdout;
}

async function errorOf<E>(call: () => unknown): Promise<E> {
  try {
    await call();
  } catch (error) {
    return error as E;
  }
  throw new Error('nothing was thrown');
}

describe('prove', () => {
  it('returns the document of `run`, with its further runs', async () => {
    const document = printed('run', FILE, ...OUT, '--json', '-');
    expect(document).toContain('"counterfactuals"');
    const result = await prove(TEXT);
    expect(resultText(result)).toBe(document);
    expect(metric(result, 'people.success').variant).toBe('plain');
  });
});

describe('story', () => {
  it('is the account of the command line, from a scenario and from a result', async () => {
    const markdown = printed('story', FILE, '--markdown');
    const text = printed('story', FILE);
    const own = await story(TEXT, { source: 'small.yaml' });
    expect(own.markdown).toBe(markdown);
    expect(own.text).toBe(text);
    const document = JSON.parse(resultText(own.result));
    expect((await story(document, { source: 'small.yaml' })).markdown).toBe(markdown);
    const error = await errorOf<OptionError>(() => story(own.result, { seed: 3 }));
    expect(error).toMatchObject({ option: 'seed' });
  });
});

describe('sweep', () => {
  it('returns the document of the command line: a grid', async () => {
    const set = { 'services.shop.concurrency': [2, 8], 'services.bank.concurrency': [4, 8] };
    const flags = Object.entries(set).flatMap(([path, all]) => ['--set', `${path}=${all.join()}`]);
    const how = ['--metric', 'people.latency.p99', '--variant', 'guarded', '--replications', '1'];
    const document = printed('sweep', FILE, ...flags, ...how, ...OUT, '--json', '-');
    const options = { set, metric: 'people.latency.p99', variant: 'guarded', replications: 1 };
    expect(resultText(await sweep(TEXT, options))).toBe(document);
    expect(JSON.parse(document).cases).toHaveLength(4);
  });

  it('returns the document of the command line: a search for a limit', async () => {
    const range = 'workloads.people.arrivals.rate=400/s..700/s';
    const how = ['--expect', 'people.success >= 70%', '--variant', 'guarded'];
    const document = printed('sweep', FILE, '--set', range, ...how, ...OUT, '--json', '-');
    const own = await sweep(load(TEXT), {
      set: [range],
      expect: 'people.success >= 70%',
      variant: 'guarded',
    });
    expect(resultText(own)).toBe(document);
    expect(own.edges[0]!.outcome).toBe('found');
  });

  it('says what is wrong with a value, a name and a scenario that was changed', async () => {
    const set = { 'services.shop.concurency': [1, 2] };
    const path = await errorOf<ScenarioError>(() => sweep(TEXT, { set }));
    expect(path.diagnostics[0]).toMatchObject({ suggestion: 'concurrency' });
    const values = { 'services.shop.concurrency': [1, -2] };
    const value = await errorOf<ScenarioError>(() => sweep(TEXT, { set: values }));
    expect(value).toBeInstanceOf(ScenarioError);
    const none = await errorOf<OptionError>(() => sweep(TEXT));
    expect(none.message).toContain('has no sweeps');
    const loaded = load(TEXT, { set: { 'services.shop.concurrency': 4 } });
    const changed = await errorOf<OptionError>(() => sweep(loaded, { set: values }));
    expect(changed.message).toContain('takes it as it is in the file');
    const option = await errorOf<OptionError>(() => sweep(TEXT, { expct: 'a' } as object));
    expect(option).toMatchObject({ option: 'expct', suggestion: 'expect' });
  });
});

describe('explore', () => {
  it('returns the document of the command line', async () => {
    const faults = ['down', 'slow=5'];
    const budget = 'people.success >= 95%';
    const most = ['--budget', budget, '--replications', '1', '--max-runs', '30'];
    const how = ['--faults', faults.join(), ...most];
    const document = printed('explore', FILE, ...how, '--json', '-');
    const own = await explore(TEXT, { faults, budget, replications: 1, maxRuns: 30 });
    expect(`${canonicalJson(own)}\n`).toBe(document);
    expect(own.explored[0]!.sets.length).toBeGreaterThan(0);
  });

  it('says what is wrong with a fault, a time and a scenario without budgets', async () => {
    const fault = await errorOf<OptionError>(() => explore(TEXT, { faults: 'dwon' }));
    expect(fault).toMatchObject({ option: 'faults', found: 'dwon', suggestion: 'down' });
    expect(fault.allowed).toContain('latency');
    const time = await errorOf<OptionError>(() => explore(TEXT, { at: '5 apples' }));
    expect(time.message).toContain('`at` is a duration such as 90s');
    const budget = await errorOf<OptionError>(() => explore(smallScenario()));
    expect(budget.message).toContain('no budget says what variant plain must hold');
  });
});

describe('fix', () => {
  it('names the settings of a run that fails', async () => {
    const tight = smallScenario(['people.success >= 100%', 'people.latency.max < 1ms']);
    const execute: Execute = (plans, count, first) => {
      const changed = plans.find(({ variant }) => variant.includes(' '));
      if (changed !== undefined) throw new Error(`variant ${changed.variant}`);
      return inThisThread(plans, count, first);
    };
    const { message } = await errorOf<Error>(() => fix(tight, { execute, maxRuns: 20 }));
    expect(message).toMatch(/^variant plain with(out)? [a-z]+\./u);
  });
});
