import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

describe('the faults of a resolved scenario', () => {
  it('say how long after an alert a responder acts, with the fields of the file', () => {
    const file = folder.put(
      'responder.yaml',
      `faultline: 1
title: A responder
run: { duration: 5m }
services: { shop: { replicas: 2, endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: poisson(20/s), requests: [ call: shop.buy ] } }
faults:
  - { id: bad, kind: error, target: shop, at: 1m, for: none, mitigated: { alert: page, after: 3m } }
  - { id: restart, kind: crash, target: shop, when: alerts.page, delay: 2m, for: 0s }
  - { id: empty, kind: crash, target: shop, when: alerts.page, for: 0s }
alerts: { objective: 99.9%, rules: { page: { when: users.success < 90%, over: 1m } } }
`,
    );
    const { stdout } = faultline(['explain', file]);
    expect(stdout).toMatch(
      /bad: +error of shop from 1m on, mitigated: \{ alert: page, after: 3m \}/,
    );
    expect(stdout).toMatch(/restart: +crash of shop 2m after alerts\.page fires, count: 1/);
    expect(stdout).toMatch(/empty: +crash of shop when alerts\.page fires, count: 1/);
  });
});
