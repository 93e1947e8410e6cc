import { cpSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalibrationResult } from '../../src/contracts/result/calibration.js';
import { Folder, faultline } from './harness.js';

/** Two services and a database, whose processor and times are not in the file. */
function shop(values: {
  readonly work: string;
  readonly wait: string;
  readonly fail: string;
  readonly cores: string;
  readonly query: string;
  readonly rate: string;
  readonly pool: string;
}): string {
  return `faultline: 1
title: Shop
run: { duration: 40s, warmup: 4s, seed: 5, replications: 1 }
network: { latency: 0.5ms }
services:
  shop:
    cpu: { cores: 2 }
    endpoints:
      buy:
        steps:
          - work: exponential(${values.work})  # k8s/shop.yaml:3, guess
          - { call: bank.pay, policy: { timeout: 60ms } }
          - { query: store.insert }
  bank:
    cpu: { cores: ${values.cores} }  # guess
    concurrency: ${values.pool}  # guess
    endpoints:
      pay:
        - work: "lognormal(p50=${values.wait}, p99=20ms)"
        - { fail: 500, probability: ${values.fail} }  # guess
databases:
  store: { kind: postgres, operations: { insert: { work: exponential(${values.query}) } } }  # guess
workloads:
  people:
    arrivals: poisson(${values.rate})  # guess
    requests: [ { name: buy, call: shop.buy } ]
faults:
  - { id: bank-slow, kind: latency, target: bank, at: 20s, for: 20s, add: 500ms }
`;
}

const TRUTH = {
  work: '6ms',
  wait: '3ms',
  fail: '0.05',
  cores: '1',
  query: '2ms',
  rate: '150/s',
  pool: '90',
};
const GUESSED = {
  ...TRUTH,
  work: '15ms',
  fail: '0.2',
  cores: '4',
  query: '8ms',
  rate: '60/s',
  pool: '200',
};

let folder: Folder;
let spans: string;
beforeAll(() => {
  folder = new Folder();
  const text = shop(TRUTH)
    .replace(/faults:[\s\S]*/, '')
    .replace('40s, warmup', '100s, warmup');
  spans = folder.at('spans.jsonl');
  faultline([
    'run',
    folder.put('hidden.yaml', text),
    '--quiet',
    '--no-explain',
    '--seed',
    '9',
    '--spans',
    spans,
  ]);
});
afterAll(() => folder.remove());

function calibrated(...flags: readonly string[]): {
  result: CalibrationResult;
  stdout: string;
  stderr: string;
} {
  const file = folder.put('guessed.yaml', shop(GUESSED));
  const json = folder.at('calibration.json');
  const { status, stdout, stderr } = faultline([
    'calibrate',
    file,
    spans,
    '--json',
    json,
    ...flags,
  ]);
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return { result: JSON.parse(readFileSync(json, 'utf8')) as CalibrationResult, stdout, stderr };
}

