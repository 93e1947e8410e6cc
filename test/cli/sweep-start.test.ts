import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import { Folder, faultline } from './harness.js';

/** By hand: 10 pods of one core hold 10 / 20 ms = 500/s, the two pods of the file 100/s. */
const SCENARIO = `faultline: 1
title: Pods
run: { duration: 30s, warmup: 10s, seed: 7 }
platform: { kind: kubernetes }
services:
  app:
    replicas: 2
    cpu: { cores: 1 }
    resources: { requests: { cpu: 0.5 } }
    lifecycle: { startup: 20s }
    autoscaling: { metric: cpu, target: 70%, min: 2, max: 10 }
    endpoints: { get: [ work: 20ms ] }
workloads:
  users: { arrivals: poisson(80/s), patience: 1s, requests: [ { call: app.get } ] }
budgets: [ users.success >= 99% ]
`;

/** Users that never give up. */
const PATIENT = SCENARIO.replace('patience: 1s, ', '');

let folder: Folder;
let path: string;
beforeAll(() => {
  folder = new Folder();
  path = folder.put('pods.yaml', SCENARIO);
});
afterAll(() => folder.remove());

function swept(...args: readonly string[]): { readonly limit: number; readonly stdout: string } {
  return sweptOf(path, ...args);
}

function sweptOf(
  file: string,
  ...args: readonly string[]
): { readonly limit: number; readonly stdout: string } {
  const [out, json] = [folder.at('out'), folder.at('sweep.json')];
  const set = ['--set', 'workloads.users.arrivals.rate=80/s..800/s', '--replications', '1'];
  const { status, stdout } = faultline([
    'sweep',
    file,
    ...set,
    ...args,
    '--out',
    out,
    '--json',
    json,
  ]);
  expect(status).toBe(0);
  const { axes, edges } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
  const [{ holds, breaks }] = edges;
  const [low, high] = [holds!, breaks!].map((at) => axes[0]!.values[at]!.number!);
  return { limit: (low + high) / 2, stdout: stdout.replace(/\s+/g, ' ') };
}

describe('a sweep of the load of a service with an autoscaler', () => {
  it('finds the load that all pods hold, and not that of its cold start', () => {
    const { limit, stdout } = swept();
    expect(Math.abs(limit / 500 - 1)).toBeLessThan(0.05);
    // 80/s x 20 ms = 1.6 cores, 0.35 of them for each pod: 4.6 pods.
    expect(stdout).toContain(
      'Each load begins with the replicas that the autoscaler has at it: app 5 to 10.',
    );
    expect(stdout).toMatch(
      /app gives in first: its 10 cores, with 10 replicas, hold (49|50)\d\/s/u,
    );
  });

  it('finds the same load where users wait for ever: those without a response at the end are failures', () => {
    const { limit, stdout } = sweptOf(folder.put('patient.yaml', PATIENT));
    expect(Math.abs(limit / 500 - 1)).toBeLessThan(0.05);
    expect(stdout).toContain('app gives in first');
  });

  it('counts them in the success that it shows, and says so where no budget asks for it', () => {
    const patient = folder.put(
      'unasked.yaml',
      PATIENT.replace('users.success >= 99%', 'users.goodput > 1/s').replace(
        '    cpu:',
        '    concurrency: 1\n    cpu:',
      ),
    );
    const args = ['sweep', patient, '--set', 'workloads.users.arrivals.rate=400/s,700/s'];
    const json = folder.at('unasked.json');
    const { stdout } = faultline([
      ...args,
      '--metric',
      'users.success',
      '--out',
      folder.at('u'),
      '--json',
      json,
    ]);
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as SweepResult;
    const [calm, over] = cases.map(({ variants: [own] }) => own!.figures[0]!.value!);
    expect(calm).toBe(1);
    // In 40 s 20,000 are served, those that come until 28.6 s: 18.6 of the 30 s after the warm-up.
    expect(over).toBeGreaterThan(0.6);
    expect(over).toBeLessThan(0.64);
    expect(stdout.replace(/\s+/gu, ' ')).toMatch(
      /ALARM at 1 of 2 settings: 3\d(\.\d+)? % of the requests are not answered before the run ends and count as failures: app holds (49|50)\d\/s/u,
    );
  });

  it('finds that of the cold start where it is asked to', () => {
    const { limit, stdout } = swept('--start', 'written');
    expect(limit).toBeLessThan(120);
    expect(stdout).not.toContain('Each load begins');
  });
});
