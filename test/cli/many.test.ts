import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

const COUNT = 130;
/** Services `a-0`, `a-1`, … and `b-0`, `b-1`, …: each `a` calls its `b`. */
const MANY = `faultline: 1
title: Many
run: { duration: 10s }
services:
${Array.from(
  { length: COUNT / 2 },
  (_, k) => `  a-${k}: { endpoints: { get: [ { call: b-${k}.get, policy: { timeout: 1s } } ] } }
  b-${k}: { endpoints: { get: [ work: 1ms ] } }`,
).join('\n')}
workloads:
  users: { arrivals: poisson(5/s), patience: 5s, requests: [ { call: a-0.get } ] }
`;
let folder: Folder;
beforeAll(() => {
  folder = new Folder();
  folder.put('many.yaml', MANY);
});
afterAll(() => folder.remove());

const run = (...args: readonly string[]) => faultline(args, { cwd: folder.path });
const RULE = ['--rule', 'unused-component'];
/** Users call the first `a` only. */
const FINDINGS = COUNT / 2 - 1;

describe('a scenario of many services', () => {
  it('has one block for each rule, with its count; --all and --json have every finding', () => {
    const { stdout, status } = run('lint', 'many.yaml', ...RULE);
    const shown = stdout.match(/ warning unused-component /g) ?? [];
    expect(shown).toHaveLength(1);
    expect(stdout).toContain(`many.yaml: 0 errors, ${FINDINGS} warnings, 0 hints\n`);
    expect(stdout).toContain(` warning unused-component (${FINDINGS} findings)\n`);
    expect(stdout).toContain('  also: 9:3 a-2; 11:3 a-3; ');
    expect(stdout).toContain('--all');
    const all = run('lint', 'many.yaml', ...RULE, '--all');
    expect(all.stdout.match(/ warning unused-component /g)).toHaveLength(FINDINGS);
    expect(all.status).toBe(status);
    const json = JSON.parse(run('lint', 'many.yaml', ...RULE, '--json', '-').stdout) as {
      readonly findings: readonly unknown[];
    };
    expect(json.findings).toHaveLength(FINDINGS);
  });

  it('is drawn in groups of equal names, with how many each holds; --all draws every service', () => {
    const { stdout, stderr } = run('graph', 'many.yaml', '--format', 'svg');
    expect(stderr).toContain(
      `${COUNT + 1} components with ${COUNT / 2 + 1} connections are too many`,
    );
    expect(stdout).toContain('>a-');
    expect(stdout).not.toContain('a-17');
    const all = run('graph', 'many.yaml', '--format', 'svg', '--all');
    expect(all.stderr).toBe('');
    for (let k = 0; k < COUNT / 2; k++) expect(all.stdout).toContain(`>a-${k}<`);
    expect(run('graph', 'many.yaml', '--format', 'mermaid').stdout).toContain('a-17');
  });
});
