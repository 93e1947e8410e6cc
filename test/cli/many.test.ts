import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

const COUNT = 130;
/** Services `a0`, `a1`, … and `b0`, `b1`, … without queues: each `a` calls its `b`, and has one finding of some rules. */
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
/** A circle of calls that is longer than a recursive walk may be deep. */
const CIRCLE = 1500;
const RING = `faultline: 1
title: Ring
run: { duration: 1s }
services:
${Array.from(
  { length: CIRCLE },
  (_, k) =>
    `  s${k}: { endpoints: { get: [ work: 1ms, { call: s${(k + 1) % CIRCLE}.get, policy: { timeout: 1s } } ] } }`,
).join('\n')}
workloads:
  users: { arrivals: poisson(1/s), patience: 5s, requests: [ { call: s0.get } ] }
`;

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
  folder.put('many.yaml', MANY);
  folder.put('ring.yaml', RING);
});
afterAll(() => folder.remove());

const run = (...args: readonly string[]) => faultline(args, { cwd: folder.path });
const RULE = ['--rule', 'unbounded-queue'];

describe('a scenario of many services', () => {
  it('has the first findings of a rule and a count of the others; --all and --json have every one', () => {
    const { stdout, status } = run('lint', 'many.yaml', ...RULE);
    const shown = stdout.match(/ warning unbounded-queue /g) ?? [];
    expect(shown).toHaveLength(5);
    const rest = COUNT - 5;
    expect(stdout).toContain(`many.yaml: 0 errors, ${COUNT} warnings, 0 hints\n`);
    expect(stdout).toContain(`many.yaml: ${rest} more findings of unbounded-queue: `);
    expect(stdout).toContain(`and ${rest - 3} other places\n  Show all of them with --all`);
    const all = run('lint', 'many.yaml', ...RULE, '--all');
    expect(all.stdout.match(/ warning unbounded-queue /g)).toHaveLength(COUNT);
    expect(all.status).toBe(status);
    const json = JSON.parse(run('lint', 'many.yaml', ...RULE, '--json', '-').stdout) as {
      readonly findings: readonly unknown[];
    };
    expect(json.findings).toHaveLength(COUNT);
  });

  it('is drawn in groups of equal names, with how many each holds; --all draws every service', () => {
    const { stdout, stderr } = run('graph', 'many.yaml');
    expect(stderr).toContain(
      `${COUNT + 1} components with ${COUNT / 2 + 1} connections are too many`,
    );
    expect(stdout).toContain(`${COUNT / 2}`);
    expect(stdout).not.toContain('a-17');
    const all = run('graph', 'many.yaml', '--all');
    expect(all.stderr).toBe('');
    for (let k = 0; k < COUNT / 2; k++) expect(all.stdout).toContain(`>a-${k}<`);
    expect(run('graph', 'many.yaml', '--format', 'mermaid').stdout).toContain('a-17');
  });

  it('may have a circle of calls through all of them', () => {
    const { status, stderr } = run('lint', 'ring.yaml', '--quiet');
    expect(stderr).toBe('');
    expect([0, 1]).toContain(status);
  });
});
