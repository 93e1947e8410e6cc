import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

it('a fault that the draws leave out is not said to be survived', () => {
  const path = folder.put(
    'chance.yaml',
    `faultline: 1
title: A fault by chance
run: { duration: 10s }
services: { web: { endpoints: { get: [ wait: 5ms ] } } }
workloads: { users: { arrivals: poisson(20/s), requests: [ call: web.get ] } }
faults: [ { id: bad, kind: error, target: web, probability: 0.0001%, at: 2s, for: 5s } ]
budgets: [ users.success > 99% ]
`,
  );
  const { status, stdout } = faultline([
    'run',
    path,
    '--format',
    'json',
    '--out',
    folder.at('out'),
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain(
    'No fault begins in this run; every request still succeeds. Other runs may have one',
  );
});
