import { afterAll, describe, expect, it } from 'vitest';
import {
  GuardStop,
  OptionError,
  ScenarioError,
  broken,
  compare,
  lint,
  load,
  metric,
  resultText,
  simulate,
} from '../../src/index.js';
import { scenarioFile, threads } from '../../src/node.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const BUDGETS = ['people.success >= 99%', 'people.latency.p99 < 1s in guarded'];
const TEXT = smallScenario(BUDGETS);
const FILE = folder.put('small.yaml', TEXT);

/** The standard output of a command. */
function printed(...args: readonly string[]): string {
  return faultline(args).stdout;
}

/** The error of a call. */
async function errorOf<E>(call: () => unknown): Promise<E> {
  try {
    await call();
  } catch (error) {
    return error as E;
  }
  throw new Error('nothing was thrown');
}

describe('simulate', () => {
  it('returns the document of the command line, byte for byte', async () => {
    const out = ['--out', folder.at('out'), '--format', 'json', '--json', '-', NO_PROOFS];
    const document = printed('run', FILE, ...out);
    expect(resultText(await simulate(TEXT))).toBe(document);
    expect(resultText(await simulate(scenarioFile(FILE)))).toBe(document);
    expect(resultText(await simulate(load(TEXT), { execute: threads({ workers: 2 }) }))).toBe(
      document,
    );
  });

  it('takes the changes of the command line', async () => {
    const set = { 'services.shop.concurrency': 4, 'workloads.*.arrivals.rate': 'x1.5' };
    const options = { set, as: 'other', variant: 'guarded', seed: 3, replications: 1 };
    const flags = Object.entries(set).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
    const same = ['--variant', 'guarded', '--as', 'other', '--seed', '3', '--replications', '1'];
    const out = ['--out', folder.at('out'), '--format', 'json', '--json', '-', NO_PROOFS];
    const document = printed('run', FILE, ...flags, ...same, ...out);
    expect(JSON.parse(document).variants).toHaveLength(2);
    expect(resultText(await simulate(TEXT, options))).toBe(document);
    // A loaded scenario keeps what it was loaded with, and takes further options.
    const { set: own, as, variant, ...later } = options;
    const loaded = load(TEXT, { set: own, as, variant });
    expect(resultText(await simulate(loaded, later))).toBe(document);
  });

  it('reads includes through the option `read`, and says so without it', async () => {
    const text = `include: [ part.yaml ]\n${TEXT.replace(/^services:[\s\S]*?(?=^workloads)/m, '')}`;
    const part = /^services:[\s\S]*?(?=^workloads)/m.exec(TEXT)![0];
    const read = (path: string) => (path === 'part.yaml' ? { text: part } : { error: 'no file' });
    const result = await simulate(text, { read, replications: 1 });
    expect(result.digest).toBe((await simulate(TEXT, { replications: 1 })).digest);
    const error = await errorOf<ScenarioError>(() => simulate(text));
    expect(error.message).toContain('pass the option `read`, which returns its text');
  });

  it('rejects with the run that a guard ended, and what to do', async () => {
    const text = TEXT.replace('replications: 2', 'replications: 2, maxEvents: 2000');
    const error = await errorOf<GuardStop>(() => simulate(text));
    expect(error).toBeInstanceOf(GuardStop);
    expect(error.reason).toBe('budget');
    expect(error.run).toEqual({ variant: 'plain', seed: 7, replication: 0 });
    expect(error.message).toContain(
      'scenario.yaml: the limit of events (run.maxEvents) was reached',
    );
    expect(error.message).toContain('Shorten run.duration');
  });
});

describe('metric', () => {
  it('has the answers of `ask`', async () => {
    const asked = [
      'people.latency.p99 during bank-hang',
      'people.success >= 99%',
      'shop.utilization',
    ];
    const { answers } = JSON.parse(printed('ask', FILE, ...asked, '--json', '-'));
    const result = await simulate(TEXT);
    const own = asked.flatMap((text) =>
      ['plain', 'guarded'].map((variant) => metric(result, text, { variant })),
    );
    expect(own).toEqual(answers);
    expect(new Set(own.map(({ verdict }) => verdict))).toContain('fail');
  });

  it('is about the variant of the text, else about the baseline', async () => {
    const result = await simulate(TEXT);
    const text = 'people.success during bank-hang';
    expect(metric(result, text).variant).toBe('plain');
    expect(metric(result, `${text} in guarded`).variant).toBe('guarded');
    // One figure is asked for: all outcomes are none.
    expect(() => metric(result, 'people.outcomes')).toThrow('outcomes needs an outcome');
    const several = await errorOf<OptionError>(() => metric(result, `${text} in guarded, plain`));
    expect(several.message).toContain('asks for guarded, plain');
    expect(metric(result, `${text} in guarded, plain`, { variant: 'plain' }).variant).toBe('plain');
    const other = await errorOf<OptionError>(() => metric(result, text, { variant: 'guraded' }));
    expect(other).toMatchObject({ option: 'variant', found: 'guraded', suggestion: 'guarded' });
  });

  it('measures what follows from the scenario', async () => {
    // Every request waits 40 ms and no more; for 5 of 20 s all of them fail.
    const result = await simulate(`faultline: 1
title: By hand
run: { duration: 20s, warmup: 0s, replications: 1 }
services:
  web: { concurrency: unlimited, endpoints: { order: [ wait: 40ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: web.order } ] }
faults:
  - { id: brownout, kind: error, target: web, share: 100%, at: 10s, for: 5s }
`);
    expect(metric(result, 'users.success before brownout').value).toBe(1);
    expect(metric(result, 'users.success during brownout').value).toBe(0);
    expect(metric(result, 'web.order.latency.p50 before brownout').value).toBeCloseTo(0.04, 3);
    // Requests are counted by steps; the latencies of a window need runs that are measured at its edges.
    expect(metric(result, 'users.success from 1s to 2s').value).not.toBeNull();
    expect(() => metric(result, 'web.order.latency.p50 from 1s to 2s')).toThrow(
      'these runs are not measured from 1 to 2 s',
    );
    expect(() => metric(result, 'web.order.latency.p50 < 1s always')).toThrow(
      'these runs are not measured by steps',
    );
    expect(metric(result, 'users.success >= 0% always').verdict).toBe('pass');
    expect(metric(result, 'users.success').value).toBeCloseTo(0.75, 2);
    expect(metric(result, 'users.success >= 99%').verdict).toBe('fail');
  });

  it('says where a text is wrong, what is allowed and what is near', async () => {
    const result = await simulate(TEXT, { replications: 1 });
    const error = await errorOf<ScenarioError>(() => metric(result, 'people.sucess during hang'));
    expect(error).toBeInstanceOf(ScenarioError);
    const [first] = error.diagnostics;
    expect(first).toMatchObject({ line: 1, col: 8, found: 'sucess', suggestion: 'success' });
    expect(first!.allowed).toContain('latency');
    expect(error.message).toContain('did you mean "success"?');
  });

  it('needs the result itself', async () => {
    const copy = structuredClone(await simulate(TEXT, { replications: 1 }));
    const error = await errorOf<OptionError>(() => metric(copy, 'people.success'));
    expect(error.message).toContain('pass what `simulate` returned');
  });
});

