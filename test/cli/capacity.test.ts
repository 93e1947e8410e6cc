import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapacityResult } from '../../src/contracts/result/capacity.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** 8 connections of 20 ms serve 400/s; each replica has 40 workers of 21 ms for 1,900/s. */
const POOL = `faultline: 1
title: A pool
run: { duration: 40s, warmup: 5s, seed: 3, replications: 1 }
services:
  app: { concurrency: 40, queue: { capacity: 100 }, endpoints: { get: [ wait: 1ms, { query: db.read } ] } }
databases:
  db: { cpu: 16, pool: { maxOpen: 8, acquireTimeout: 300ms }, operations: { read: { wait: 20ms } } }
workloads:
  users: { arrivals: poisson(150/s), patience: 1s, requests: [ { call: app.get } ] }
  jobs: { arrivals: constant(50/s), patience: 1s, requests: [ { call: app.get } ] }
faults: [ { id: slow-db, kind: slow, target: db, factor: 2, at: 10s, for: 10s } ]
budgets: [ users.success >= 98% ]
`;

/** What the command finds, and what it prints about it, without line ends. */
function limits(
  name: string,
  text: string,
  ...flags: readonly string[]
): CapacityResult & { readonly said: string } {
  const path = folder.put(name, text);
  const json = folder.at(`${name}.json`);
  const own = faultline(['capacity', path, '--quiet', '--json', json, ...flags]);
  expect([own.status, own.stderr]).toEqual([0, '']);
  const found = JSON.parse(readFileSync(json, 'utf8')) as CapacityResult;
  return { ...found, said: own.stdout.replace(/\s+/g, ' ') };
}

