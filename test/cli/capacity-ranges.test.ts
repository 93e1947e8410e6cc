import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapacityResult } from '../../src/contracts/result/capacity.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** 8 workers of 30 ms hold 267/s; with a fifth less or more time 320/s or 222/s. The others are far from their limit. */
const imported = (comment: string): string => `faultline: 1
title: Imported
run: { duration: 15s, warmup: 2s, replications: 2, seed: 3 }
services:
  shop:
    cpu: 4
    endpoints:
      buy:
        - work: exponential(1ms)  # measured, n = 900, ± 5 %
        - call: pay.charge
  pay:
    concurrency: 8
    endpoints:
      charge:
        - wait: exponential(30ms)  # measured, n = 40${comment}
workloads:
  users:
    arrivals: poisson(100/s)
    requests: [ { call: shop.buy } ]
budgets: [ users.success >= 99%, users.latency.p99 < 2s ]
`;

function capacityOf(text: string, ...flags: readonly string[]): [CapacityResult, string] {
  const path = folder.put('imported.yaml', text);
  const json = folder.at('limits.json');
  const { stdout, status } = faultline(['capacity', path, '--quiet', '--json', json, ...flags]);
  expect(status).toBe(0);
  return [JSON.parse(readFileSync(json, 'utf8')) as CapacityResult, stdout];
}

describe('the limit within the ranges of measured values', () => {
  it('moves with the time of the component that is full, and names it', () => {
    const [{ ranges, limits }, text] = capacityOf(imported(', ± 20 %'));
    const { low, high, most, draws, inputs } = ranges!;
    const { rate } = limits[0]!;
    expect([draws, inputs]).toEqual([12, 2]);
    // Draws are within about a tenth of a value for one standard error, so their ends are on both sides of the limit.
    expect(low!.rate / rate).toBeGreaterThan(1 / 1.35);
    expect(low!.rate / rate).toBeLessThan(0.95);
    expect(high!.rate / rate).toBeLessThan(1.35);
    expect(high!.rate / rate).toBeGreaterThan(1.02);
    expect(most!.path).toBe('services.pay.endpoints.charge.steps[0].wait.time');
    expect(most!.from).toBeCloseTo(1 / 1.2 - 1, 2);
    expect(most!.to).toBeCloseTo(0.2, 2);
    const flat = text.replace(/\s+/g, ' ');
    expect(flat).toMatch(
      /Within the ± of its 2 measured values it holds \d+\/s to \d+\/s \(the ends of 12 draws\)\. /,
    );
    expect(flat).toMatch(
      /wait\.time \(± 20 %\) moves it most, alone by −16\.\d % to \+(19\.\d|20\.?\d?) %\./,
    );
    // The bracket is about calls of the component, and says so.
    expect(flat).toMatch(/pay is full \(its 8 workers hold 2\d\d calls\/s\)/);
  });

  it('does not move with a value far from the limit, and is left out where it is not asked for', () => {
    const [{ ranges, limits }, text] = capacityOf(imported(''));
    expect(ranges).toMatchObject({ inputs: 1, most: null });
    expect(ranges!.low!.rate).toBeCloseTo(limits[0]!.rate, -1);
    expect(text.replace(/\s+/g, ' ')).toContain('None of them moves the limit alone.');
    const [without, short] = capacityOf(imported(', ± 20 %'), '--draws', '0');
    expect(without.ranges).toBeNull();
    expect(short).not.toContain('±');
  });
});
