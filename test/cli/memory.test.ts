import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySize, shareMemory } from '../../src/cli/memory.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { Result } from '../../src/contracts/result/result.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import { Folder, faultline, faultlineProcess, start } from './harness.js';

const MIB = 2 ** 20;

const QUEUE = `faultline: 1
title: A queue without end
run: { duration: 4000s, warmup: 2s, replications: 2 }
services:
  api: { concurrency: 4, endpoints: { get: [ wait: 50ms ] } }
workloads:
  users: { arrivals: poisson(20000/s), requests: [ { call: api.get } ] }
variants:
  - { name: calm, set: { workloads.users.arrivals: poisson(1/s) } }
  - name: hot
  - name: hotter
`;

const NEVER = `faultline: 1
title: Calls that never return
run: { duration: 4000s, warmup: 2s, replications: 2 }
services:
  api: { concurrency: unlimited, runtime: async, endpoints: { get: [ work: 10us, call: db.read ] } }
  db: { concurrency: unlimited, endpoints: { read: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(20000/s), requests: [ { call: api.get } ] }
faults: [ { id: hang, kind: hang, target: db, at: 1s, for: none } ]
`;

const CACHED = `faultline: 1
title: A cache of many values in each process
run: { duration: 1s }
keys: { item: uniform(count=10000000) }
databases: { db: { operations: { read: { wait: 1ms } } } }
caches: { items: { keys: item, levels: [ { name: near, kind: local, capacity: 100 } ] } }
services: { api: { replicas: 8, endpoints: { get: [ cache: { get: items, onMiss: [ query: db.read ] } ] } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: api.get } ] } }
`;

const BOUNDED = `faultline: 1
title: A bound that no run comes near
run: { duration: 1s }
services: { api: { queue: { capacity: 1000000000 }, endpoints: { get: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: api.get } ] } }
`;

const MANY = `faultline: 1
title: More instances than there is memory for
run: { duration: 1s }
services:
  api: { replicas: 20000, endpoints: { get: [ call: db.read ] } }
  db: { replicas: 20000, endpoints: { read: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: api.get } ] } }
`;

const SWEPT = `faultline: 1
title: A setting that is too large
run: { duration: 4000s }
services: { api: { concurrency: 4, endpoints: { get: [ wait: 50ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.get } ] } }
sweeps:
  load: { set: { workloads.users.arrivals: [ poisson(1/s), poisson(20000/s), poisson(2/s) ] }, metrics: [ users.success ] }
`;

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
}, 600_000);
afterAll(() => folder.remove());

