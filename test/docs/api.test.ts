import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../src/index.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
const run = promisify(execFile);

/** The blocks of the page, by language. */
function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text]) => text!,
  );
}

/** A project of somebody else, which has the package. */
let project = '';
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'faultline-api-'));
  mkdirSync(join(project, 'resilience'));
  mkdirSync(join(project, 'node_modules'));
  for (const name of ['vitest', 'typescript']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  // A copy, as npm installs it: test runners treat the sources of a link as those of the project.
  for (const part of ['package.json', 'dist/library', 'dist/run/worker.js']) {
    cpSync(join(ROOT, part), join(project, 'node_modules', 'faultline', part), { recursive: true });
  }
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(project, 'resilience', 'checkout.yaml'), blocks('yaml')[0]!);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** The output of a program in the project, and its exit code. */
async function ended(...args: readonly string[]): Promise<{ text: string; code: number }> {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: project, env });
    return { text: stdout + stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { text: stdout + stderr, code };
  }
}

describe('docs/api.md', () => {
  it('names every function of the library', () => {
    const shown = [...PAGE.matchAll(/^\| `(\w+)\(/gm)].map(([, name]) => name!);
    for (const name of shown) expect(library).toHaveProperty(name);
    const own = ['simulate', 'metric', 'broken', 'compare', 'prove', 'story', 'sweep', 'explore'];
    const searches = ['fix', 'capacity', 'sensitivity', 'checkAgainst', 'predict'];
    expect(shown).toEqual([...own, ...searches, 'lint', 'load']);
  });

  it('has a test for vitest that passes, and fails with other settings', async () => {
    const own = blocks('ts').find((text) => text.includes("from 'vitest'"))!;
    writeFileSync(join(project, 'retries.test.ts'), own);
    const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--pool=threads'];
    const good = await ended(...vitest);
    expect(good.code, good.text).toBe(0);
    expect(good.text).toMatch(/Tests +2 passed/);
    const storm = blocks('yaml')[0]!.replace(/^ +budget: .*\n/m, '');
    expect(storm).not.toBe(blocks('yaml')[0]);
    writeFileSync(join(project, 'resilience', 'checkout.yaml'), storm);
    const bad = await ended(...vitest);
    writeFileSync(join(project, 'resilience', 'checkout.yaml'), blocks('yaml')[0]!);
    expect(bad.code, bad.text).toBe(1);
    expect(bad.text).toContain('our retry settings survive a brownout');
  });

  it('has a test with the searches that passes', async () => {
    const own = blocks('ts').find((text) => text.includes('// Searches'))!;
    writeFileSync(join(project, 'searches.test.ts'), own);
    const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--pool=threads'];
    const { code, text } = await ended(...vitest, 'searches.test.ts');
    expect(code, text).toBe(0);
    expect(text).toMatch(/Tests +4 passed/);
  }, 120_000);

  // Jest is not among the packages of this project. Its example runs with the globals of Jest, of which `expect` is
  // vitest's, which has the same matchers.
  it('has a test for Jest that passes with the globals of Jest', async () => {
    const own = blocks('js').find((text) => text.includes('Jest'))!;
    const harness = `
      import { expect } from 'vitest';
      const cases = [];
      const test = (name, body) => cases.push([name, body]);
      ${own}
      import { it } from 'vitest';
      for (const [name, body] of cases) it(name, body);`;
    writeFileSync(join(project, 'jest.test.js'), harness);
    const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--pool=threads'];
    const { code, text } = await ended(...vitest, 'jest.test.js');
    expect(code, text).toBe(0);
    expect(text).toMatch(/Tests +\d passed/);
  });

  it('has types that compile without those of Node, all declarations checked', async () => {
    const bootstrap = join(ROOT, 'scripts', 'bootstrap.mjs');
    await run(process.execPath, [bootstrap, '--declarations'], { cwd: ROOT });
    const use = `
      import { fix, metric, simulate, type Answer, type FixResult, type Result } from 'faultline';
      import { threads } from 'faultline/node';
      const result: Result = await simulate('', { set: { 'a.b': 3 }, execute: threads({ workers: 2 }) });
      const answer: Answer = metric(result, 'users.success');
      export const low: number | undefined = answer.ci95?.[0];
      export const fixed: Promise<FixResult> = fix('', { over: 'services', maxRuns: 9 });
      // @ts-expect-error A result has no such field.
      export const wrong = result.nothing;
      // @ts-expect-error There is no such option.
      export const other = simulate('', { replication: 2 });`;
    writeFileSync(join(project, 'use.ts'), use);
    rmSync(join(project, 'node_modules', 'faultline'), { recursive: true });
    symlinkSync(ROOT, join(project, 'node_modules', 'faultline'));
    const base = { strict: true, noEmit: true, target: 'ES2022', module: 'NodeNext', types: [] };
    for (const own of [
      { lib: ['ES2023'], skipLibCheck: true },
      // A package that ours uses needs the URL of a browser or of Node.
      { lib: ['ES2023', 'DOM'], skipLibCheck: false },
    ]) {
      const config = { compilerOptions: { ...base, ...own }, files: ['use.ts'] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
      const { text } = await ended(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.');
      expect(text).toBe('');
    }
  });
});
