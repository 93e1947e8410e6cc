import { afterAll, describe, expect, it } from 'vitest';
import type { ScenarioError } from '../../src/index.js';
import { load, resultText, simulate } from '../../src/index.js';
import { Folder, NO_PROOFS, faultline } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** Every request takes 10 s, so the number in flight rises for 10 s and then stays. */
const rising = (run: string, more = ''): string => `faultline: 1
title: Rising
run: { duration: 60s, ${run} }
services: { shop: { runtime: async, endpoints: { buy: [ wait: 10s ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] } }
${more}
`;

const warmupOf = (text: string): readonly number[] =>
  load(text).plans.map(({ warmupNs }) => warmupNs / 1e9);

function refusalOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    const [first] = (error as ScenarioError).diagnostics;
    return `${first!.path}: ${first!.message}`;
  }
  return '';
}

describe('warmup: auto', () => {
  it('finds the time after which a system with a known transient is steady', () => {
    for (const seed of [1, 2, 4]) {
      const [found] = warmupOf(rising(`warmup: auto, seed: ${seed}`));
      // 96 % of the level is there at 9.6 s.
      expect(found).toBeGreaterThanOrEqual(9);
      expect(found).toBeLessThanOrEqual(18);
    }
  });

  it('is the same for all variants and settings, and faults do not change it', () => {
    const fault = 'faults: [ { id: stop, kind: stop, target: shop, at: 5s, for: 20s } ]';
    const variants = `variants: [ { name: a }, { name: b, set: { workloads.users.arrivals: "poisson(5/s)" } }, { name: c, set: { run.warmup: 2s } } ]`;
    const [alone] = warmupOf(rising('warmup: auto'));
    expect(warmupOf(rising('warmup: auto', `${fault}\n${variants}`))).toEqual([alone, alone, 2]);
    const prepared = load(rising('warmup: auto'));
    const { file } = prepared.source.with({ variants: ['base'], edits: [] });
    expect(file!.variants[0]!.scenario.run.warmupNs / 1e9).toBe(alone);
  });

  it('is reported with the pilot runs that found it, and a written one is not', async () => {
    const text = rising('warmup: auto, seed: 2');
    const result = await simulate(text);
    expect(result.run).toMatchObject({ duration: 60, pilots: 3 });
    expect(result.run.warmup).toBeGreaterThan(8);
    expect((await simulate(text.replace('auto', '10s'))).run).not.toHaveProperty('pilots');
    const file = folder.put('auto.yaml', text);
    const out = ['--out', folder.at('out'), '--format', 'html', NO_PROOFS];
    const { stdout } = faultline(['run', file, ...out]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `runs warm-up ${result.run.warmup} s, found by MSER-5 on 3 pilot runs`,
    );
    expect(resultText(await simulate(text))).toBe(resultText(result));
  });

  it('refuses a run that is too short to settle, and a load that never does', () => {
    expect(refusalOf(rising('warmup: auto').replace('60s', '12s'))).toMatch(
      /^run\.warmup: the requests in flight do not settle: MSER-5 cuts pilot runs of 12 s at .* second half: lengthen run\.duration/,
    );
    const overload = rising('warmup: auto').replace('runtime: async', 'concurrency: 100');
    expect(refusalOf(overload)).toContain('do not settle');
  });
});
