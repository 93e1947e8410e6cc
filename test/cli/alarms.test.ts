import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import { Folder, NO_PROOFS, faultline } from './harness.js';

/** 3 of 4 requests ask for /items, and the only route takes `pattern`. */
const shop = (pattern: string, more = ''): string => `faultline: 1
title: Routes
run: { duration: 20s, seed: 7, replications: 1 }
gateways: { edge: { routes: [ { name: all, match: { path: ${pattern} }, to: shop.buy } ] } }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads:
  people: { arrivals: constant(10/s), requests: [ { name: home, call: edge, path: / } ] }
  robots: { arrivals: constant(30/s), requests: [ { name: items, call: edge, path: /items } ] }
${more}`;

// 599 of 798 requests: the first one arrives after a gap, and the last one would arrive at the end.
const ALARM =
  '75.1 % of the requests at edge get a 404, because none of its routes takes GET /items (robots.items); ' +
  'route all takes / alone: write path: /*';

let folder: Folder;
let exact: string;
beforeAll(() => {
  folder = new Folder();
  exact = folder.put('exact.yaml', shop('/'));
});
afterAll(() => folder.remove());

const plain = (text: string): string =>
  text.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll(/\s+/g, ' ');

describe('many requests without a route', () => {
  it('are the first lines of run, check and compare, and in the document and on the page', () => {
    const [json, out] = [folder.at('run.json'), folder.at('out')];
    const runs = [
      faultline(['run', exact, '--json', json, '--out', out, '--format', 'html', NO_PROOFS]),
      faultline(['check', exact, NO_PROOFS]),
      faultline(['compare', exact]),
    ];
    for (const { stdout } of runs) {
      const before = plain(stdout).split(`ALARM ${ALARM}`);
      expect(before).toHaveLength(2);
      expect(before[0]).not.toMatch(/success|budget/);
    }
    // Figures of requests without a route are no reason to change a setting.
    expect(plain(runs[0]!.stdout)).toContain('do Mend the alarm first: until then');
    const { alarms, warnings } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    expect(alarms!.map(plain)).toEqual([ALARM]);
    expect(warnings).toContain(alarms![0]);
    const page = plain(readFileSync(folder.at('out/exact.html'), 'utf8'));
    expect(page.indexOf(ALARM)).toBeLessThan(page.indexOf('id="verdict"'));
    expect(page).toContain(ALARM);
  });

  it('are the first lines of a sweep, with the settings at which there are some', () => {
    const json = folder.at('sweep.json');
    const path = 'workloads.robots.arrivals.rate';
    const { stdout } = faultline([
      ...[
        'sweep',
        exact,
        '--set',
        `${path}=0.01/s,30/s`,
        '--metric',
        'people.success',
        '--json',
        json,
      ],
    ]);
    expect(plain(stdout)).toContain(`ALARM at 1 of 2 settings: ${ALARM}`);
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    expect(cases.map(({ variants: [own] }) => own!.alarms?.length ?? 0)).toEqual([0, 1]);
  });

  it('are no alarm where a route takes them, and where the file is about them', () => {
    const accepted = 'lint: { accept: [ { rule: call-without-route, reason: old apps } ] }';
    for (const text of [shop('/*'), shop('/', accepted)]) {
      const { stdout } = faultline(['check', folder.put('calm.yaml', text), NO_PROOFS]);
      expect(stdout).not.toContain('ALARM');
    }
  });
});
