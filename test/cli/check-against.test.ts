import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgainstResult } from '../../src/contracts/result/against.js';
import { Folder, NO_PROOFS, faultline } from './harness.js';

let folder: Folder;
let repository: string;
let scenario: string;

/** 16 workers of 40 ms serve 400/s; a bank that fails one of ten requests is asked twice. */
const BASE = `faultline: 1
title: A change
run: { duration: 20s, warmup: 2s, seed: 7, replications: 3 }
include: [ parts/bank.yaml ]
policies:
  pay: { timeout: 400ms, retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } }
services:
  shop: { concurrency: 64, endpoints: { buy: [ { call: bank.pay, policy: pay } ] } }
workloads:
  people: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] }
budgets:
  - people.success >= 97%
  - { expect: people.successLatency.p99 < 1ms, severity: error, name: too fast }
`;
const BANK = `services:
  bank: { concurrency: 16, endpoints: { pay: { readOnly: true, steps: [ wait: exponential(20ms), { fail: 503, probability: 10% } ] } } }
`;

beforeAll(() => {
  folder = new Folder();
  repository = folder.at('repository');
  mkdirSync(join(repository, 'load/parts'), { recursive: true });
  scenario = join(repository, 'load/shop.yaml');
  write(BASE, BANK);
  symlinkSync('/etc/hostname', join(repository, 'load/link.yaml'));
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'first');
});
afterAll(() => folder.remove());

function git(...args: readonly string[]): void {
  execFileSync('git', ['-C', repository, ...args], { stdio: 'ignore' });
}

function write(text: string, bank = BANK): void {
  writeFileSync(scenario, text);
  writeFileSync(join(repository, 'load/parts/bank.yaml'), bank);
}

/** The comparison with main, and the exit code. */
function against(text: string, bank = BANK, ...flags: readonly string[]) {
  write(text, bank);
  const json = folder.at('against.json');
  const args = ['check', scenario, '--against', 'main', '--quiet', '--json', json, ...flags];
  const { status, stdout, stderr } = faultline(args);
  expect(stderr).toBe('');
  return { status, stdout, result: JSON.parse(readFileSync(json, 'utf8')) as AgainstResult };
}

const verdictOf = ({ variants }: AgainstResult, figure: string): string | undefined =>
  variants[0]!.rows.find((row) => row.figure === figure)?.verdict;

