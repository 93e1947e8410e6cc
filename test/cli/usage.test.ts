import { closeSync, existsSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ESCAPE, Folder, faultline, faultlineProcess, smallScenario } from './harness.js';

const COMMANDS = [
  'run',
  'compare',
  'check',
  'story',
  'ask',
  'explore',
  'fix',
  'capacity',
  'sensitivity',
  'export',
  'validate',
  'lint',
  'graph',
  'explain',
];

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  scenario = folder.put('small.yaml', smallScenario());
});
afterAll(() => folder.remove());

describe('the command line', () => {
  it('prints help and version to standard output and succeeds', () => {
    const own = [...COMMANDS, 'import', 'calibrate', 'drift'].map((name) => ['help', name]);
    for (const args of [['--help'], ['help'], ...own]) {
      const { status, stdout, stderr } = faultline(args);
      expect([args, status, stderr]).toEqual([args, 0, '']);
      expect(stdout).toContain('Examples:');
    }
    expect(faultline(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows its help on standard error when nothing is asked for', () => {
    const { status, stdout, stderr } = faultline([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: faultline');
  });

  it('refuses what it does not know with exit code 2 and one message', () => {
    const wrong = [
      ['rum', scenario],
      ['run'],
      ['run', '--frobnicate', scenario],
      ['run', scenario, '--workers', '0'],
      ['run', scenario, '--workers', 'many'],
      ['run', scenario, '--replications', '-1'],
      ['run', scenario, '--seed', '1.5'],
      ['run', scenario, '--format', 'html,pdf'],
      ['run', scenario, '--spans', 'zipkin=spans.json'],
      ['run', scenario, '--spans', 'same.json', '--logs', 'same.json'],
      ['run', scenario, '--metrics', '-'],
      ['run', scenario, '--logs', folder.path],
      ['run', scenario, '--sample', '2'],
      ['run', scenario, '--buckets', '1,0.5'],
      ['run', scenario, '--buckets', ''],
      ['run', scenario, '--scrape', '1ms'],
      ['run', scenario, '--epoch', 'yesterday'],
      ['graph', scenario, '--format', 'png'],
      ['graph', scenario, '--show', 'latency'],
      ['validate'],
      ['graph', scenario, 'another.yaml'],
    ];
    for (const args of wrong) {
      const { status, stdout, stderr } = faultline(args);
      expect([args, status, stdout]).toEqual([args, 2, '']);
      expect(stderr).toMatch(/^faultline: /);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('takes no option for the name of a file that was left out', () => {
    const wrong = [
      ['run', scenario, '--json', '--quiet'],
      ['run', scenario, '--out', '--quiet'],
      ['run', scenario, '--traces', '--out', folder.path],
      ['run', scenario, '--metrics', '--out', folder.path],
      ['check', scenario, '--junit', '--github'],
      ['check', scenario, '--variant', '--github'],
      ['graph', scenario, '--out', '--debug'],
    ];
    for (const args of wrong) {
      const { status, stdout, stderr } = faultline(args);
      expect([args, status, stdout]).toEqual([args, 2, '']);
      expect(stderr).toContain('a name is expected');
    }
    expect(existsSync('--github')).toBe(false);
  });

  it('suggests the command and the option that were meant', () => {
    expect(faultline(['vaildate', scenario]).stderr).toContain('validate');
    expect(faultline(['run', '--replication', '2', scenario]).stderr).toContain('--replications');
  });

  it('reports a file that cannot be read, for every command, without a stack', () => {
    for (const command of [...COMMANDS, 'sweep']) {
      for (const path of [folder.at('missing.yaml'), `${folder.path}/`]) {
        const { status, stdout, stderr } = faultline([command, path]);
        expect([command, path, status, stdout]).toEqual([command, path, 2, '']);
        expect(stderr).toContain(path);
        expect(stderr).not.toMatch(/\n\s+at /);
      }
    }
  });

  it('reports a wrong scenario, for every command that reads one', () => {
    const wrong = folder.put(
      'wrong.yaml',
      smallScenario().replace('concurrency: 8', 'concurency: 8'),
    );
    for (const command of COMMANDS) {
      const { status, stdout, stderr } = faultline([command, wrong], { cwd: folder.path });
      expect([command, status, stdout]).toEqual([command, 2, '']);
      expect(stderr).toMatch(/wrong\.yaml:6:\d+ FL201 /);
      expect(stderr).toContain('concurrency');
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('prints no colour if NO_COLOR is set or the output is no terminal', () => {
    for (const env of [{}, { NO_COLOR: '1', FORCE_COLOR: '1' }]) {
      for (const args of [['--help'], ['run', 'missing.yaml'], ['validate', scenario]]) {
        const { stdout, stderr } = faultline(args, { env });
        expect(stdout + stderr).not.toContain(ESCAPE);
      }
    }
  });

  it('ends with exit code 3 where its output cannot be written', () => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = faultlineProcess(['explain', 'retry'], { stdout: full });
      expect(status).toBe(3);
      expect(stderr).toBe(
        'faultline: cannot write output: no space left on the device\n  Free space there, or name another place.\n',
      );
    } finally {
      closeSync(full);
    }
  });

  it('shows the characters of a name that would act on the terminal', () => {
    const name = `a${ESCAPE}[31mb\u202e.yaml`;
    const { status, stderr } = faultline(['validate', name]);
    expect(status).toBe(2);
    expect(stderr).toContain('a\\u001b[31mb\\u202e.yaml');
  });
});
