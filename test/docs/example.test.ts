import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { faultline, Folder } from '../cli/harness.js';
import { ROOT } from '../scenarios/run-file.js';

const folder = new Folder();
afterAll(() => folder.remove());

it('reports/example.html is the page of scenarios/first.yaml (npm run example writes it)', () => {
  const out = folder.at('reports');
  const { status } = faultline(['run', 'scenarios/first.yaml', '--format', 'html', '--out', out]);
  expect(status).toBe(0);
  const example = readFileSync(join(ROOT, 'reports', 'example.html'), 'utf8');
  expect(readFileSync(join(out, 'first.html'), 'utf8') === example).toBe(true);
});
