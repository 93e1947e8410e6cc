import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  SensitivityInput,
  SensitivityResult,
} from '../../src/contracts/result/sensitivity.js';
import { notesOf } from '../../src/report/sensitivity/words.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** One server of 8 ms, M/M/1: the mean time in the system is 1 / (125/s - 100/s) = 40 ms. */
const DESK = `faultline: 1
title: A queue near its end
run: { duration: 200s, warmup: 20s, seed: 3 }
services:
  desk:
    concurrency: 1
    queue: { capacity: unbounded }
    endpoints: { serve: [ wait: exponential(8ms) ] }
  idle: { concurrency: 40, endpoints: { serve: [ wait: 30ms ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ call: desk.serve ] }
  others: { arrivals: poisson(10/s), requests: [ call: idle.serve ] }
budgets: [ users.latency.mean <= 60ms ]
`;

/** The same for a moment, where no test reads its figures. */
const MOMENT = DESK.replace('duration: 200s, warmup: 20s', 'duration: 12s, warmup: 2s');

/** What was found, by scenario: two tests read the same one. */
const found = new Map<string, SensitivityResult>();

/** What the command finds. */
function varied(name: string, text: string, ...flags: readonly string[]): SensitivityResult {
  const known = found.get(text + flags.join(' '));
  if (known !== undefined) return known;
  const path = folder.put(name, text);
  const json = folder.at(`${name}.json`);
  const { status, stderr } = faultline(['sensitivity', path, '--quiet', '--json', json, ...flags]);
  expect([status, stderr]).toEqual([0, '']);
  const result = JSON.parse(readFileSync(json, 'utf8')) as SensitivityResult;
  found.set(text + flags.join(' '), result);
  return result;
}

function inputAt(result: SensitivityResult, path: string): SensitivityInput {
  const input = result.inputs.find((own) => own.path === path);
  if (input === undefined) throw new Error(`${path} of ${result.inputs.map((own) => own.path)}`);
  return input;
}

