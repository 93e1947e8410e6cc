import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { Folder, NO_PROOFS, faultlineProcess, smallScenario } from './harness.js';

const folder = new Folder();
afterAll(() => folder.remove());
const FILE = folder.put('small.yaml', smallScenario());
const run = (path: string, ...args: readonly string[]) =>
  faultlineProcess(['run', FILE, '--replications', '1', NO_PROOFS, ...args], {
    cwd: folder.path,
    env: { PATH: path },
  });

/** A folder with a program of this name that writes its argument to a file. */
function opener(name: string): string {
  mkdirSync(folder.at('bin'));
  const said = folder.at('said');
  chmodSync(folder.put(`bin/${name}`, `#!/bin/sh\nprintf %s "$1" > "${said}"\n`), 0o755);
  return folder.at('bin');
}

it.skipIf(process.platform === 'win32')('run --open shows the page', async () => {
  const bin = opener(process.platform === 'darwin' ? 'open' : 'xdg-open');
  const { status, stderr } = run(`${bin}:/bin:/usr/bin`, '--open');
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('--open')]);
  // The browser outlives the command.
  for (let i = 0; i < 100 && !existsSync(folder.at('said')); i++) await pause(50);
  expect(readFileSync(folder.at('said'), 'utf8')).toBe(folder.at('reports/small.html'));
});

it('run --open says so where no program shows pages, and where there is no page', () => {
  const { status, stderr } = run(dirname(folder.path), '--open');
  expect(status).toBe(0);
  expect(stderr).toMatch(/--open: there is no .* open reports\/small\.html yourself/);
  const none = run('/bin', '--open', '--format', 'md');
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('add html to --format')]);
});
