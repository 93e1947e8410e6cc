import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { wordsOf } from '../../src/cli/completion/words.js';
import { faultline, Folder } from './harness.js';

let folder: Folder;

beforeEach(() => void (folder = new Folder()));
afterEach(() => folder.remove());

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** What bash would complete after these words. */
function completed(...words: readonly string[]): readonly string[] {
  const { stdout } = faultline(['completion', 'bash']);
  const script = `${stdout}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _faultline; printf '%s\\n' "\${COMPREPLY[@]}"`;
  writeFileSync(folder.at('script.sh'), script);
  const ran = spawnSync('bash', [folder.at('script.sh'), 'faultline', ...words], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\n').filter((line) => line !== '');
}

describe('faultline completion', () => {
  it('completes commands, options, values, folders and files in bash', () => {
    folder.put('my shop.yaml', '');
    mkdirSync(folder.at('reports'));
    expect(completed('ex')).toEqual(['explore', 'export', 'explain']);
    expect(completed('run', '--repl')).toEqual(['--replications']);
    expect(completed('sweep', 'shop.yaml', '--start', 's')).toEqual(['settled']);
    expect(completed('run', '--out', 'rep')).toEqual(['reports']);
    expect(completed('run', 'my')).toEqual(['my shop.yaml']);
    expect(completed('run', '--seed', '')).toEqual([]);
    expect(completed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(completed('help', 'swe')).toEqual(['sweep']);
  });

  it.each(SHELLS)('names every command and option in %s', (shell) => {
    const { stdout } = faultline(['completion', shell]);
    const terminal = { out: () => {}, note: () => {}, progress: () => {} };
    const words = wordsOf(createProgram(terminal as never, () => {}));
    expect(words.length).toBeGreaterThan(14);
    for (const { name, options } of words) {
      expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
      for (const option of options) expect(stdout).toContain(option.name.slice(2));
    }
  });

  it.each(SHELLS.filter(has))('is a script that %s reads', (shell) => {
    writeFileSync(folder.at('script'), faultline(['completion', shell]).stdout);
    expect(spawnSync(shell, ['-n', folder.at('script')], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('says which shells there are', () => {
    const done = faultline(['completion', 'ksh']);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain('Allowed choices are bash, zsh, fish');
  });
});
