import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapacityResult } from '../../src/contracts/result/capacity.js';
import { Folder, faultline } from '../cli/harness.js';
import { systemOf } from '../../bench/capacity/systems.mjs';
import { run } from '../theory/program.js';

/** Some of the systems of `npm run bench:capacity`, without their sweeps. */
const SYSTEMS = [
  ['pool', 1],
  ['transaction', 2],
  ['scaled', 3],
  ['blind', 4],
  // 15 / 25 ms / (1 + 0.21 + 0.21^2) = 478/s.
  ['repeated', 114],
] as const;

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

describe('the capacity of generated systems', () => {
  it.each(SYSTEMS)('%s %i: headroom is the value by hand, below and above it', (kind, seed) => {
    const { capacity, resource, text } = systemOf(kind, seed);
    for (const share of [0.6, 1.4]) {
      const short = text(share * capacity).replace('duration: 60s', 'duration: 20s');
      const { rate, components } = run(short).variant().headroom!;
      const [first] = components;
      const of = first.of === null ? '' : ` ${first.of}`;
      expect(`${first.component} ${first.resource}${of}`).toBe(resource);
      expect(Math.abs((rate * first.factor) / capacity - 1)).toBeLessThan(0.05);
    }
  });

  it.each([
    ['scaled', 3],
    ['chain', 5],
  ] as const)('%s %i: the command finds the value by hand', (kind, seed) => {
    const { capacity, resource, text } = systemOf(kind, seed);
    const [path, json] = [
      folder.put('system.yaml', text(0.8 * capacity)),
      folder.at('limits.json'),
    ];
    const flags = ['--resolution', '1%', '--replications', '1', '--quiet'];
    expect(faultline(['capacity', path, '--json', json, ...flags]).status).toBe(0);
    const [{ rate, full }] = (JSON.parse(readFileSync(json, 'utf8')) as CapacityResult).limits as [
      CapacityResult['limits'][number],
    ];
    expect(`${full?.component} ${full?.resource}`).toBe(resource);
    expect(Math.abs(rate / capacity - 1)).toBeLessThan(0.03);
  });
});