describe('errors', () => {
  it('have all problems of a scenario, with place, found, allowed and nearest name', async () => {
    const text = TEXT.replace('concurrency: 8\n', 'concurency: 8\n').replace(
      'call: bank.pay',
      'call: bnak.pay',
    );
    const error = await errorOf<ScenarioError>(() => simulate(text, { path: 'shop.yaml' }));
    expect(error).toBeInstanceOf(ScenarioError);
    expect(error.path).toBe('shop.yaml');
    const wrong = error.diagnostics.find(({ found }) => found === 'concurency')!;
    expect(wrong).toMatchObject({
      file: 'shop.yaml',
      severity: 'error',
      suggestion: 'concurrency',
    });
    expect(text.split('\n')[wrong.line - 1]!.slice(wrong.col - 1)).toMatch(/^concurency/);
    expect(error.diagnostics.some(({ suggestion }) => suggestion === 'bank')).toBe(true);
    // The text is that of the command line, apart from the name of the file.
    const file = folder.put('wrong.yaml', text);
    const own = await errorOf<ScenarioError>(() => simulate(scenarioFile(file)));
    expect(faultline(['validate', file]).stderr).toContain(own.message);
  });

  it.each([
    [{ variant: 'guraded' }, { option: 'variant', found: 'guraded', suggestion: 'guarded' }],
    [{ replications: 0 }, { option: 'replications', found: '0' }],
    [{ seed: 1.5 }, { option: 'seed', found: '1.5' }],
    [{ as: 'other' }, { option: 'as', found: 'other' }],
    [{ budget: [7] }, { option: 'budget', found: '7' }],
    [{ replication: 2 }, { option: 'replication', suggestion: 'replications' }],
  ])('name the option: %j', async (options, expected) => {
    const error = await errorOf<OptionError>(() => simulate(TEXT, options as object));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject(expected);
  });

  it('are those of a change at its place', async () => {
    const set = { 'services.shop.concurency': 9 };
    const error = await errorOf<ScenarioError>(() => simulate(TEXT, { set }));
    expect(error.diagnostics[0]).toMatchObject({ file: '--set #1', suggestion: 'concurrency' });
  });
});

describe('lint', () => {
  it('has the findings of the command line', async () => {
    const { findings } = JSON.parse(printed('lint', FILE, '--json', '-'));
    const own = lint(scenarioFile(FILE));
    expect(own.findings.length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(own.findings))).toEqual(findings);
    const { rule } = own.findings[0]!;
    expect(lint(TEXT, { rule }).findings.every((one) => one.rule === rule)).toBe(true);
    expect(lint(TEXT, { ignore: rule }).findings.some((one) => one.rule === rule)).toBe(false);
    const error = await errorOf<OptionError>(() => lint(TEXT, { rule: rule.slice(1) }));
    expect(error).toMatchObject({ option: 'rule', suggestion: rule });
  });
});

describe('broken', () => {
  it('lists what `check` fails', async () => {
    const { status, stdout } = faultline(['check', FILE, NO_PROOFS]);
    expect(status).toBe(1);
    const own = broken(await simulate(TEXT));
    expect(own.length).toBeGreaterThan(0);
    for (const { text } of own) expect(stdout).toContain(`FAIL  ${text}`);
    expect(broken(await simulate(TEXT, { budget: 'people.success >= 1%' }))).toEqual([]);
  });
});

describe('compare', () => {
  it('has the differences of the command line', async () => {
    const document = JSON.parse(printed('compare', FILE, '--json', '-'));
    const { baseline, differences, result } = await compare(TEXT);
    expect(baseline).toBe('plain');
    expect(differences.length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(differences))).toEqual(document.comparisons);
    expect(metric(result, 'people.success').variant).toBe('plain');
  });
});
