import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, NO_PROOFS, faultline, start } from './harness.js';

// Of `edge` the third replication needs more events than a run may have, of `more` every one, of `calm` none.
const BREAKS = `faultline: 1
title: Some variants break
run: { duration: 20s, warmup: 2s, seed: 3, replications: 4, maxEvents: 42500 }
services:
  api: { concurrency: 4, endpoints: { get: [ work: exponential(2ms), call: db.read ] } }
  db: { concurrency: 64, endpoints: { read: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(200/s), patience: 1s, requests: [ { call: api.get } ] }
budgets: [ users.success >= 50%, users.success >= 90% of edge in calm ]
hypothesis: { statement: All is well, expect: [ users.success >= 50% ] }
variants:
  - name: calm
  - { name: more, set: { workloads.users.arrivals: poisson(500/s) } }
  - { name: edge, set: { workloads.users.arrivals: poisson(258/s) } }
`;

let folder: Folder;
let path: string;
beforeAll(() => {
  folder = new Folder();
  path = folder.put('breaks.yaml', BREAKS);
}, 600_000);
afterAll(() => folder.remove());

/** Waits until a process has used this much CPU time, however busy the machine is. Unit: s. */
async function busy(pid: number, seconds: number): Promise<void> {
  if (!existsSync('/proc/self/stat')) return pause(4000 * seconds);
  const used = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  while (used() < seconds) await pause(100);
}

const read = (name: string): string => readFileSync(folder.at(name), 'utf8');

describe('what was computed when a guard stops a variant', () => {
  it('is reported, the same for every number of workers', () => {
    const run = (workers: number) => {
      const flags = ['--out', folder.at('out'), '--format', 'html,md,csv', '--workers'];
      const json = folder.at(`${workers}.json`);
      return faultline(['run', path, ...flags, String(workers), '--json', json]);
    };
    const { status, stdout, stderr } = run(1);
    expect(status).toBe(4);
    expect(stderr).toContain('(run.maxEvents) was reached, what finished is reported');
    expect(stderr).toContain('variant edge, seed 3, replication 2, at 21.');
    expect(stdout).toContain('STOP  edge  2 of 4 replications finished; replication 2 was stopped');
    expect(stdout).toContain('STOP  more  0 of 4 replications finished; replication 0 was stopped');
    expect(run(3).status).toBe(4);
    expect(read('3.json')).toBe(read('1.json'));

    const result = JSON.parse(read('1.json')) as Result;
    expect(result.variants.map((one) => [one.name, one.perReplication.length])).toEqual([
      ['calm', 4],
      ['edge', 2],
    ]);
    const { asked, interrupted, variants } = result.incomplete!;
    expect([asked, interrupted]).toEqual([4, false]);
    expect(
      variants.map(({ variant, finished, stopped }) => [variant, finished, stopped!.replication]),
    ).toEqual([
      ['more', 0, 0],
      ['edge', 2, 2],
    ]);
    expect(variants[1]!.stopped).toMatchObject({ reason: 'events' });
    expect(variants[1]!.stopped!.at).toBeGreaterThan(15);
    expect(result.variants[1]!.unfinished).toEqual(variants[1]);
    // Nothing is decided or compared without all runs.
    const [calm, edge] = result.variants;
    expect(calm!.budgets.map(({ verdict }) => verdict)).toEqual(['pass', 'inconclusive']);
    expect(calm!.budgets[1]!.note).toContain('edge: 2 of 4 replications, stopped at');
    expect(edge!.budgets).toMatchObject([{ verdict: 'inconclusive', value: null }]);
    expect(result.hypothesis!.verdict).toBe('inconclusive');
    expect(result.comparisons).toEqual([]);
    expect(read('out/breaks.html')).toContain('2 of 4 replications finished');
    expect(read('out/breaks.md')).toContain('Incomplete: 2 of 3 variants did not finish.');
    expect(read('out/breaks.csv').split('\r\n')[2]).toMatch(/^edge,2,/);
  });

  it('ends check with 4 and an error for each variant, not with a verdict', () => {
    const junit = folder.at('breaks.xml');
    const { status, stdout } = faultline(['check', path, NO_PROOFS, '--junit', junit, '--github']);
    expect(status).toBe(4);
    expect(stdout).toContain('?     users.success >= 50%');
    expect(stdout).toContain('::error file=');
    expect(stdout).toContain('title=Unfinished%3A edge::2 of 4 replications finished');
    expect(read('breaks.xml')).toContain('errors="2"');
    expect(read('breaks.xml')).toContain('<testcase name="more finishes"');
  });

  it('does not hold up the other scenarios of a command', () => {
    const sound = folder.put('sound.yaml', BREAKS.replace('maxEvents: 42500', 'maxEvents: 900000'));
    const flags = ['--out', folder.at('two'), '--format', 'json', '--variant', 'more'];
    const { status, stderr } = faultline(['run', path, sound, NO_PROOFS, ...flags]);
    expect(status).toBe(4);
    expect(stderr).toContain('nothing is reported');
    expect(readdirSync(folder.at('two'))).toEqual(['sound.json']);
  });
});

describe('what was computed when the program is interrupted', () => {
  it('is reported, with exit code 130', async () => {
    const long = BREAKS.replace('maxEvents: 42500', 'maxEvents: 9000000000')
      .replace('duration: 20s', 'duration: 4000s')
      .replace('poisson(200/s)', 'poisson(2000/s)')
      .replace('- { name: edge, set: { workloads.users.arrivals: poisson(258/s) } }', '')
      .replace('poisson(500/s)', 'poisson(1/s)')
      .replace(', users.success >= 90% of edge in calm', '');
    const file = folder.put('long.yaml', long);
    // One thread begins with the last variant, which takes a moment; the other one takes minutes.
    const flags = ['--workers', '1', '--replications', '1', '--format', 'md', '--json', 'r.json'];
    const child = start(['run', file, ...flags], folder.path);
    const closed = once(child, 'close');
    let said = '';
    child.stderr!.on('data', (chunk) => (said += String(chunk)));
    await busy(child.pid!, 2.5);
    child.kill('SIGINT');
    expect([await closed, said]).toEqual([[130, null], expect.stringContaining('interrupted')]);
    expect(said).toContain('The finished runs of ');
    const result = JSON.parse(read('r.json')) as Result;
    expect(result.variants.map(({ name }) => name)).toEqual(['more']);
    expect(result.incomplete).toEqual({
      asked: 1,
      interrupted: true,
      variants: [{ variant: 'calm', finished: 0, stopped: null }],
    });
    expect(read('reports/long.md')).toContain('Incomplete (interrupted): 1 of 2 variants');
  }, 120_000);
});