describe('capacity', () => {
  it('finds the limit of a pool: 8 / 20 ms = 400/s, of one workload, and half of it with a slow database', () => {
    const { load, limits: found } = limits('pool.yaml', POOL);
    expect(load).toBeCloseTo(200, -1);
    const [all, jobs, users, slow] = found as [
      CapacityResult['limits'][number],
      CapacityResult['limits'][number],
      CapacityResult['limits'][number],
      CapacityResult['limits'][number],
    ];
    expect([all.workload, users.workload, jobs.workload, slow.fault]).toEqual([
      null,
      'users',
      'jobs',
      'slow-db',
    ]);
    // Up to 2 % may fail, so the limit is up to 2 % above 400/s.
    expect(all.rate).toBeGreaterThan(400 * 0.93);
    expect(all.rate).toBeLessThan(400 * 1.04);
    expect(all.full).toMatchObject({ component: 'app', resource: 'connections', of: 'db' });
    // The other workload keeps its 50/s and 150/s.
    expect(users.rate).toBeGreaterThan(350 * 0.93);
    expect(users.rate).toBeLessThan(350 * 1.04);
    expect(jobs.rate).toBeGreaterThan(250 * 0.93);
    expect(jobs.rate).toBeLessThan(250 * 1.06);
    // 40 ms each hold 200/s; a budget over 40 s allows some failures in 10 s of them.
    expect(slow.holds).toBeGreaterThan(0.9);
    expect(slow.holds).toBeLessThan(1.2);
  });

  it('gives the rates of the busiest time where the load is not steady', () => {
    const stages = 'stages: [ { duration: 20s, target: 200/s }, { duration: 20s, target: 200/s } ]';
    const ramp = POOL.replace(/faults:.*\n/, '')
      .replace('poisson(150/s)', `{ kind: stages, start: 50/s, ${stages} }`)
      .replace(/ {2}jobs:.*\n/, '');
    const { load, busiest, limits: found, workloads, said } = limits('ramp.yaml', ramp);
    // 95 % of 200/s and more from 18.7 s on; the mean of the run is 162/s.
    expect(busiest!.from).toBeGreaterThan(17);
    expect(busiest!.until).toBeCloseTo(40, 0);
    expect(load).toBeGreaterThan(190);
    expect(workloads).toEqual([{ name: 'users', rate: load }]);
    // 8 / 20 ms = 400/s at the peak, of which 2 % may fail.
    expect(found[0]!.rate).toBeGreaterThan(400 * 0.93);
    expect(found[0]!.rate).toBeLessThan(400 * 1.06);
    expect(said).toMatch(/^The system holds [34]\d\d\/s at its peak, /);
    expect(said).toMatch(/rates are those of its peak, from 1\d\.?\d* s to 40 s\./);
  });

  it('says what a multiple of the load needs, and runs it', () => {
    const calm = POOL.replace(/faults:.*\n/, '');
    const { need, said } = limits('need.yaml', calm, '--for', '4x');
    // 800/s x 20 ms = 16 connections, and a little more.
    expect(need).toMatchObject({ factor: 4, isAsked: true, holds: true });
    const [pool] = need!.settings;
    expect(pool).toMatchObject({ path: 'databases.db.pool.maxOpen', from: '8' });
    expect(Number(pool!.to)).toBeGreaterThanOrEqual(16);
    expect(Number(pool!.to)).toBeLessThanOrEqual(18);
    expect(said).toMatch(/^The system holds 3\d\d\/s|^The system holds 4\d\d\/s/);
    const command = /faultline (capacity .*?maxOpen=\d+)/.exec(said)![1]!;
    const again = faultline([...command.replaceAll("'", '').split(' '), '--quiet', '--for', '4x']);
    expect(again.stdout).toContain('holds as it is');
  });

  it('begins each load with the replicas that the autoscaler has at it', () => {
    const text = `faultline: 1
title: scaled
run: { duration: 40s, warmup: 30s, seed: 1, replications: 1 }
platform: { kind: kubernetes }
services:
  app:
    cpu: { cores: 1 }
    replicas: 2
    queue: { capacity: 500 }
    lifecycle: { startup: 20s }
    autoscaling: { metric: cpu, target: 70%, min: 2, max: 6 }
    endpoints: { get: [ work: 10ms ] }
workloads:
  users: { arrivals: poisson(100/s), patience: 1s, requests: [ { call: app.get } ] }
budgets: [ users.success >= 98% ]
`;
    // 6 cores / 10 ms = 600/s, and not the 200/s of two cold replicas.
    const { limits: found } = limits('scaled.yaml', text);
    expect(found[0]!.rate).toBeGreaterThan(540);
    expect(found[0]!.rate).toBeLessThan(630);
    expect(found[0]!.full).toMatchObject({ component: 'app', resource: 'cores' });
  });

  it('names the limit that refuses calls where no resource is full, and raises it', () => {
    const text = `faultline: 1
title: A quota
run: { duration: 40s, warmup: 5s, seed: 3, replications: 1 }
services:
  app: { concurrency: 400, endpoints: { get: [ { call: bank.pay, policy: { rateLimit: { rate: 300/s, burst: 10 } } } ] } }
  bank: { concurrency: 400, endpoints: { pay: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ call: app.get ] } }
budgets: [ users.latency.p99 < 1s ]
`;
    // The limit is 300/s and admits 99 % up to 303/s; the workers would hold 40,000/s.
    const { limits: found, need, said } = limits('quota.yaml', text);
    expect(found[0]!.rate).toBeGreaterThan(300 * 0.95);
    expect(found[0]!.rate).toBeLessThan(300 * 1.02);
    const refused = { caller: 'app', callee: 'bank', of: 'caller', by: 'rate limit' };
    expect(found[0]!.full).toMatchObject({ component: 'app', resource: 'rate', by: 'rate limit' });
    expect(found[0]!.refused).toMatchObject(refused);
    // A quarter more is asked for: 375/s, and as much of the burst.
    expect(need!.holds).toBe(true);
    const path = 'services.app.endpoints.get.steps[0].policy.rateLimit';
    expect(need!.settings.map((own) => [own.path, own.from])).toEqual([
      [`${path}.rate`, '300/s'],
      [`${path}.burst`, '10'],
    ]);
    const [rate] = need!.settings.map(({ to }) => Number(to.replace('/s', '')));
    expect(rate! / need!.rate).toBeGreaterThan(0.97);
    expect(rate! / need!.rate).toBeLessThan(1.3);
    expect(said).toMatch(/beyond it the rate limit of app refuses [\d.]+ % of the calls to bank/);
    expect(said).toContain(`needs: + ${path}.rate: `);
    expect(said).not.toContain('has no setting for more');
  });

  it('names the rate limit of a callee, which is no component without a limit', () => {
    const text = `faultline: 1
title: A provider with a quota
run: { duration: 40s, warmup: 5s, seed: 3, replications: 1 }
services:
  app: { concurrency: 400, endpoints: { get: [ { call: bank.pay } ] } }
  bank: { external: true, admission: { rateLimit: { rate: 300/s, burst: 10 } }, endpoints: { pay: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ call: app.get ] } }
budgets: [ users.success >= 99% ]
`;
    const { limits: found, said } = limits('provider.yaml', text);
    expect(found[0]!.rate).toBeGreaterThan(300 * 0.95);
    expect(found[0]!.rate).toBeLessThan(300 * 1.02);
    const refused = { caller: 'app', callee: 'bank', of: 'callee', by: 'rate limit' };
    expect(found[0]!.refused).toMatchObject(refused);
    expect(said).toMatch(/beyond it the rate limit of bank refuses [\d.]+ % of the calls of app/);
    expect(said).toContain('needs: + services.bank.admission.rateLimit.rate: ');
    expect(said).not.toContain('which has no limit in the file');
  });

  it('raises a bulkhead: 12 permits of 20 ms refuse 1 % of 294/s, and 15 of 405/s (Erlang B)', () => {
    const { limits: found, need } = limits(
      'permits.yaml',
      `faultline: 1
title: A bulkhead
run: { duration: 60s, warmup: 5s, seed: 7, replications: 1 }
policies: { pay: { timeout: 400ms, bulkhead: { maxConcurrent: 12 } } }
services:
  shop: { concurrency: 400, endpoints: { buy: [ { call: bank.pay, policy: pay } ] } }
  bank: { external: true, endpoints: { pay: [ wait: exponential(20ms) ] } }
workloads: { people: { arrivals: poisson(200/s), requests: [ call: shop.buy ] } }
budgets: [ people.success >= 99% ]
`,
    );
    expect(found[0]!.rate).toBeGreaterThan(294 * 0.94);
    expect(found[0]!.rate).toBeLessThan(294 * 1.06);
    // The shop fails its requests, and not by itself.
    expect(found[0]).toMatchObject({ gives: 'shop', refused: { by: 'bulkhead', callee: 'bank' } });
    // 294 * 1.25 = 368/s.
    expect(need).toMatchObject({
      holds: true,
      settings: [{ path: 'policies.pay.bulkhead.maxConcurrent', from: '12', to: '15' }],
    });
  });

  it('takes back a larger limit that refuses as many: one that adapts to latency decides by itself', () => {
    // Two in five responses take longer than the 50 ms after which the limit shrinks, whatever its highest value is.
    const { need } = limits(
      'adapts.yaml',
      `faultline: 1
title: A limit that adapts
run: { duration: 30s, warmup: 5s, seed: 3, replications: 1 }
services:
  shop: { runtime: async, endpoints: { buy: [ call: bank.pay ] } }
  bank:
    concurrency: 400
    admission: { concurrencyLimit: { kind: aimd, initial: 20, min: 1, max: 100, timeout: 50ms } }
    endpoints: { pay: [ wait: exponential(55ms) ] }
workloads: { people: { arrivals: poisson(200/s), requests: [ call: shop.buy ] } }
budgets: [ people.success >= 99% ]
`,
      '--for',
      '2x',
    );
    expect(need).toMatchObject({ holds: false, settings: [] });
    expect(need!.refused).toMatchObject({ by: 'concurrency limit', of: 'callee', callee: 'bank' });
  });

  it('takes 99 % of the present success where no budget is about the load', () => {
    const text = POOL.replace(/faults:.*\n/, '').replace(/budgets:.*\n/, '');
    const { budgets, limits: found } = limits('none.yaml', text, '--resolution', '10%');
    expect(budgets).toEqual([]);
    expect(found[0]!.rate).toBeGreaterThan(400 * 0.88);
    expect(found[0]!.rate).toBeLessThan(400 * 1.04);
  });

  it('finds how long a fault may last: twice what is served for T keeps someone waiting T / 2, and 2 s are allowed', () => {
    const { lengths, load } = limits(
      'lasts.yaml',
      `faultline: 1
title: A slow time
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  desk: { concurrency: 2, queue: { capacity: unbounded }, endpoints: { serve: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(50/s), requests: [ call: desk.serve ] } }
faults:
  - { id: slow, kind: slow, target: desk, factor: 4, at: 10s, for: 3s }
  - { id: gone, kind: crash, target: desk, at: 10s, for: none }
  - { id: killed, kind: crash, target: desk, at: 50s, for: 0s }
budgets: [ users.latency.max <= 2s ]
`,
    );
    expect(load).toBeCloseTo(50, 0);
    // Two workers of 20 ms serve 100/s, and 25/s while they are slow: half of the load, so the arithmetic is the same.
    expect(lengths.map(({ fault, now }) => [fault, now])).toEqual([['slow', 3]]);
    const [{ holds, breaks }] = lengths as [(typeof lengths)[number]];
    expect(holds).toBeLessThan(4 * 1.02);
    expect(breaks!).toBeGreaterThan(4 * 0.98);
    expect(breaks! / holds).toBeLessThan(1.06);
  });

  it('blames no fault where the load does not hold without one', () => {
    const { limits: found, lengths } = limits(
      'full.yaml',
      POOL.replace('poisson(150/s)', 'poisson(900/s)').replace('duration: 40s', 'duration: 22s'),
    );
    expect([found[0]!.holds < 1, lengths]).toEqual([true, []]);
  });

  it('refuses a file without a rate, and numbers that mean nothing', () => {
    const closed = POOL.replace('poisson(150/s)', 'closed(50 1s)').replace(
      'constant(50/s)',
      'closed(5 1s)',
    );
    const path = folder.put('closed.yaml', closed);
    const { status, stderr } = faultline(['capacity', path]);
    expect([status, stderr.includes('no workload has a rate that can grow')]).toEqual([2, true]);
    for (const flags of [
      ['--for', 'two'],
      ['--for', '0'],
      ['--resolution', '0.05'],
      ['--variant', 'nosuch'],
    ])
      expect([flags, faultline(['capacity', path, ...flags]).status]).toEqual([flags, 2]);
  });

  /** Two handlers of 20 ms serve 100/s, four partitions 200/s at most. No budget speaks of messages. */
  const MAILS = `faultline: 1
title: Mails behind a shop
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  shop: { concurrency: 40, endpoints: { buy: [ wait: 5ms, publish: bought ] } }
  mailer: { endpoints: { send: [ wait: 20ms ] } }
topics:
  bought: { kind: kafka, partitions: 4, subscribers: [ { group: mail, call: mailer.send, concurrency: 2 } ] }
workloads:
  users: { arrivals: constant(60/s), patience: 1s, requests: [ { call: shop.buy } ] }
faults: [ { id: shop-fails, kind: error, target: shop, share: 20%, at: 20s, for: 20s } ]
budgets: [ users.success >= 90% ]
`;

  it('ends where messages wait without end, also without a budget about them', () => {
    const { limits: found, need, said } = limits('mails.yaml', MAILS, '--for', '4x');
    expect(said).toContain(
      'In calm a load also breaks where consumers handle less than comes to them.',
    );
    const [calm] = found;
    expect(calm!.full).toMatchObject({ component: 'mailer', resource: 'consumers', of: 'bought' });
    expect(calm!.rate).toBeGreaterThan(100 * 0.94);
    expect(calm!.rate).toBeLessThanOrEqual(100);
    // One replica more is not enough for 240/s: a partition has one consumer at most.
    expect(need!.settings).toEqual([
      { path: 'services.mailer.replicas', from: null, to: '3' },
      { path: 'topics.bought.partitions', from: '4', to: '5' },
    ]);
    expect(need!.holds).toBe(true);
  });

  it('and a sweep name what requests wait for, not consumers that are full at the same time', () => {
    const narrow = MAILS.replace('concurrency: 40', 'concurrency: 1');
    const path = folder.put('narrow.yaml', narrow.replace('duration: 60s', 'duration: 40s'));
    const rates = 'workloads.users.arrivals.rate=60/s..400/s';
    const { stdout } = faultline(['sweep', path, '--set', rates, '--out', folder.path]);
    expect(stdout).toContain('Beyond it shop gives in first: its 1 worker holds 2');
    expect(stdout).not.toContain('mailer gives in');
  });

  it('raises what full consumers wait for, and ends at an error of the new settings', () => {
    // 20 consumers of 200 ms and 20 places behind them hold 100/s; 300/s for a time need three times as many of both.
    const waiting = (pool: number): string => `faultline: 1
title: Consumers of a slow partner
run: { duration: 60s, warmup: 5s, seed: 3 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { replicas: 2, endpoints: { handle: { idempotent: true, steps: [ call: partner.convert, query: db.save ] } } }
  partner: { concurrency: 20, endpoints: { convert: [ wait: 200ms ] } }
databases: { db: { kind: postgres, pool: { maxOpen: ${pool} }, operations: { save: { wait: 1ms, write: true } } } }
queues: { jobs: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 10 } ] } }
workloads: { users: { arrivals: constant(75/s), requests: [ { call: shop.buy } ] } }
budgets: [ jobs.age.max < 2s ]
`;
    const { need } = limits('waiting.yaml', waiting(4), '--for', '4x');
    expect(need).toMatchObject({ holds: true, brought: [] });
    const found = new Map(need!.settings.map(({ path, to }) => [path, Number(to)]));
    expect([...found.keys()]).toEqual(['services.worker.replicas', 'services.partner.replicas']);
    expect(found.get('services.worker.replicas')).toBeLessThanOrEqual(8);
    expect(found.get('services.partner.replicas')).toBeLessThanOrEqual(4);

    const path = folder.put('connections.yaml', waiting(30));
    const { stdout } = faultline(['capacity', path, '--quiet', '--for', '4x']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /does not hold with these, either: the pools of db may ask for more connections than it has \(\d x 30 = \d+; at most 97\)\./,
    );
  });

  it('says that no load fills components without a limit', () => {
    const path = folder.put(
      'endless.yaml',
      `faultline: 1
title: Neither cores nor workers
run: { duration: 5s, seed: 3 }
services:
  api: { endpoints: { get: [ work: 10ms ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: api.get ] } }
budgets: [ users.latency.p99 <= 100ms ]
`,
    );
    const { status, stdout } = faultline(['capacity', path, '--quiet']);
    expect(status).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain(', and no larger one was tried. ');
    expect(text).toContain(
      'No load fills api, which has no limit in the file, such as cpu or concurrency.',
    );
  });
});
