import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ESCAPE,
  Folder,
  NO_PROOFS,
  faultline,
  faultlineProcess,
  smallScenario,
} from './harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const input = smallScenario(['people.success >= 10%']);

describe('a scenario from standard input', () => {
  it('is read by every command that takes a file', () => {
    expect(faultlineProcess(['validate', '-'], { input }).stdout).toMatch(/^<stdin>: ok, /);
    expect(faultlineProcess(['lint', '-'], { input }).stdout).toContain('<stdin>: ');
    expect(faultlineProcess(['graph', '-', '--format', 'mermaid'], { input }).stdout).toContain(
      'shop',
    );
    expect(faultlineProcess(['explain', '-'], { input }).stdout).toContain('Small\n<stdin>\n');
  });

  it('is run and judged, and its report is named after its title', () => {
    const out = folder.at('out');
    const run = faultlineProcess(['run', '-', NO_PROOFS, '--out', out, '--format', 'md'], {
      input,
    });
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('small.md');
    expect(readFileSync(`${out}/small.md`, 'utf8')).toContain('`faultline run -`');
    const check = faultlineProcess(['check', '-', NO_PROOFS], { input });
    expect([check.status, check.stdout.split(' ')[0]]).toEqual([0, '<stdin>']);
  });

  it('finds what it includes below the current folder', () => {
    folder.put('part.yaml', smallScenario());
    const text = 'faultline: 1\ntitle: Above\ninclude: [ part.yaml ]\n';
    const { stdout, stderr } = faultlineProcess(['validate', '-'], {
      input: text,
      cwd: folder.path,
    });
    expect([stdout.split(',')[0], stderr]).toEqual(['<stdin>: ok', '']);
  });

  it('has its place in messages', () => {
    const { stderr, status } = faultlineProcess(['run', '-'], {
      input: 'faultline: 1\ntitel: x\n',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('<stdin>:2:1 FL201 titel: unknown key titel (did you mean "title"?)');
    expect(faultline(['check', '-']).stderr).toContain('<stdin>:1:1 FL113');
  });
});

describe('options of every command', () => {
  it('-v, -V and --version print the version', () => {
    const version = faultline(['--version']).stdout;
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const flag of ['-v', '-V']) {
      const { stdout, status } = faultline([flag]);
      expect([stdout, status]).toEqual([version, 0]);
    }
  });

  it('--no-color prints none where colours are forced', () => {
    const env = { FORCE_COLOR: '1', NO_COLOR: undefined };
    const path = folder.put('small.yaml', input);
    expect(faultline(['check', path, NO_PROOFS], { env }).stdout).toContain(ESCAPE);
    expect(faultline(['check', path, NO_PROOFS, '--no-color'], { env }).stdout).not.toContain(
      ESCAPE,
    );
    expect(faultline(['--no-color', 'check', path, NO_PROOFS], { env }).stdout).not.toContain(
      ESCAPE,
    );
    for (const name of ['run', 'compare', 'sweep', 'validate', 'lint', 'graph', 'explain']) {
      expect(faultline([name, '--help']).stdout).toContain('--no-color');
    }
  });
});

describe('a search between whole numbers', () => {
  const edgeOf = (set: string, expect: string): string => {
    const sweep = ['sweep', 'scenarios/first.yaml', '--set', set, '--expect', expect];
    const runs = ['--replications', '2', '--out', folder.at('s'), '--format', 'json'];
    const { stdout } = faultline([...sweep, ...runs]);
    return stdout.split('\n').find((line) => /^ *Limit between/.test(line))!;
  };

  it('looks between them where the field is a real number', () => {
    const text = edgeOf('faults[slow-payments].factor=1..12', 'users.success >= 99%');
    const [, holds, breaks] = /by the point estimates between ([\d.]+) and ([\d.]+)\./.exec(text)!;
    expect(Number(breaks) / Number(holds)).toBeGreaterThan(1);
    expect(1 - Number(holds) / Number(breaks)).toBeLessThan(0.0201);
  });

  it('stays with them where the field is a count, and says how near that is', () => {
    const text = edgeOf('services.shop.concurrency=1..64', 'users.success >= 90%');
    expect(text).toContain(
      'holds above it; by the point estimates between 11 and 12, the nearest whole numbers. Below it shop gives in first',
    );
  });
});
