import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

let folder: Folder;
let kept: string;
let broken: string;
beforeAll(() => {
  folder = new Folder();
  kept = folder.put('kept.yaml', smallScenario(['people.success >= 10%']));
  broken = folder.put(
    'broken.yaml',
    smallScenario(['people.success >= 10%', 'people.success >= 99% during bank-hang in plain']),
  );
});
afterAll(() => folder.remove());

describe('faultline check', () => {
  it('ends with 0 when every budget holds and with 1 when one is broken', () => {
    expect(faultline(['check', kept, NO_PROOFS]).status).toBe(0);
    const { status, stdout } = faultline(['check', kept, broken, NO_PROOFS]);
    expect(status).toBe(1);
    expect(stdout).toContain('people.success >= 99% during bank-hang');
  });

  it('does not count a broken warning', () => {
    const warning =
      '{ expect: people.success >= 99% during bank-hang in plain, severity: warning }';
    const path = folder.put('warning.yaml', smallScenario([warning]));
    expect(faultline(['check', path, NO_PROOFS]).status).toBe(0);
  });

  it('ends with 1 where the behaviour is not as expected, and `run` as ever with 0', () => {
    const expecting = (text: string): string =>
      smallScenario(['people.success >= 10%']) + `expect: [ "${text}" ]\n`;
    const met = folder.put(
      'expected.yaml',
      expecting('people.success < 99% during bank-hang in plain'),
    );
    expect(faultline(['check', met, NO_PROOFS]).status).toBe(0);
    const unmet = folder.put(
      'unexpected.yaml',
      expecting('people.success < 1% before bank-hang in plain'),
    );
    const { status, stdout } = faultline(['check', unmet, '--quiet', NO_PROOFS]);
    expect([status, stdout.includes('DIFF'), stdout.includes('FAIL')]).toEqual([1, true, false]);
    expect(faultline(['run', unmet, '--out', folder.at('.'), NO_PROOFS]).status).toBe(0);
    const { stdout: json } = faultline(['check', unmet, '--json', '-', NO_PROOFS]);
    const [plain] = (JSON.parse(json) as Result).variants;
    expect(plain!.budgets.map(({ verdict }) => verdict)).toEqual(['pass']);
    expect(plain!.expectations!.map(({ verdict }) => verdict)).toEqual(['fail']);
  });

  it('says so where a scenario has no budgets', () => {
    const path = folder.put('none.yaml', smallScenario());
    const { status, stdout } = faultline(['check', path, NO_PROOFS]);
    expect([status, stdout.includes('no budgets')]).toEqual([0, true]);
  });

  it('counts a refuted hypothesis as a broken budget', () => {
    const hypothesis =
      'hypothesis: { statement: Nobody notices, expect: [ people.success >= 99% during bank-hang in plain ] }\n';
    const path = folder.put('hypothesis.yaml', smallScenario() + hypothesis);
    const { status, stdout } = faultline(['check', path, NO_PROOFS]);
    expect([status, stdout.includes('refuted')]).toEqual([1, true]);
  });

  it('writes JUnit and Markdown files with one entry for each verdict', () => {
    const junit = folder.at('budgets.xml');
    const markdown = folder.at('budgets.md');
    const documents = ['--junit', junit, '--markdown', markdown];
    const { status } = faultline(['check', broken, NO_PROOFS, ...documents]);
    expect(status).toBe(1);
    const xml = readFileSync(junit, 'utf8');
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(readFileSync(markdown, 'utf8')).toContain('people.success');
  });

  it('prints annotations for GitHub', () => {
    const { stdout } = faultline(['check', broken, NO_PROOFS, '--github']);
    expect(stdout).toMatch(/^::error .*people\.success/m);
  });

  it('prints nothing but the document that goes to standard output', () => {
    const { status, stdout } = faultline(['check', broken, NO_PROOFS, '--json', '-']);
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as Result).variants).toHaveLength(2);
    expect(faultline(['check', broken, NO_PROOFS, '--junit', '-']).stdout).toMatch(/^<\?xml /);
  });

  it('refuses two documents on standard output', () => {
    expect(faultline(['check', broken, '--json', '-', '--junit', '-']).status).toBe(2);
  });
});

describe('faultline compare', () => {
  it('prints with --quiet what is broken and nothing else', () => {
    expect(faultline(['check', kept, NO_PROOFS, '--quiet']).stdout).toBe('');
    const { status, stdout } = faultline(['check', broken, NO_PROOFS, '--quiet']);
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL  people.success >= 99% during bank-hang in plain');
    expect(stdout).not.toContain('pass');
  });

  it('judges and writes the others where one file cannot be written', () => {
    const markdown = folder.at('beside-full.md');
    const files = ['--json', '/dev/full', '--junit', '/dev/full', '--markdown', markdown];
    const { status, stdout, stderr } = faultline(['check', broken, NO_PROOFS, ...files]);
    expect([status, stdout.includes('FAIL'), existsSync(markdown)]).toEqual([3, true, true]);
    expect(stderr.match(/cannot write \/dev\/full/g)).toHaveLength(2);
  });

  it('shows the variants side by side with their differences', () => {
    const { status, stdout } = faultline(['compare', kept]);
    expect(status).toBe(0);
    expect(stdout).toContain('plain');
    expect(stdout).toContain('guarded');
  });

  it('prints nothing but the result document with --json -', () => {
    const { stdout } = faultline(['compare', kept, '--json', '-']);
    expect((JSON.parse(stdout) as Result).comparisons.length).toBeGreaterThan(0);
  });
});
