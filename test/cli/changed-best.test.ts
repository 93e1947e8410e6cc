import { afterAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

// By hand: the 2 cores of db serve 250/s at 8 ms, and 400/s arrive from 10 s to 20 s. `strict` serves less: 10 requests
// at once, each of about 9 ms and 20 ms of waiting, are 345/s before db is full, and none of those refused has used it.
const SCENARIO = `faultline: 1
title: a rush on a small database
run: { duration: 30s, warmup: 2s, seed: 3, replications: 1 }
services:
  shop:
    concurrency: 100
    queue: { capacity: 20 }
    endpoints: { buy: [ wait: 20ms, query: db.write ] }
databases:
  db: { cpu: 2, maxConnections: 40, pool: { maxOpen: 40 }, operations: { write: { work: exponential(8ms) } } }
workloads:
  users:
    arrivals: { kind: stages, start: 100/s, stages: [ { duration: 10s, target: 100/s }, { duration: 0s, target: 400/s }, { duration: 10s, target: 400/s }, { duration: 0s, target: 100/s }, { duration: 10s, target: 100/s } ] }
    patience: 2s
    requests: [ { call: shop.buy } ]
variants:
  - { name: as-is }
  - { name: strict, set: { services.shop.concurrency: 3, services.shop.queue.capacity: 0 } }
budgets: [ users.success > 99% ]
`;

describe('the variant that serves users best and breaks a budget too', () => {
  const folder = new Folder();
  const cwd = folder.path;
  afterAll(() => folder.remove());
  const failedIn = (stdout: string): string => /(\S+) requests? fails?/u.exec(stdout)?.[1] ?? '0';

  it('is named with the setting that helps it, which does so in a run of it', () => {
    folder.put('rush.yaml', SCENARIO);
    const plain = faultline(['run', 'rush.yaml', '--out', 'out'], { cwd }).stdout.replace(
      /\s+/gu,
      ' ',
    );
    const act =
      /do as-is serves users best \((\S+) %, strict (\S+) %\); set (\S+) to (\d+) \(now 2\): (.+?)\. Price/u.exec(
        plain,
      );
    expect(act, plain).not.toBeNull();
    const [, most, least, path, to, effect] = act!;
    expect(Number(most)).toBeGreaterThan(Number(least));
    expect(path).toBe('databases.db.cpu.cores');
    expect(effect).toContain('“users.success > 99%” holds');
    const set = ['--variant', 'as-is', '--set', `${path}=${to}`, '--no-explain', '--out', 'out'];
    const after = faultline(['run', 'rush.yaml', ...set], { cwd });
    expect([after.status, failedIn(after.stdout)]).toEqual([0, '0']);
  });
});