describe('check --against', () => {
  it('names settings that differ and have no effect', () => {
    const retried = (attempts: number): string => `faultline: 1
title: Retries of calls that do not fail
run: { duration: 10s, seed: 3 }
policies: { psp: { retry: { attempts: ${attempts} } } }
services:
  shop: { concurrency: 100, endpoints: { buy: [ call: psp.pay ] }, outbound: { psp: psp } }
  psp: { concurrency: 100, endpoints: { pay: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] } }
`;
    const [one, other] = [
      folder.put('three.yaml', retried(3)),
      folder.put('five.yaml', retried(5)),
    ];
    const { status, stdout } = faultline(['check', other, '--against', one, '--quiet', '--strict']);
    expect([status, stdout]).toEqual([0, '']);
    expect(faultline(['check', other, '--against', one]).stdout).toContain(
      'policies.psp.retry.attempts: 5 (was 3) has no effect in these runs.',
    );
    expect(faultline(['check', one, '--against', one]).stdout).not.toContain('no effect');
  });

  it('finds that a comment, an order and a name change nothing', () => {
    const text = `# a comment\n${BASE}`
      .replace('title: A change', 'title: Another title\ndescription: words')
      .replace(/services:\n(.*)\nworkloads:\n(.*)\n/, 'workloads:\n$2\nservices:\n$1\n');
    const { status, result } = against(text);
    expect([status, result.verdict, result.variants[0]!.identical]).toEqual([0, 'same', true]);
    expect(result.replications).toBe(5);
    // It is broken on both sides, so the change has nothing to do with it.
    expect(result.variants[0]!.budgets).toMatchObject({ lost: [], won: [], fresh: [], both: 1 });
  });

  it('finds what is worse, with the budget that is lost', () => {
    // Without the second attempt 10 % of the requests fail instead of 1 %.
    const { status, stdout, result } = against(BASE.replace('attempts: 2', 'attempts: 1'));
    expect([status, result.verdict]).toEqual([1, 'worse']);
    const success = result.variants[0]!.rows[0]!;
    expect(success.difference).toBeCloseTo(-0.09, 2);
    expect(success.interval![0]).toBeLessThan(-0.09);
    expect(success.interval![1]).toBeGreaterThan(-0.09);
    expect(result.variants[0]!.budgets.lost).toEqual(['people.success >= 97%']);
    expect(stdout).toMatch(
      /^Worse than main: “people\.success >= 97%” breaks and success falls from 99/,
    );
  });

  it('calls a gain in success that costs attempts a trade, which only --strict refuses', () => {
    // Of two attempts 1 % fail, of one 10 %: 9 points for 10 % more attempts.
    const old = folder.put(
      'once.yaml',
      BASE.replace('attempts: 2', 'attempts: 1').replace('parts/', ''),
    );
    folder.put('bank.yaml', BANK);
    write(BASE);
    const asked = (...flags: readonly string[]) =>
      faultline(['check', scenario, '--against', old, ...flags]);
    const { status, stdout } = asked();
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /^A trade against \S+once\.yaml\. Better: “people\.success >= 97%” holds and success rises from 90\S* % to 99\S* %\. Worse: attempts per call rises from 1 to 1\.\d+\./,
    );
    expect(status).toBe(0);
    const junit = folder.at('trade.xml');
    const failures = (): string =>
      /<testsuites[^>]*failures="(\d+)"/.exec(readFileSync(junit, 'utf8'))![1]!;
    expect(asked('--junit', junit, '--github').stdout).toContain('title=A trade against');
    expect(failures()).toBe('0');
    expect(asked('--strict', '--quiet', '--junit', junit).status).toBe(1);
    expect(failures()).toBe('1');
  });

  it('finds what is better, and takes fewer attempts for better', () => {
    const { status, result } = against(BASE, BANK.replace('probability: 10%', 'probability: 2%'));
    expect([status, result.verdict]).toEqual([0, 'better']);
    expect(verdictOf(result, 'attempts per call')).toBe('better');
  });

  it('takes what the file includes from the ref, too', () => {
    const { result } = against(BASE, BANK.replace('exponential(20ms)', 'exponential(30ms)'));
    const p50 = result.variants[0]!.rows.find(({ figure }) => figure === 'p50 of successes')!;
    expect(p50.verdict).toBe('worse');
    expect(p50.here! / p50.there!).toBeCloseTo(1.5, 1);
  });

  it('looks again until all is decided, and calls the rest undecided: with --strict that is broken', () => {
    // Draws are keyed by names: a renamed service has the same behaviour and other random numbers.
    const [text, bank] = [BASE.replace('bank.pay', 'till.pay'), BANK.replace('bank:', 'till:')];
    const { status, stdout, result } = against(text, bank, '--max-runs', '20');
    expect([status, result.verdict, stdout]).toEqual([0, 'unknown', '']);
    expect(result.looks.map(({ replications }) => replications)).toEqual([5, 10]);
    const spent = result.looks.reduce((sum, { error }) => sum + error, 0);
    expect(spent).toBeCloseTo(0.05, 12);
    const strict = against(text, bank, '--max-runs', '20', '--strict');
    expect(strict.status).toBe(1);
    expect(strict.stdout).toMatch(/^Not decided against main: .*replications/);
  });

  it('compares the same random numbers: a larger pool of threads that nobody waits for is the same', () => {
    const { result } = against(BASE, BANK.replace('concurrency: 16', 'concurrency: 32'));
    expect(result.verdict).toBe('same');
    expect(result.variants[0]!.identical).toBe(true);
  });

  it('takes a result of run for the other side', () => {
    write(BASE);
    const stored = folder.at('stored.json');
    const run = ['run', scenario, NO_PROOFS, '--quiet', '--out', folder.at('out')];
    expect(faultline([...run, '--json', stored]).status).toBe(0);
    write(BASE.replace('attempts: 2', 'attempts: 1'));
    const check = ['check', scenario, '--against', stored, '--quiet'];
    const { status, stdout } = faultline(check);
    expect([status, stdout.startsWith('Worse than ')]).toEqual([1, true]);
    const wrong = faultline([...check, '--seed', '8']);
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      `faultline: --against ${stored}: the result has seed 7, so --seed 8 has no pair there\n`,
    ]);
  });

  it('matches variants by name, and a renamed one by what it does', () => {
    const variants = (a: string, b: string): string =>
      `${BASE}variants: [ { name: ${a} }, { name: ${b}, set: { policies.pay.retry.attempts: 3 } } ]\n`;
    const old = folder.put(
      'old.yaml',
      variants('now', 'three').replace('parts/bank.yaml', 'bank.yaml'),
    );
    folder.put('bank.yaml', BANK);
    write(variants('today', 'three').replace('attempts: 3', 'attempts: 1'));
    const json = folder.at('variants.json');
    const args = ['check', scenario, '--against', old, '--quiet', '--json', json];
    expect(faultline(args).status).toBe(1);
    const result = JSON.parse(readFileSync(json, 'utf8')) as AgainstResult;
    expect(result.variants.map(({ name, was, verdict }) => [name, was, verdict])).toEqual([
      ['today', 'now', 'same'],
      ['three', undefined, 'worse'],
    ]);
    expect([result.added, result.removed]).toEqual([[], []]);
  });

  it('writes Markdown, JUnit and annotations at the line of the budget', () => {
    write(BASE.replace('attempts: 2', 'attempts: 1'));
    const [markdown, junit] = [folder.at('a.md'), folder.at('a.xml')];
    const args = ['check', scenario, '--against', 'main', '--quiet', '--github'];
    const { stdout } = faultline([...args, '--markdown', markdown, '--junit', junit]);
    expect(stdout).toContain(
      `::error file=${scenario},line=12,title=Budget lost in base::people.success >= 97%25 holds in main, not here`,
    );
    expect(stdout).toMatch(/::error file=\S+,title=Worse against main::Worse than main/);
    const text = readFileSync(markdown, 'utf8');
    expect(text).toMatch(/^# A change\n\n\*\*Worse than main:/);
    expect(text).toMatch(/^\| success \| 99\S* % \| 90\S* % \|.*\| \*\*worse\*\* \|$/m);
    const { window } = new JSDOM(readFileSync(junit, 'utf8'), { contentType: 'text/xml' });
    const failed = [...window.document.querySelectorAll('failure')].map(({ parentElement }) =>
      parentElement!.getAttribute('name'),
    );
    expect(failed).toContain('base: success');
    expect(failed).toContain('base: budgets held');
    expect(window.document.querySelector('testsuites')!.getAttribute('failures')).toBe(
      String(failed.length),
    );
  });

  it.each([
    ['nosuch', 'no such ref in the repository'],
    ['--upload-pack=x', 'is no name of a ref'],
    ['', 'needs a ref'],
  ])('refuses the ref "%s"', (ref, words) => {
    write(BASE);
    const { status, stdout, stderr } = faultline(['check', scenario, `--against=${ref}`]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });

  it('refuses a file that is not there at the ref, a link, and a folder without a repository', () => {
    const fresh = join(repository, 'load/fresh.yaml');
    writeFileSync(fresh, BASE);
    const asked = (file: string) => faultline(['check', file, '--against', 'main']);
    expect(asked(fresh).stderr).toMatch(
      /fresh\.yaml does not exist at [0-9a-f]{10}: check a new file/,
    );
    expect(asked(fresh).status).toBe(2);
    const outside = folder.put('outside.yaml', BASE.replace(/include.*\n/, ''));
    expect(asked(outside).stderr).toContain('is in no git repository');
    expect(asked(outside).status).toBe(2);
    const linked = BASE.replace('parts/bank.yaml', 'link.yaml');
    writeFileSync(fresh, linked);
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'link');
    writeFileSync(fresh, BASE);
    const { status, stderr } = asked(fresh);
    expect(status).toBe(2);
    expect(stderr).toMatch(/main:\.\/link\.yaml: is a symbolic link at/);
  });

  it('prints what the page shows', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/ci.md'), 'utf8');
    const [, command, shown] =
      /faultline (check .* --against scenarios.*)\n```\n\n```text\n([^`]*)```/.exec(page)!;
    expect(faultline([...command!.split(' '), '--quiet']).stdout).toBe(shown);
  });

  it('refuses flags that belong elsewhere', () => {
    write(BASE);
    const wrong = [
      ['--strict'],
      ['--max-runs', '5'],
      ['--against', 'main', '--baseline', 'x.json'],
      ['--against', 'main', '--explain'],
      ['--against', 'main', '--set', 'run.seed=3', '--as', 'other'],
    ];
    for (const flags of wrong) {
      const { status, stderr } = faultline(['check', scenario, ...flags]);
      expect([flags, status]).toEqual([flags, 2]);
      expect(stderr).toMatch(/leave|add --against/);
    }
  });
});
