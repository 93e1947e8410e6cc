import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Output of the command `sweep` for the only sweep of a scenario: axes, settings and their figures. */
export function sweepOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-sweep-'));
  try {
    const path = join(folder, 'options.yaml');
    writeFileSync(path, text);
    const args = [
      'sweep',
      path,
      '--json',
      '-',
      '--format',
      'csv',
      '--out',
      folder,
      '--workers',
      '1',
      '--quiet',
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`sweep ended with ${status}: ${stderr}`);
    // The request itself is not part of the result.
    const {
      scenario: _,
      sweep: __,
      replications: ___,
      ...found
    } = JSON.parse(stdout) as Record<string, unknown>;
    return JSON.stringify(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
