import type { ChildProcess } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Folder, NO_PROOFS, faultline, faultlineProcess, smallScenario, start } from './harness.js';

const folder = new Folder();
let child: ChildProcess | null = null;
let text = '';
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => folder.remove());

function begin(...args: string[]): void {
  child = start([...args, '--watch'], folder.path);
  text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (data: Buffer) => (text += data.toString()));
  }
}

/** Waits until the output matches this number of times. */
async function until(pattern: RegExp, times = 1): Promise<void> {
  for (let waited = 0; waited < 100_000; waited += 50) {
    if ([...text.matchAll(new RegExp(pattern, 'g'))].length >= times) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not seen: ${pattern}\n${text}`);
}

/** As editors do that write a new file and give it the name of the old one. */
function replace(name: string, content: string): void {
  writeFileSync(folder.at('.new'), content);
  renameSync(folder.at('.new'), folder.at(name));
}

function exitOf(process: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => process.once('exit', (code) => resolve(code)));
}

describe('--watch', () => {
  it('runs again after each save, of includes too, after a broken one, until Ctrl-C', async () => {
    folder.put('part.yaml', smallScenario());
    folder.put('main.yaml', 'faultline: 1\ntitle: Above\ninclude: [ part.yaml ]\n');
    begin('validate', 'main.yaml');
    await until(/main\.yaml: ok/);
    await until(/waiting for a change/);
    replace('part.yaml', smallScenario().replace('shop:', 'shop: ]'));
    await until(/--- part\.yaml was saved: run 2 ---/);
    await until(/part\.yaml:\d+:\d+ FL105/);
    await until(/waiting for a change/, 2);
    replace('part.yaml', smallScenario());
    await until(/main\.yaml: ok/, 2);
    await until(/waiting for a change/, 3);
    const ended = exitOf(child!);
    child!.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(text.match(/faultline: interrupted/g)).toHaveLength(1);
  });

  it('ends a run that is under way before the next begins', async () => {
    const long = smallScenario().replace('duration: 20s', 'duration: 4h');
    folder.put('long.yaml', long);
    begin('check', 'long.yaml', NO_PROOFS, '--workers', '1');
    await until(/running long\.yaml/);
    replace('long.yaml', smallScenario(['people.success >= 1%']));
    await until(/long\.yaml was saved: run 2/);
    await until(/no variant breaks a budget/);
    expect(text.match(/simulated/g)).toHaveLength(1);
    expect(text).not.toContain('interrupted');
  });

  it('needs a file', () => {
    const input = smallScenario();
    const words = 'faultline: --watch needs a file: standard input never changes\n';
    expect(faultlineProcess(['check', '-', '--watch'], { input }).stderr).toBe(words);
    expect(faultline(['explain', '--watch']).status).toBe(2);
  });
});

describe('--json', () => {
  it('is the same twice for the commands that run nothing', () => {
    const path = folder.put('small.yaml', smallScenario(['people.success >= 1%']));
    const read = (...args: string[]): Record<string, unknown> => {
      const [first, second] = [1, 2].map(() => faultline([...args, '--json', '-']));
      expect(first!.stdout).toBe(second!.stdout);
      return JSON.parse(first!.stdout) as Record<string, unknown>;
    };
    const size = {
      components: 2,
      instances: 2,
      edges: 2,
      variants: 2,
      budgets: 1,
      expectations: 0,
      sweeps: 0,
    };
    expect(read('validate', path)).toEqual({
      faultline: 1,
      files: [{ file: path, ok: true, size, problems: [], notes: [], error: null }],
    });
    expect(read('graph', path)).toMatchObject({
      title: 'Small',
      variant: 'plain',
      edges: expect.arrayContaining([
        { from: 'people', to: 'shop' },
        { from: 'shop', to: 'bank' },
      ]) as unknown,
    });
    const explained = read('explain', path) as { variants: { scenario: { run: object } }[] };
    expect(explained.variants[0]!.scenario.run).toMatchObject({ durationNs: 20e9, seed: 7 });
    expect(read('explain', 'retry')).toMatchObject({ name: 'retry' });
    expect(read('explain')['names']).toContain('retry');
  });

  it('has the problems of a wrong file with their places', () => {
    const path = folder.put('wrong.yaml', smallScenario().replace('seed: 7', 'sed: 7'));
    const { stdout, status } = faultline(['validate', path, '--json', '-']);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [
        {
          ok: false,
          size: null,
          problems: [{ code: 'FL201', line: 3, found: 'sed', suggestion: 'seed', path: 'run.sed' }],
        },
      ],
    });
  });
});