describe('sensitivity', () => {
  it('varies a guess that only another variant has, such as the failures of the version that it releases', () => {
    const text = `faultline: 1
title: A version of one variant
run: { duration: 20s, warmup: 2s, seed: 3 }
services:
  shop: { replicas: 4, concurrency: 8, endpoints: { buy: [ wait: 10ms ] } }
workloads: { users: { arrivals: poisson(400/s), requests: [ call: shop.buy ] } }
variants:
  - { name: now }
  - name: release
    set:
      services.shop.versions: { v1: {}, v2: { endpoints: { buy: [ wait: 10ms, { fail: 500, probability: 4% } ] } } }
      services.shop.rollout: { to: v2, at: 0s, kind: rolling }
budgets: [ users.success >= 95.5% from 10s to 20s ]
`;
    const { inputs } = varied('version.yaml', text, '--max-runs', '80');
    const [worst] = inputs;
    expect(worst!.path).toBe('services.shop.versions.v2.endpoints.buy.steps[1].probability');
    // 4.5 % of the requests fail at 1.125 times 4 %, and 4,000 requests show it within 15 %.
    const [turn] = worst!.turns;
    expect(turn).toMatchObject({ variant: 'release', holds: false });
    expect(turn!.other).toBeGreaterThan(1.125 * 0.85);
    expect(turn!.other).toBeLessThan(1.125 * 1.15);
  });

  it('finds where an M/M/1 queue turns: 60 ms = 1 / (125/s - 108.3/s) = 1 / (1 / 8.57 ms - 100/s)', () => {
    const result = varied('desk.yaml', DESK);
    const { inputs, usual, figure } = result;
    expect(usual.holds).toEqual([true]);
    expect(figure).toMatchObject({ text: 'users.latency.mean <= 60ms', limit: 0.06 });
    const [load, work] = [
      inputAt(result, 'workloads.users.arrivals'),
      inputAt(result, 'services.desk.endpoints.serve.steps[0].wait.time'),
    ];
    expect(
      inputs
        .slice(0, 2)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual([load.path, work.path].toSorted());
    const [rate, time] = [load.turns[0]!, work.turns[0]!];
    expect(rate.other).toBeGreaterThan(1.083 * 0.96);
    expect(rate.other).toBeLessThan(1.083 * 1.04);
    expect(time.other * 8).toBeGreaterThan(8.57 * 0.96);
    expect(time.other * 8).toBeLessThan(8.57 * 1.04);
    expect(rate.other / rate.same).toBeLessThanOrEqual(1.02 + 1e-9);
    expect([rate.variant, rate.holds, rate.budgets]).toEqual([
      'base',
      false,
      ['users.latency.mean <= 60ms'],
    ]);
  });

  it('finds that what users do not meet decides nothing, and searches it in vain', () => {
    const result = varied('desk.yaml', DESK);
    for (const path of [
      'workloads.others.arrivals',
      'services.idle.endpoints.serve.steps[0].wait.time',
    ]) {
      const { turns, low, high } = inputAt(result, path);
      expect([turns, low!.isTurned, high!.isTurned]).toEqual([[], false, false]);
      expect([low!.figure, high!.figure]).toEqual([result.usual.figure, result.usual.figure]);
    }
  });

  it('holds where the range is small, and names the nearest turn beyond it', () => {
    const path = folder.put('small.yaml', DESK);
    const { stdout } = faultline([
      'sensitivity',
      path,
      '--quiet',
      '--guess',
      '3%',
      '--max-runs',
      '60',
    ]);
    expect(stdout).toMatch(
      /^The answer holds: none of 4 inputs changes it alone by being wrong by up to 3 %\./,
    );
    expect(stdout.replaceAll('\n', ' ')).toMatch(
      /The nearest: With .* instead of .* breaks “users\.latency\.mean <= 60ms”\./,
    );
  });

  it('varies what the file marks as a guess, and only that', () => {
    const marked = MOMENT.replace(
      'concurrency: 40, endpoints: { serve: [ wait: 30ms ] } }',
      'concurrency: 40, endpoints: { serve: [ wait: 30ms ] } } # guess: as long as the last one',
    );
    const only = varied('marked.yaml', marked);
    const { inputs } = only;
    expect(inputs.map(({ path, isMarked }) => [path, isMarked])).toEqual([
      ['services.idle.concurrency', true],
      ['services.idle.endpoints.serve.steps[0].wait.time', true],
    ]);
    const all = varied('all.yaml', marked, '--all');
    expect([all.inputs.length, all.unvaried]).toEqual([5, 0]);
    // What stays as it is gets a word: of five inputs, three are not marked.
    expect(only.unvaried).toBe(3);
    const said = 'Only what the file marks as a guess is varied; --all varies 3 other inputs, too.';
    expect(notesOf(only)).toContain(said);
    expect(notesOf(all)).not.toContain(said);
    // A whole number stays whole.
    const workers = inputs.find(({ path }) => path === 'services.idle.concurrency')!;
    expect([workers.low!.value, workers.high!.value]).toEqual(['28', '52']);
  });

  it('says which variant becomes the best', () => {
    const { inputs, usual } = varied(
      'best.yaml',
      `faultline: 1
title: Two ways
run: { duration: 60s, warmup: 5s, seed: 3 }
services:
  far: { concurrency: 400, endpoints: { serve: [ wait: 50ms ] } }
  near: { concurrency: 400, endpoints: { serve: [ wait: 60ms ] } }
  shop: { concurrency: 400, endpoints: { buy: [ call: far.serve ] } }
policies: { users: { timeout: 80ms } }
workloads: { users: { arrivals: constant(50/s), policy: users, requests: [ call: shop.buy ] } }
variants:
  - { name: far }
  - { name: near, set: { 'services.shop.endpoints.buy': [ call: near.serve ] } }
`,
      '--over',
      'services',
      '--guess',
      '70%',
    );
    // Both serve everyone in time. Only a time above 80 ms loses users, and then the other way is the best.
    expect(usual.success).toEqual([1, 1]);
    const far = inputs.find(({ path }) => path.startsWith('services.far'))!;
    expect(far.turns).toMatchObject([{ variant: 'near', holds: null }]);
    expect(far.turns[0]!.other * 50).toBeGreaterThan(79);
    expect(far.turns[0]!.other * 50).toBeLessThan(83);
    expect(inputs.find(({ path }) => path.startsWith('services.near'))!.turns).toEqual([]);
  });

  it('draws the tornado: the widest bar first, with the limit and the values at both ends', () => {
    const path = folder.put('drawn.yaml', MOMENT);
    const [svg, json] = [folder.at('drawn.svg'), folder.at('drawn.json')];
    const flags = ['--quiet', '--max-runs', '40', '--json', json, '--svg', svg];
    expect(faultline(['sensitivity', path, ...flags]).status).toBe(0);
    const text = readFileSync(svg, 'utf8');
    const { inputs, usual } = JSON.parse(readFileSync(json, 'utf8')) as SensitivityResult;
    const width = ({ low, high }: SensitivityInput): number =>
      Math.abs((high?.figure ?? usual.figure!) - (low?.figure ?? usual.figure!));
    const names = inputs.toSorted((a, b) => width(b) - width(a)).map((own) => own.path);
    const places = names.map((name) => text.indexOf(`>${name}<`));
    expect(places.every((place, k) => place > 0 && (k === 0 || place > places[k - 1]!))).toBe(true);
    expect([text.startsWith('<svg'), text.includes('>limit 60 ms<')]).toEqual([true, true]);
    const turned = inputs.filter(({ turns }) => turns.length > 0);
    expect(turned.length).toBeGreaterThan(0);
    expect(text.match(/>overturns it at /gu)).toHaveLength(turned.length);
    const rate = turned.find((own) => own.path === 'workloads.users.arrivals')!;
    expect(text).toContain(`>overturns it at ${rate.turns[0]!.value}<`);
  });

  it('writes a page with the answer, the tornado, all inputs, and the command', () => {
    const path = folder.put('page.yaml', MOMENT);
    const html = folder.at('page.html');
    const flags = ['--max-runs', '40', '--guess', '20%', '--seed', '3'];
    const { stdout } = faultline(['sensitivity', path, '--quiet', ...flags, '--html', html]);
    const { document } = new JSDOM(readFileSync(html, 'utf8')).window;
    const text = (selector: string): string =>
      document.querySelector(selector)!.textContent.replace(/\s+/g, ' ').trim();
    expect(stdout.replace(/\s+/g, ' ')).toContain(text('#verdict dd').replaceAll('\u202f', ' '));
    expect(document.querySelectorAll('#tornado svg')).toHaveLength(2);
    expect(text('#tornado svg')).toContain('limit 60 ms');
    expect(text('#tornado h2')).toMatch(/ moves it most, .*, and overturns the answer at /u);
    expect(document.querySelectorAll('#inputs tbody tr').length).toBeGreaterThan(1);
    expect(text('#method pre')).toBe(
      'faultline sensitivity page.yaml --seed 3 --guess 20% --max-runs 40',
    );
  });

  it('makes no more runs than it may, and says what is missing', () => {
    const path = folder.put('few.yaml', MOMENT);
    const { stdout, status } = faultline(['sensitivity', path, '--quiet', '--max-runs', '5']);
    expect(status).toBe(0);
    expect(stdout).toContain('(--max-runs was reached)');
    expect(/(\d+) runs\./.exec(stdout.replaceAll('\n', ' '))![1]).toBe('5');
  });

  it('gives the same bytes for any number of threads', () => {
    const path = folder.put('threads.yaml', MOMENT);
    const args = ['sensitivity', path, '--quiet', '--max-runs', '40', '--json', '-'];
    const one = faultline([...args, '--workers', '1']);
    expect(one.status).toBe(0);
    expect(faultline([...args, '--workers', '2']).stdout).toBe(one.stdout);
  });

  it('refuses fewer runs than the values of the file alone take', () => {
    const path = folder.put('none.yaml', MOMENT);
    const flags = ['--max-runs', '2', '--replications', '3'];
    const { status, stderr } = faultline(['sensitivity', path, ...flags]);
    expect([
      status,
      stderr.includes('--max-runs 2: the values of the file alone take 3 runs'),
    ]).toEqual([2, true]);
  });

  it('refuses a path without an input, a file without any, and numbers that mean nothing', () => {
    const path = folder.put('wrong.yaml', MOMENT);
    const over = faultline(['sensitivity', path, '--over', 'services.desk.concurrency']);
    expect([over.status, over.stderr.includes('no time, rate, share or size is there')]).toEqual([
      2,
      true,
    ]);
    for (const flags of [
      ['--guess', '0.3'],
      ['--guess', '100%'],
      ['--max-runs', '0'],
      ['--variant', 'nosuch'],
    ])
      expect([flags, faultline(['sensitivity', path, ...flags]).status]).toEqual([flags, 2]);
  });
});
