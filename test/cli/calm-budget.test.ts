import { afterAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/** A job of 60 messages each 20 s, which one consumer of 100 ms each works off; a fault makes them slower. */
const scenario = `faultline: 1
title: a nightly job
run: { duration: 60s, warmup: 0s, seed: 3, replications: 1 }
services:
  job: { endpoints: { put: [ publish: { topic: lines, count: 60 } ] } }
  worker: { concurrency: 4, endpoints: { handle: [ wait: 100ms ] } }
topics:
  lines: { kind: kafka, partitions: 1, subscribers: [ { group: worker, call: worker.handle } ] }
workloads:
  nightly: { arrivals: { kind: at, times: [ 5s, 25s, 45s ] }, requests: [ { call: job.put } ] }
faults: [ { id: slow, kind: slow, target: worker, factor: 3, at: 24s, for: 10s } ]
budgets: [ lines.age.max < 3s ]
`;

describe('a budget that breaks without faults, too', () => {
  const folder = new Folder();
  const cwd = folder.path;
  afterAll(() => folder.remove());
  const run = (...flags: string[]): string =>
    faultline(['run', folder.put('job.yaml', scenario), '--out', 'out', ...flags], { cwd }).stdout;

  it('is why, with what the faults add to it', () => {
    // 60 messages of 100 ms: the last one is 5.9 s old when it is read, or older while they take 300 ms.
    const said = run('--explain').replace(/\n +(?=\S)/gu, ' ');
    const [, calm, now] =
      /why +lines\.age\.max is ([\d.]+) s without faults, too, and ([\d.]+) s with them \(proved\)\./u.exec(
        said,
      )!;
    expect(Number(calm)).toBeGreaterThan(5.8);
    expect(Number(calm)).toBeLessThan(6.1);
    expect(Number(now)).toBeGreaterThan(Number(calm) + 5);
    // It makes a broken budget worse, so that it is not cleared although no request fails.
    expect(said).not.toContain('cleared');
    const without = run('--no-explain', '--set', 'faults=[]');
    expect(without).toContain(`lines.age.max < 3s   ${calm} s`.replace('   ', '   base '));
  });
});
