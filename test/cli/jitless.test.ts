import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, NO_PROOFS, PROGRAM, smallScenario } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

describe('a place without WebAssembly and without a compiler', () => {
  it('runs a scenario and writes its page, byte for byte as everywhere', () => {
    folder.put('s.yaml', smallScenario());
    const pages = [[], ['--jitless']].map((flags) => {
      const formats = ['--format', 'html,svg,md,csv'];
      const args = [...flags, PROGRAM, 'run', 's.yaml', NO_PROOFS, '--quiet', ...formats];
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: folder.path,
        encoding: 'utf8',
      });
      // Node.js itself says that it has no WebAssembly then.
      const said = stderr.replace(/^Warning: disabling flag --expose_wasm.*\n/, '');
      expect([flags, status, said]).toEqual([flags, 0, '']);
      return readFileSync(folder.at('reports/s.html'), 'utf8');
    });
    expect(pages[1]).toContain('<svg');
    expect(pages[1]).toBe(pages[0]);
  });
});
