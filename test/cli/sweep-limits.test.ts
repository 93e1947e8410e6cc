import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import { Folder, faultline } from './harness.js';

/** One worker that takes 10 ms serves 100/s; the database behind it has room for 200/s. */
const SCENARIO = `faultline: 1
title: Limits
run: { duration: 20s, warmup: 2s, seed: 7, replications: 2 }
services:
  shop: { concurrency: 2, queue: { capacity: 4 }, endpoints: { buy: [ { query: store.read } ] } }
databases:
  store: { cpu: { cores: 1, discipline: fcfs }, operations: { read: 10ms } }
workloads:
  people: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] }
faults:
  - { id: slow, kind: slow, target: store, factor: 1.2, at: 5s, for: 2s }
budgets:
  - people.success >= 99%
`;

let folder: Folder;
let path: string;
beforeAll(() => {
  folder = new Folder();
  path = folder.put('limits.yaml', SCENARIO);
});
afterAll(() => folder.remove());

function swept(...args: readonly string[]): {
  readonly result: SweepResult;
  readonly stdout: string;
  readonly page: (ending: string) => string;
} {
  const out = folder.at(`out-${args.join('').replace(/\W/g, '')}`);
  const json = `${out}.json`;
  const rest = ['--out', out, '--format', 'html,md', '--json', json];
  const { status, stdout, stderr } = faultline(['sweep', path, ...args, ...rest]);
  expect([status, stderr]).toEqual([0, expect.stringContaining('simulated')]);
  const name = /report {2}(.*)\.html/.exec(stdout)![1]!;
  const page = (ending: string): string => readFileSync(`${name}.${ending}`, 'utf8');
  return { result: JSON.parse(readFileSync(json, 'utf8')) as SweepResult, stdout, page };
}

function valuesOf({ axes }: SweepResult): readonly string[] {
  return axes[0]!.values.map(({ text }) => text);
}

describe('the values of a range with whole ends', () => {
  it('are whole where the field counts', () => {
    const { result } = swept('--set', 'services.shop.concurrency=1..4:3');
    expect(valuesOf(result)).toEqual(['1', '3', '4']);
  });

  it('are fractions where the field measures', () => {
    const { result } = swept('--set', 'faults[slow].factor=1..3:5');
    expect(valuesOf(result)).toEqual(['1', '1.5', '2', '2.5', '3']);
    const drawn = swept('--set', 'faults[slow].factor=1..3', '--samples', '3').result;
    expect(valuesOf(drawn).some((text) => text.includes('.'))).toBe(true);
  });

  it('are fractions in a search, too', () => {
    const { result } = swept('--set', 'faults[slow].factor=1..3', '--replications', '1');
    const [edge] = result.edges;
    expect(edge!.outcome).toBe('found');
    const [holds, breaks] = [edge!.holds!, edge!.breaks!].map((i) => result.axes[0]!.values[i]!);
    expect(breaks!.number! - holds!.number!).toBeLessThanOrEqual(0.02 * breaks!.number!);
  });
});

describe('a limit', () => {
  it('has the resolution that was reached, and the component that gives in', () => {
    const { result, stdout, page } = swept('--set', 'workloads.people.arrivals.rate=50/s..200/s');
    const [edge] = result.edges;
    const [holds, breaks] = [edge!.holds!, edge!.breaks!].map((i) => result.axes[0]!.values[i]!);
    // The database serves 100/s, with a fault that takes 2 s of 20 s at 83/s.
    expect(holds!.number).toBeGreaterThan(80);
    expect(breaks!.number).toBeLessThan(102);
    const figures = result.cases[edge!.breaks!]!.variants[0]!;
    // The workers of the shop only wait for the database.
    expect(figures.gives).toMatchObject({
      subject: 'store',
      full: { resource: 'cores', limit: 1 },
    });
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toMatch(
      /Limit between [\d.]+\/s and [\d.]+\/s(; by the point estimates [^;]+)?\. Beyond it store gives in first: its 1 core holds 8[2-5][\d.]*\/s during slow\. /,
    );
    for (const ending of ['html', 'md']) expect(page(ending)).toContain('gives in first');
    // Settings that hold have no such event.
    expect(result.cases[edge!.holds!]!.variants[0]!.gives).toBeUndefined();
  });

  it('is named along a grid, at the first setting that fails', () => {
    const { stdout } = swept('--set', 'workloads.people.arrivals.rate=50/s..250/s:5');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /base: at rate = 100\/s store gives in first: its 1 core holds/,
    );
  });
});
