// `npm run example`: writes reports/example.html, the page of scenarios/first.yaml. test/docs/example.test.ts compares
// it with the program.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const page = join('reports', 'example.html');
const folder = mkdtempSync(join(tmpdir(), 'faultline-example-'));
try {
  const args = ['run', join('scenarios', 'first.yaml'), '--quiet', '--format', 'html'];
  const { status } = spawnSync(
    process.execPath,
    [join('dist', 'cli', 'main.js'), ...args, '--out', folder],
    { stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`faultline run ended with ${status}`);
  copyFileSync(join(folder, 'first.html'), page);
  process.stdout.write(`wrote ${page}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