describe('the memory budget', () => {
  it.each([1, 3])(
    'holds for the whole process with %i workers, and keeps what finished',
    async (workers) => {
      folder.put('queue.yaml', QUEUE);
      const flags = ['--max-memory', '384MiB', '--workers', String(workers), '--format', 'csv'];
      const child = start(['run', 'queue.yaml', ...flags, '--json', 'r.json'], folder.path);
      const closed = once(child, 'close');
      const peak = await peakOf(child.pid!);
      expect(await closed).toEqual([4, null]);
      const { variants, incomplete } = JSON.parse(
        readFileSync(folder.at('r.json'), 'utf8'),
      ) as Result;
      expect(variants.map(({ name, perReplication }) => [name, perReplication.length])).toEqual([
        ['calm', 2],
      ]);
      expect(incomplete!.variants.map(({ variant }) => variant)).toEqual(['hot', 'hotter']);
      for (const { stopped } of incomplete!.variants) {
        expect(stopped).toMatchObject({ reason: 'memory', replication: 0 });
        // From the end of the warm-up of 2 s. The time at which memory runs out depends on the memory of the process
        // itself.
        expect(stopped!.at).toBeGreaterThan(-1.5);
        expect(stopped!.detail).toMatch(/^api\[0\] has \d+ requests queued: bound the queue/);
      }
      if (peak !== null) expect(peak).toBeLessThan(1.15 * 384 * MIB);
    },
    180_000,
  );

  it('names the calls that wait without a time limit, and the remedy', () => {
    const path = folder.put('never.yaml', NEVER);
    const { status, stderr } = faultlineProcess(['check', path, '--max-memory', '256MiB']);
    expect(status).toBe(4);
    expect(stderr).toMatch(
      /\d{5,} calls in flight on api\.get->db\.read wait for db without a time limit: add policy\.timeout/,
    );
    expect(stderr).not.toContain('bound the queue');
    expect(stderr).toContain('raise --max-memory');
  }, 120_000);

  it('runs fewer workers where it would not hold more, and refuses a plan that cannot fit', () => {
    expect(shareMemory(4096 * MIB, 2, [], 'a.yaml')).toMatchObject({ workers: 2, note: null });
    const few = shareMemory(256 * MIB, 16, [], 'a.yaml');
    expect(few).toMatchObject({ workers: 3, note: expect.stringContaining('3 of 16 workers') });
    const huge = { instances: { length: 1_000_000 }, caches: [] } as unknown as Plan;
    expect(() => shareMemory(512 * MIB, 2, [huge], 'a.yaml')).toThrow(
      /a\.yaml: 1000000 instances need about 2104 MiB before the first event, and --max-memory is 512 MiB: lower replicas/,
    );
  });

  it('counts of a plan what a run has at its start, and no bound that it may never reach', () => {
    const cached = folder.put('cached.yaml', CACHED);
    const { status, stderr } = faultlineProcess(['run', cached, '--max-memory', '384MiB']);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('cached.yaml: cache items, with'),
    ]);
    expect(stderr).toContain('10000000 values of its key in 8 places, needs about 456 MiB');
    expect(stderr).toContain('give its key fewer values (keys), or raise --max-memory');
    const bounded = folder.put('bounded.yaml', BOUNDED);
    const flags = ['--max-memory', '256MiB', '--format', 'csv', '--out', folder.at('bounded')];
    expect(faultlineProcess(['run', bounded, ...flags]).status).toBe(0);
  }, 120_000);

  it('ends a run that has no memory for its instances as any other that has none', () => {
    const many = folder.put('many.yaml', MANY);
    const flags = ['--max-memory', '192MiB', '--format', 'csv', '--out', folder.at('many')];
    const { status, stderr } = faultlineProcess(['run', many, ...flags]);
    expect([status, stderr]).toEqual([
      4,
      expect.stringContaining('the limit of memory was reached'),
    ]);
    expect(stderr).not.toContain('internal error');
    expect(stderr).toMatch(
      /instances fill the memory before its first event|needed more memory than its thread may have/,
    );
  }, 180_000);

  it.each([1, 2])(
    'ends of a sweep only the settings that it is too small for, with %i workers',
    (workers) => {
      const path = folder.put('swept.yaml', SWEPT);
      const out = folder.at(`swept-${workers}`);
      const flags = ['--max-memory', '256MiB', '--workers', String(workers), '--out', out];
      const { status, stderr } = faultlineProcess([
        'sweep',
        path,
        ...flags,
        '--json',
        folder.at('s.json'),
      ]);
      expect(status).toBe(4);
      expect(stderr).toContain(
        '1 of 3 settings needed more memory than there is, the others are reported: ' +
          'workloads.users.arrivals=poisson(20000/s)',
      );
      const { cases } = JSON.parse(readFileSync(folder.at('s.json'), 'utf8')) as SweepResult;
      expect(cases.map(({ variants }) => variants[0]!.stop)).toEqual([null, 'memory', null]);
      expect(cases[2]!.variants[0]!.figures[0]!.value).toBeGreaterThan(0.9);
    },
    180_000,
  );

  it('ends a shard with the same code, and keeps the settings that fit', () => {
    const path = folder.put('swept.yaml', SWEPT);
    const out = folder.at('shards');
    const flags = ['--max-memory', '256MiB', '--workers', '1', '--out', out];
    const ran = (part: string) => faultlineProcess(['sweep', path, ...flags, '--shard', part]);
    const short = ran('2/2');
    expect([short.status, short.stdout]).toEqual([
      4,
      `shard 2 of 2: 0 of 3 settings are in ${out}/swept.load.cases; ` +
        'run without --shard when the files of all shards are there\n',
    ]);
    expect(short.stderr).toContain(
      'swept.yaml, shard 2 of 2: 1 of 1 settings needed more memory than there is, the others are kept: ' +
        'workloads.users.arrivals=poisson(20000/s)',
    );
    const sound = ran('1/2');
    expect([sound.status, sound.stdout.slice(0, 38)]).toEqual([
      0,
      'shard 1 of 2: 2 of 3 settings are in /',
    ]);
  }, 120_000);

  it('reads sizes with their unit and nothing else', () => {
    expect(memorySize('2GiB')).toBe(2 ** 31);
    expect(memorySize('1.5GB')).toBe(1.5e9);
    for (const text of ['2', '2G', '-1GiB', 'GiB', '1MiB']) {
      expect(() => memorySize(text)).toThrow(/expected|at least/);
    }
    const { status, stderr } = faultline(['run', 'x.yaml', '--max-memory', 'much']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('2GiB or 512MiB')]);
  });
});

/** Largest resident memory of a process until it ends, in bytes; null where the system does not say. */
async function peakOf(pid: number): Promise<number | null> {
  let peak: number | null = null;
  for (;;) {
    try {
      const text = readFileSync(`/proc/${pid}/status`, 'utf8');
      const found = /^VmHWM:\s+(\d+) kB/m.exec(text);
      if (found === null) return peak;
      peak = Number(found[1]) * 1024;
    } catch {
      return peak;
    }
    await pause(10);
  }
}