describe('faultline calibrate', () => {
  it('finds the values behind the spans of a hidden scenario, and names the one that they do not show', () => {
    const out = folder.at('fitted.yaml');
    const { result, stdout } = calibrated('--out', out);
    const of = (path: string) => result.guesses.find((one) => one.path.includes(path))!;
    const error = (path: string, truth: number): number =>
      Math.abs(Number(/[\d.]+/.exec(of(path).after)![0]) / truth - 1);
    expect(error('steps[0].work', 6)).toBeLessThan(0.05);
    expect(error('store', 2)).toBeLessThan(0.05);
    expect(error('arrivals', 150)).toBeLessThan(0.05);
    expect(of('cores').after).toBe('1');
    // The share of failures in the data themselves is a sample: 5 % of 18,000 within 0.3 points.
    expect(Math.abs(of('probability').factor * 0.2 - 0.05)).toBeLessThan(0.004);
    expect(of('concurrency')).toMatchObject({
      after: '200',
      interval: null,
      partner: null,
      flat: { half: 'same', twice: 'same' },
    });
    expect(stdout).toContain('The data determine 5 of 6 guesses.');
    expect(stdout).toContain('not identifiable: services.bank.concurrency (200).');
    const medians = result.errors.filter(({ figure }) => figure === 'p50' || figure === 'p95');
    for (const { before, after } of medians) {
      expect(before).toBeGreaterThan(0.5);
      expect(after).toBeLessThan(0.08);
    }
    const text = readFileSync(out, 'utf8');
    expect(text).toMatch(
      /work: exponential\([\d.]+ms\) {2}# k8s\/shop.yaml:3, fitted to spans.jsonl ±[\d.]+ % \(n = [\d,]+\)\n/,
    );
    expect(text).toMatch(/arrivals: poisson\([\d.]+\/s\) {2}# fitted to spans.jsonl/);
    expect(text).toContain('concurrency: 200  # guess: spans.jsonl does not determine it\n');
    expect(text).toContain('- work: "lognormal(p50=3ms, p99=20ms)"\n');
    expect(faultline(['validate', out, '--quiet']).status).toBe(0);
    // What is still a guess is known as one.
    const { stdout: linted } = faultline(['sensitivity', out, '--max-runs', '3']);
    expect(linted).toContain('services.bank.concurrency');
    expect(linted).not.toContain('services.shop.endpoints.buy');
  });

  it('gives the same answer with any number of threads', () => {
    const fast = ['--over', 'workloads', '--max-runs', '20'];
    const { result } = calibrated(...fast, '--workers', '1');
    expect(calibrated(...fast, '--workers', '2').result).toEqual(result);
    expect(result.guesses.map(({ path }) => path)).toEqual(['workloads.people.arrivals']);
  });

  it('names the files of a folder that it left out', () => {
    const guessed = folder.put('guessed.yaml', shop(GUESSED));
    cpSync(spans, folder.at('data/spans.jsonl'));
    folder.put('data/half.json', '{ "a": ');
    folder.put('data/notes.yaml', 'a: 1');
    const json = folder.at('left-out.json');
    const fast = ['--over', 'workloads', '--max-runs', '8', '--json', json];
    const { stdout } = faultline(['calibrate', guessed, folder.at('data'), ...fast]);
    const half = `${folder.at('data/half.json')}: has no traces`;
    const { data } = JSON.parse(readFileSync(json, 'utf8')) as CalibrationResult;
    expect(data.unread).toEqual([half]);
    expect(stdout.replaceAll('\n', ' ')).toContain(`nothing of them is compared: ${half}.`);
  });

  it('says what is missing', () => {
    const plain = folder.put('plain.yaml', shop(TRUTH).replaceAll('guess', 'known'));
    const manifest = folder.put('manifest.yaml', 'apiVersion: v1\nkind: Service\n');
    const other = folder.put(
      'other.yaml',
      shop(GUESSED).replaceAll(/\b(shop|bank|store)\b/g, '$1x'),
    );
    const guessed = folder.put('guessed.yaml', shop(GUESSED));
    const wrong = [
      [[plain, spans], 'marks no value as a guess'],
      [[guessed, manifest], 'has no traces'],
      [[guessed, folder.at('missing.jsonl')], 'no such file'],
      [[guessed], "missing required argument 'data'"],
      [[other, spans], '--map NAME=NAME joins two names'],
      [[guessed, spans, '--fit', '99%'], 'a share from 10% to 90% is expected'],
      [[guessed, spans, '--max-runs', '14'], 'too few for 6 guesses: write at least 15'],
      [['-', spans, '--out', folder.at('x.yaml')], 'standard input'],
    ] as const;
    for (const [args, words] of wrong) {
      const { status, stdout, stderr } = faultline(['calibrate', ...args]);
      expect([args, status, stdout]).toEqual([args, 2, '']);
      expect(stderr).toContain(words);
    }
  });
});
