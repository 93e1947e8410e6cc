import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';

/** The bank hangs in every variant; only `bare` breaks the budget. */
const BLAMED = `faultline: 1
title: Who did it
run: { duration: 20s, seed: 3, replications: 3 }
services:
  shop: { concurrency: 4, queue: { capacity: 4 }, outbound: { bank: calls }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 50ms ] } }
  mail: { endpoints: { send: [ wait: 5ms ] } }
policies: { calls: { timeout: 5s } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] }
  robots: { arrivals: poisson(5/s), requests: [ { call: mail.send } ] }
faults:
  - { id: a-decoy, kind: slow, target: mail, factor: 1.5, at: 8s, for: 4s }
  - { id: hang, kind: hang, target: bank, at: 8s, for: 4s }
budgets: [ users.success >= 99% in bare, users.success >= 50% in guarded ]
variants:
  - name: bare
  - { name: guarded, set: { policies.calls: { timeout: 100ms, fallback: {} } } }
`;

let folder: Folder;
let path: string;
beforeAll(() => {
  folder = new Folder();
  path = folder.put('blamed.yaml', BLAMED);
}, 600_000);
afterAll(() => folder.remove());

const resultOf = (name: string): Result =>
  JSON.parse(readFileSync(folder.at(name), 'utf8')) as Result;

describe('--explain', () => {
  it('says which fault did the harm, with the same bytes for every number of workers', () => {
    const run = (workers: number): string => {
      const json = folder.at(`${workers}.json`);
      const formats = workers === 1 ? 'html,md' : 'md';
      const flags = ['--out', folder.at('out'), '--format', formats, '--json', json];
      const ran = faultline(['run', path, '--explain', '--workers', String(workers), ...flags]);
      expect(ran.status).toBe(0);
      return ran.stdout;
    };
    expect(run(1)).toMatch(
      /causes {2}Cause: “bank hangs”\. Of [\d,]+ failed(?: and [\d,]+ slow)? requests/,
    );
    run(2);
    expect(readFileSync(folder.at('2.json'), 'utf8')).toBe(
      readFileSync(folder.at('1.json'), 'utf8'),
    );
    const [bare] = resultOf('1.json').variants;
    expect(bare!.counterfactuals!.faults.map(({ fault, role }) => [fault, role])).toEqual([
      ['a-decoy', 'none'],
      ['hang', 'cause'],
    ]);
    expect(readFileSync(folder.at('out/blamed.html'), 'utf8')).toContain('<section id="causes"');
    expect(readFileSync(folder.at('out/blamed.md'), 'utf8')).toContain(
      '## Causes\n\n- **bare**: Cause:',
    );
  });

  it('names that fault in the account, and changes no figure', () => {
    const json = folder.at('plain.json');
    faultline([
      'run',
      path,
      '--out',
      folder.at('plain'),
      '--json',
      json,
      '--quiet',
      '--no-explain',
    ]);
    const plain = resultOf('plain.json');
    const explained = resultOf('1.json');
    const [bare] = explained.variants;
    expect(bare!.cascade.sentence).toMatch(/^bank hangs at 8 s \(proved\) -> /);
    expect(bare!.summary.recovery.fault).toBe('hang');
    expect(bare!.cascade.innocent).toEqual([
      { fault: 'a-decoy', reason: 'without it the same requests fail' },
    ]);
    const figures = ({ variants, digest }: Result): unknown => ({
      digest,
      variants: variants.map(({ components, edges, budgets, perReplication }) => ({
        components,
        edges,
        budgets,
        perReplication,
      })),
    });
    expect(figures(explained)).toEqual(figures(plain));
  });

  it('of a check explains only what breaks a budget', () => {
    const json = folder.at('check.json');
    const { status, stdout } = faultline(['check', path, '--explain', '--quiet', '--json', json]);
    expect(status).toBe(1);
    expect(stdout).toContain('causes  bare: Cause: “bank hangs”.');
    const names = resultOf('check.json').variants.map(({ name, counterfactuals }) => [
      name,
      counterfactuals !== undefined,
    ]);
    expect(names).toEqual([
      ['bare', true],
      ['guarded', false],
    ]);
  });

  it('leaves the report as it is where a run without a fault takes too long', () => {
    const endless = folder.put(
      'endless.yaml',
      BLAMED.replace('replications: 3', 'replications: 1, maxEvents: 9000')
        .replace(
          'kind: hang, target: bank, at: 8s, for: 4s',
          'kind: crash, target: shop, at: 0s, for: 20s',
        )
        .replace('poisson(20/s)', 'poisson(100/s)'),
    );
    const flags = ['--explain', '--out', folder.at('endless'), '--json', folder.at('endless.json')];
    const { status, stderr } = faultline(['run', endless, '--variant', 'bare', ...flags]);
    expect(status).toBe(0);
    expect(stderr).toContain('bare: a run without a possible cause ended early: ');
    expect(resultOf('endless.json').variants[0]!.counterfactuals).toBeUndefined();
  });
});

describe('without --explain', () => {
  it('explains the baseline, and nothing with --no-explain', () => {
    const json = folder.at('few.json');
    const out = ['--out', folder.at('few'), '--json', json, '--replications', '5'];
    const { stderr } = faultline(['run', path, ...out]);
    expect(stderr).toMatch(/explained with \d+ more runs? in /);
    const [bare, guarded] = resultOf('few.json').variants;
    const own = bare!.counterfactuals!;
    expect(own.faults.map(({ fault, role }) => [fault, role])).toEqual([
      ['a-decoy', 'none'],
      ['hang', 'cause'],
    ]);
    expect(guarded!.counterfactuals).toBeUndefined();
    const none = faultline(['run', path, ...out, '--no-explain']);
    expect(none.stderr).not.toContain('explained');
    expect(resultOf('few.json').variants[0]!.counterfactuals).toBeUndefined();
  });

  it('makes no runs where users come to no harm', () => {
    const calm = folder.put('calm.yaml', BLAMED.replace(/faults:[^]*/, ''));
    const { status, stderr } = faultline(['check', calm]);
    expect(status).toBe(0);
    expect(stderr).not.toContain('explained');
  });
});
