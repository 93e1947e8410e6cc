import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { Folder, smallScenario } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

it('a search whose first look decides nothing adds the other half of the runs', async () => {
  const path = folder.put('small.yaml', smallScenario());
  const terminal = { out: () => {}, note: () => {}, progress: () => {} } as unknown as Terminal;
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  const search = '--set=workloads.people.arrivals.rate=10/s..20/s';
  // Three runs of which none is metastable do not show with 99.7 % confidence that fewer than half are.
  const expectation = ['--expect', 'cascade.metastable <= 50%', '--replications', '6'];
  const where = ['--variant', 'plain', '--quiet', '--out', folder.at('out'), '--format', 'json'];
  const words = ['sweep', path, search, ...expectation, ...where];
  await createProgram(terminal, () => {}).parseAsync(['node', 'faultline', ...words]);
  const runs = post.mock.calls.length;
  post.mockRestore();
  // Six at both ends, at which the expectation holds.
  expect(runs).toBe(12);
});
