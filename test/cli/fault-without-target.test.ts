import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** A canary of v2, and of v3 in a variant; the fault hits the processes of v3 alone. */
const CANARY = `faultline: 1
title: A canary of two versions
run: { duration: 60s, warmup: 5s, replications: 2 }
services:
  shop:
    replicas: 4
    concurrency: 16
    memory: { limit: 512MiB, base: 200MiB }
    versions:
      v1: {}
      v2: { endpoints: { buy: [ wait: 90ms ] } }
      v3: {}
    rollout: { kind: canary, routing: replicas, to: v2, at: 10s, steps: [ { setWeight: 25 } ], analysis: { expect: [ canary.success >= 95% ], interval: 10s } }
    endpoints: { buy: [ wait: 20ms ] }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
faults: [ { id: leak, kind: memoryLeak, target: shop, version: v3, rate: 2MiB/s, at: 20s, for: none, optional: true } ]
variants: [ { name: slow }, { name: leaky, set: { services.shop.rollout.to: v3 } } ]
budgets: [ users.latency.p99 < 60ms ]
`;

describe('a fault without a target in one variant', () => {
  it('is in no sentence about that variant, and in those about the other', () => {
    const file = folder.put('canary.yaml', CANARY);
    const { stdout } = faultline(['run', file, '--out', folder.path]);
    const ofSlow = stdout.split('\n').filter((line) => /\bslow: /.test(line));
    expect(ofSlow.join('\n')).not.toContain('v3 of shop');
    expect(ofSlow.length).toBeGreaterThan(0);
    const story = faultline(['story', file]).stdout.replace(/\s+/g, ' ');
    const [slow, leaky] = story.split('leaky: ');
    expect(slow).toContain('shop goes from v1 to v2');
    expect(slow).not.toContain('v3');
    expect(leaky).toContain('v3 of shop leaks');
  });
});
