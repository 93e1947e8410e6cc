import { afterAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/** A load that grows sixfold within ten seconds, and an autoscaler with instances that start slowly. */
const scenario = (more: string): string => `faultline: 1
title: a sale
run: { duration: 90s, warmup: 5s, seed: 3, replications: 1 }
services:
  shop:
    cpu: 1
    concurrency: 50
    queue: { capacity: 50 }
    ${more}autoscaling: { metric: cpu, target: 60%, min: 2, max: 16 }
    lifecycle: { startup: 15s }
    endpoints: { buy: [ work: exponential(20ms) ] }
workloads:
  users:
    arrivals: { kind: stages, start: 50/s, stages: [ { duration: 20s, target: 50/s }, { duration: 10s, target: 300/s }, { duration: 60s, target: 300/s } ] }
    patience: 1s
    requests: [ { call: shop.buy } ]
budgets: [ users.success >= 99% ]
`;

describe('an autoscaler that starts with too few instances', () => {
  const folder = new Folder();
  const cwd = folder.path;
  afterAll(() => folder.remove());
  const run = (file: string, ...flags: string[]): string =>
    faultline(['run', file, '--out', 'out', ...flags], { cwd }).stdout;

  it('is advised the smallest number that averts the failures, which holds the budget', () => {
    const file = folder.put('sale.yaml', scenario(''));
    const [, least] = /do {4}Set services\.shop\.autoscaling\.min to (\d+) \(now 2\): /.exec(
      run(file, '--explain'),
    )!;
    // 300/s of 20 ms on one core each: six are busy all the time.
    expect(Number(least)).toBeGreaterThan(6);
    expect(Number(least)).toBeLessThan(12);
    const changed = run(file, '--no-explain', '--set', `services.shop.autoscaling.min=${least}`);
    expect(changed).toContain('1/1 pass');
  });

  it('is advised the written replicas with it, without which the file would not be valid', () => {
    const file = folder.put('replicas.yaml', scenario('replicas: 2\n    '));
    const [, least, replicas] =
      /do {4}Set services\.shop\.autoscaling\.min to (\d+) \(now 2\) and services\.shop\.replicas to (\d+) \(now 2\): /.exec(
        run(file, '--explain'),
      )!;
    expect(replicas).toBe(least);
    const min = `services.shop.autoscaling.min=${least}`;
    const both = ['--set', min, '--set', `services.shop.replicas=${least}`];
    expect(run(file, '--no-explain', ...both)).toContain('1/1 pass');
    const alone = faultline(['run', file, '--out', 'out', '--set', min], { cwd });
    expect(alone.stderr).toContain('replicas, 2, is outside the range of the autoscaler');
  });

  it('is found by fix in the same way', () => {
    const file = folder.put('fixed.yaml', scenario('replicas: 2\n    '));
    const { stdout } = faultline(['fix', file], { cwd });
    expect(stdout).toMatch(
      /^ +\d: services\.shop\.autoscaling\.min: (\d+) \(now 2\); services\.shop\.replicas: \1 \(now 2\)$/mu,
    );
  });
});
