import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const path = folder.put('small.yaml', smallScenario(['people.success >= 60%']));
const CHANGE = 'workloads.*.arrivals.rate=x2';

function resultOf(...args: string[]): Result {
  const { stdout, stderr, status } = faultline(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

describe('a what-if', () => {
  it('runs the changed file, says so everywhere, and leaves the plain report alone', () => {
    const out = folder.at('reports');
    const plain = faultline(['run', path, NO_PROOFS, '--out', out, '--format', 'html']);
    expect(plain.status).toBe(0);
    expect(plain.stdout).not.toContain('Changed with --set');
    const before = readFileSync(`${out}/small.html`, 'utf8');
    const changed = faultline([
      'run',
      path,
      '--out',
      out,
      '--format',
      'html,md,json',
      '--set',
      CHANGE,
    ]);
    expect(changed.stdout).toContain(`Changed with --set: ${CHANGE}`);
    expect(readFileSync(`${out}/small.html`, 'utf8')).toBe(before);
    const name = readdirSync(out).find((one) => one.endsWith('.json'))!;
    expect(name).toMatch(/^small\.what-if-workloads-arrivals-rate-x2-[0-9a-f]{8}\.json$/);
    const base = `${out}/${name.slice(0, -'.json'.length)}`;
    const page = readFileSync(`${base}.html`, 'utf8');
    expect(page).toContain('<title>Small (what if) · faultline</title>');
    expect(page).toContain(`<p class="notice"><strong>Changed with --set: ${CHANGE}</strong></p>`);
    expect(page).toContain(`faultline run small.yaml --set &#39;${CHANGE}&#39;`);
    expect(page).toContain('workloads.people.arrivals.rate: 100/s');
    expect(readFileSync(`${base}.md`, 'utf8')).toContain('**Changed with --set: workloads');
    const result = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as Result;
    expect(result.scenario.whatIf).toEqual({ set: [CHANGE], as: null });
  });

  it('is a variant beside the others, on the same random draws', () => {
    const set = ['--set', CHANGE, '--as', 'double'];
    const plain = resultOf('compare', path, '--quiet', '--json', '-');
    const both = resultOf('compare', path, '--quiet', '--json', '-', ...set);
    expect(both.variants.map(({ name }) => name)).toEqual(['plain', 'guarded', 'double']);
    const digests = (result: Result) =>
      result.variants.map(({ perReplication }) => perReplication.map(({ digest }) => digest));
    expect(digests(both).slice(0, 2)).toEqual(digests(plain));
    // Twice the load: its figures are shown beside the others and not ranked.
    expect(both.variants.map(({ otherLoad }) => otherLoad)).toEqual([undefined, undefined, true]);
    expect(both.comparisons.map((one) => one.of)).not.toContain('double');
    const requests = both.variants.map(({ summary }) => summary.requests);
    expect(requests[2]! / requests[0]!).toBeCloseTo(2, 0);
    const chosen = resultOf(
      'compare',
      path,
      '--quiet',
      '--json',
      '-',
      '--variant',
      'guarded',
      ...set,
    );
    expect(chosen.variants.map(({ name }) => name)).toEqual(['guarded', 'double']);
  });

  it('is judged, and the check says what was changed', () => {
    const args = [
      'check',
      path,
      NO_PROOFS,
      '--set',
      'services.shop.endpoints.buy.steps[0].work=x100',
    ];
    const { stdout, status } = faultline([...args, '--junit', folder.at('j.xml')]);
    expect(status).toBe(1);
    expect(stdout).toContain('Changed with --set: services.shop');
    expect(readFileSync(folder.at('j.xml'), 'utf8')).toContain('plain (what if services.shop');
    expect(faultline(['check', path, NO_PROOFS]).status).toBe(0);
  });

  it('is taken by the commands that run nothing', () => {
    const set = ['--set', 'services.bank.concurrency=x2'];
    expect(faultline(['explain', path, ...set]).stdout).toMatch(
      /bank: +service, replicas: 1, concurrency: 16/,
    );
    expect(faultline(['graph', path, '--format', 'svg', ...set]).stdout).toContain(
      'what if services.bank',
    );
    expect(faultline(['lint', path, ...set]).stdout).toContain('Changed with --set: services.bank');
    expect(faultline(['validate', path, ...set]).stdout).toContain('ok');
    const wrong = faultline(['validate', path, '--set', 'services.bnk.concurrency=2']);
    expect(wrong.stderr).toContain('--set #1: FL302 services has no bnk (did you mean "bank"?)');
    expect(wrong.status).toBe(2);
  });

  it('is refused where it means nothing', () => {
    const as = faultline(['run', path, '--as', 'x']);
    expect([as.status, as.stderr]).toEqual([
      2,
      'faultline: --as x names what --set changes: add --set path=value\n',
    ]);
    const page = faultline(['explain', 'retry', '--set', 'a=1']);
    expect(page.stderr).toContain('--set changes a scenario, and retry is a name');
  });

  it.each([
    ['compare'],
    ['check'],
    ['story'],
    ['ask', 'people.success'],
    ['capacity'],
    ['sensitivity'],
    ['explore', '--max-runs', '4'],
    ['fix'],
    ['graph'],
    ['sweep', '--out', folder.at('s')],
  ])('of %s names what it leaves as it is, except with --quiet', (command, ...more) => {
    const scaled = smallScenario(['people.success >= 10%'])
      .replace('20s, warmup: 2s', '4s, warmup: 1s')
      .replace('at: 8s, for: 4s', 'at: 2s, for: 1s')
      .replace('bank: {', 'bank: { autoscaling: { metric: rate, target: 90/s, max: 3 },');
    const file = folder.put('scaled.yaml', scaled);
    const path = 'services.*.autoscaling.max';
    const args = [command, file, ...more, '--set', `${path}=4`];
    const remark = `${path} does not change services.shop: no autoscaling there`;
    expect(faultline(args).stderr.split(remark)).toHaveLength(2);
    if (command !== 'graph') expect(faultline([...args, '--quiet']).stderr).not.toContain(path);
  });

  it('of a sweep takes a star and factors as values', () => {
    const args = [
      'sweep',
      path,
      '--set',
      'workloads.*.arrivals.rate=x1,x2',
      '--out',
      folder.at('s'),
    ];
    const { stdout, status } = faultline([...args, '--format', 'json', '--replications', '1']);
    expect(status).toBe(0);
    expect(stdout).toContain('x2');
  });
});
