import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** Four workers and 40 ms a request serve 100/s, and 120/s come. */
const text = (window: string): string => `
faultline: 1
title: too few workers
run: { duration: 60s, warmup: 5s, seed: 11, replications: 1 }
services: { shop: { concurrency: 4, endpoints: { buy: [ wait: 40ms ] } } }
workloads: { users: { arrivals: constant(120/s), requests: [ { call: shop.buy, patience: 3s } ] } }
variants: [ { name: now }, { name: more, set: { services.shop.concurrency: 8 } } ]
budgets: [ users.success >= 99%, "users.latency.p99 < 300ms${window} in more" ]
`;

it('a setting is tried at the times at which its variant ran, whatever windows the budgets of others have', () => {
  const interventionsOf = (name: string, window: string): unknown => {
    const path = folder.put(`${name}.yaml`, text(window));
    const json = folder.at(`${name}.json`);
    const { stdout } = faultline(['run', path, '--json', json, '--out', folder.at('out')]);
    expect(stdout).not.toContain('NaN');
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    const { interventions } = variants[0]!.counterfactuals!;
    return interventions.map(({ words, setting, harm, failed }) => ({
      words,
      setting,
      harm,
      failed,
    }));
  };
  const found = interventionsOf('whole', '');
  expect(JSON.stringify(found)).toContain('"services.shop.concurrency"');
  expect(interventionsOf('windows', ' from 21.3s to 33.7s')).toEqual(found);
});
