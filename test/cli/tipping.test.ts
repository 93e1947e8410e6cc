import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import { isBackIn } from '../../src/analysis/tipping.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/**
 * 10 workers serve 200/s. Calls time out after 250 ms and are tried twice; the queue has room for two seconds of work,
 * which the fault fills. From then on every attempt times out, and the attempts are twice the requests. The full queue
 * drains in the 65 s that the run shows after the fault if 2 x rate < 200 x (1 - 400 / (200 x 65)): up to 96.9/s.
 */
function storm(rate: number, more = ''): string {
  return `
faultline: 1
title: a storm of retries
run: { duration: 90s, warmup: 5s, seed: 1 }
policies:
  hop: { timeout: 250ms, retry: { attempts: 2, on: [any] } }
services:
  front: { runtime: async, outbound: hop, endpoints: { get: [ call: store.get ] } }
  store: { concurrency: 10, queue: { capacity: 400 }, cancellation: ignore, endpoints: { get: { readOnly: true, steps: [ wait: exponential(50ms) ] } } }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: front.get } ] }
faults: [ { id: slow-store, kind: slow, target: store, factor: 20, at: 20s, for: 5s } ]
${more}`;
}

/** The first variant of a run, and what it prints. */
function ran(name: string, text: string, ...flags: readonly string[]) {
  const path = folder.put(name, text);
  const json = folder.at(`${name}.json`);
  const args = ['run', path, '--out', folder.at('out'), '--json', json, '--workers', '1', ...flags];
  const { status, stdout, stderr } = faultline(args);
  expect([status, stderr.includes('Error')]).toEqual([0, false]);
  const { variants } = JSON.parse(readFileSync(json, 'utf8')) as Result;
  return { variant: variants[0]! as VariantResult, stdout, stderr };
}

/** Whether a run with other values comes back. */
function isBack(name: string, text: string, ...set: readonly string[]): boolean {
  const flags = set.flatMap((one) => ['--set', one]);
  const { variant } = ran(name, text, '--no-explain', '--quiet', '--format', 'md', ...flags);
  return isBackIn(variant.cascade.verdicts[0]!);
}

describe('how close a storm of retries is', () => {
  it('is said by values that hold when they are run', () => {
    // Shorter faults than the time limit leave no attempt without an answer in time.
    const text = storm(120).replace('250ms', '1250ms');
    const { variant, stdout } = ran('down.yaml', text);
    const { length, load, isBack: back } = variant.tipping!;
    expect(back).toBe(false);
    expect(length!.now).toBe(5);
    expect(length!.stays! <= 5 && load!.stays! <= 1).toBe(true);
    expect(length!.back).toBeGreaterThan(0);
    const at = (seconds: number): boolean =>
      isBack('down.yaml', text, `faults[slow-store].for=${seconds}s`);
    expect([at(length!.back), at(length!.stays!)]).toEqual([true, false]);
    const times = (factor: number): boolean =>
      isBack('down.yaml', text, `workloads.users.arrivals=x${factor}`);
    expect([times(load!.back), times(load!.stays!)]).toEqual([true, false]);
    expect(1 - load!.back / load!.stays!).toBeLessThan(0.06);
    expect(stdout).toMatch(
      /tipping point {2}The retries of front → store keep it down\. It comes back after/,
    );
  });

  it('is at the load of the closed form', () => {
    const { variant } = ran('form.yaml', storm(120), '--explain');
    const { load } = variant.tipping!;
    // 96.9/s by hand: between the two ends, which are 5 % apart, with the 3 % of a single run on both sides.
    expect(load!.back * 120).toBeLessThan(96.9 * 1.03);
    expect(load!.stays! * 120).toBeGreaterThan(96.9 * 0.97);
  });

  it('is searched upwards where the system comes back', () => {
    const { variant, stdout } = ran('back.yaml', storm(80));
    expect(isBackIn(variant.cascade.verdicts[0]!)).toBe(true);
    const { length, load, isBack: back } = variant.tipping!;
    expect(back).toBe(true);
    // The queue is full whatever the length is, and the attempts of 80 requests are fewer than 200.
    expect(length!.stays).toBeNull();
    expect(length!.back).toBe(35);
    expect(load!.back * 80).toBeLessThan(96.9 * 1.03);
    expect(load!.stays! * 80).toBeGreaterThan(96.9 * 0.97);
    expect(stdout).toContain(
      'after slow-store of up to 35 s, the longest that was tried; now 5 s.',
    );
  });

  it('is not asked without a loop, and not with --no-explain', () => {
    const calm = storm(120).replace(', retry: { attempts: 2, on: [any] }', '');
    expect(ran('calm.yaml', calm).variant.tipping).toBeUndefined();
    expect(ran('down.yaml', storm(120), '--no-explain').variant.tipping).toBeUndefined();
  });

  it('is a map with --map, whose cells are runs', () => {
    const text = storm(120);
    const { variant, stdout } = ran('map.yaml', text, '--map');
    const { map } = variant.tipping!;
    expect(map!.lengths).toEqual([0.625, 1.25, 2.5, 5, 10, 20]);
    const cell = (seconds: number, load: number): boolean =>
      isBackIn(map!.verdicts[map!.loads.indexOf(load)]![map!.lengths.indexOf(seconds)]!);
    expect([cell(0.625, 0.75), cell(5, 1), cell(20, 0.75)]).toEqual([true, false, true]);
    expect(stdout).toContain('recovery map of base');
    expect(stdout).toMatch(/ 0\.5x 60\.?\d*\/s( +back){6}\n/);
    expect(stdout).toMatch(/ 1x 120\/s( +down){6}\n/);
    const page = readFileSync(folder.at('out/map.html'), 'utf8');
    expect(page).toContain('Recovery map of base: fault length and load');
  });

  it('prints the map that the page shows', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/tipping.md'), 'utf8');
    const scenario = /```yaml\n(faultline: 1\n[^`]*)```/.exec(page)![1]!;
    const shown = /--map\n```\n\n```text\n([^`]*)```/.exec(page)![1]!;
    expect(ran('storm.yaml', scenario, '--map').stdout).toContain(shown);
  });

  it('refuses a map without further runs', () => {
    const path = folder.put('down.yaml', storm(120));
    const { status, stderr } = faultline(['run', path, '--map', '--no-explain']);
    expect(status).toBe(2);
    expect(stderr).toContain('--map makes further runs, and --no-explain makes none');
  });
});
