import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../src/report/words/answer.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { breakerFinding } from '../../src/report/words/findings.js';
import { viewOf } from '../../src/report/view/view.js';
import { Folder, faultline } from '../cli/harness.js';
import { run } from '../theory/program.js';

/** Texts of older versions that readers could not use; each with what is wrong. Their fragments are in no source. */
const GONE: readonly (readonly [why: string, pattern: RegExp])[] = [
  ['which budget', /budgets is not held|of \$\{[^}]*\} budgets (?:is|are) not held\.'/u],
  ['says nothing', /The budgets under "Not met" say what has to change/u],
  ['unintelligible', /one load at a time for each/u],
  ['one run each, three times', /Every value of \$\{/u],
  ['to read twice', /only means have intervals, from batches of the run/u],
  ['failed or undecided', /fails \$\{[^}]*\} budgets, undecided/u],
  ['a contradiction to the interval', /data can['’]?t tell|data cannot tell whether/u],
  ['it', /remain without it\b/u],
];

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Without comments, which may say what is avoided. */
const CODE = sourcesIn('src').map((path) => {
  const text = readFileSync(path, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gmu, '');
  return [path, text] as const;
});

describe('a sentence that no reader can use', () => {
  it.each(GONE)('is in no source: %s', (_, pattern) => {
    expect(CODE.length).toBeGreaterThan(400);
    expect(CODE.filter(([, text]) => pattern.test(text)).map(([path]) => path)).toEqual([]);
  });
});

/** Two outages of the bank, a minute apart; the breaker is open for 5 s at a time. */
const OUTAGES = `faultline: 1
title: Two outages
run: { duration: 90s, seed: 2, replications: 1 }
services:
  shop:
    outbound: { bank: { timeout: 200ms, circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 5s } } }
    endpoints: { buy: [ { call: bank.pay } ] }
  bank: { endpoints: { pay: [ { wait: 10ms } ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: first, kind: crash, target: bank, at: 10s, for: 8s }
  - { id: second, kind: crash, target: bank, at: 60s, for: 8s }
`;

it('says when breakers are open in each of two outages, and not from the first to the last', () => {
  const { result } = run(OUTAGES);
  const view = viewOf(result);
  const words = breakerFinding(view, view.baseline);
  // By hand: the fifth failure at 20/s opens it; a probe after 5 s fails, the next one closes it.
  expect(words).toBe('The breaker opens from 10.2 to 20.2 s and 60.2 to 70.2 s');
  // Two faults with the same words have their ids.
  const { why } = answerOf(view);
  expect(plainWords(why!)).toMatch(
    /^bank crashes \(first\) and bank crashes \(second\) \(likely\)/u,
  );
});

/** By hand: 4 workers of 20 ms serve 200/s. Two runs of 10 s leave the loads around it open. */
const LIMIT = `faultline: 1
title: A limit that few runs leave open
run: { duration: 10s, seed: 3 }
services: { app: { concurrency: 4, queue: { capacity: 40 }, endpoints: { get: [ wait: exponential(20ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), patience: 1s, requests: [ { call: app.get } ] } }
budgets: [ users.success >= 99% ]
`;

it('says the two loads between which a limit is, where the runs leave those in between open', () => {
  const folder = new Folder();
  try {
    const path = folder.put('limit.yaml', LIMIT);
    const set = 'workloads.users.arrivals.rate=100/s..400/s';
    const { stdout } = faultline([
      'sweep',
      path,
      '--set',
      set,
      '--replications',
      '2',
      '--out',
      folder.at('out'),
    ]);
    const text = stdout.replace(/\s+/gu, ' ');
    const read =
      / Limit between ([\d.]+)\/s and ([\d.]+)\/s; by the point estimates between ([\d.]+)\/s and ([\d.]+)\/s\. /u.exec(
        text,
      );
    const [low, high, near, far] = read!.slice(1).map(Number);
    expect(low).toBeLessThan(near!);
    expect(high).toBeGreaterThan(far!);
    expect(near).toBeGreaterThan(190);
    expect(far).toBeLessThan(210);
    expect(text).not.toMatch(/holds up to|breaks at|Not sure/u);
    // The loads that are open are marked in the table.
    const open = [...text.matchAll(/ ([\d.]+)\/s [01]\/1\?/gu)].map(([, load]) => Number(load));
    expect(open.length).toBeGreaterThan(1);
    for (const load of open) {
      expect(load).toBeGreaterThan(low!);
      expect(load).toBeLessThan(high!);
    }
  } finally {
    folder.remove();
  }
});
