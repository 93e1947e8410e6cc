import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from './harness.js';
import { POOL } from './small-pool.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** The outage lasts 5 s, and the breaker stays open for 60 s, which is not written: it is the default. */
const BREAKER = `
faultline: 1
title: a breaker that stays open
run: { duration: 90s, warmup: 5s, seed: 3, replications: 2 }
policies:
  pay: { timeout: 1s, circuitBreaker: { kind: resilience4j, slidingWindowSize: 20, minimumNumberOfCalls: 10 } }
services:
  shop: { concurrency: 50, endpoints: { buy: [ { call: bank.pay, policy: pay } ] } }
  bank: { external: true, endpoints: { pay: [ wait: exponential(20ms) ] } }
workloads:
  users: { arrivals: poisson(40/s), requests: [ { call: shop.buy } ] }
faults: [ { id: down, kind: error, target: bank, share: 100%, at: 10s, for: 5s } ]
budgets: [ users.recovery < 30s after down ]
`;

/** Each consumer tries a message that fails for good. */
const RABBIT = `
faultline: 1
title: orders by RabbitMQ
run: { duration: 20s, seed: 3, replications: 1 }
queues:
  orders:
    kind: rabbitmq
    prefetch: 1
    consumers: [ { call: worker.bill, retry: { attempts: 10, backoff: { kind: constant, base: 100ms } } } ]
services:
  shop: { endpoints: { buy: [ publish: orders ] } }
  worker: { endpoints: { bill: [ work: 1ms ] } }
workloads: { users: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: bad, kind: poison, target: orders, at: 5s, for: 20ms } ]
budgets: [ orders.lag.max < 100 ]
`;

/** A message that fails is visible again after 2 s, for good. */
const SQS = `
faultline: 1
title: orders by SQS
run: { duration: 40s, seed: 3, replications: 1 }
queues:
  orders: { kind: sqs, waitTime: 20s, visibilityTimeout: 2s, consumers: [ { call: worker.bill, concurrency: 4 } ] }
services:
  shop: { endpoints: { buy: [ publish: orders ] } }
  worker: { endpoints: { bill: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(50/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: bad, kind: poison, target: orders, share: 50%, at: 5s, for: 2s } ]
budgets: [ orders.lag < 20 from 35s to 40s ]
`;

/** All requests go to a version that fails. */
const RELEASE = `
faultline: 1
title: a bad release
run: { duration: 90s, warmup: 5s, seed: 7, replications: 1 }
services:
  shop: { concurrency: 64, endpoints: { buy: [ { call: pay.charge, policy: { timeout: 1s } } ] } }
  pay:
    replicas: 4
    concurrency: 16
    rollout: { kind: rolling, to: v2, at: 20s }
    endpoints: { charge: [ wait: exponential(20ms) ] }
    versions:
      v1: {}
      v2: { endpoints: { charge: [ wait: exponential(20ms), { fail: 500, probability: 30% } ] } }
workloads: { people: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] } }
budgets: [ people.success >= 97% ]
`;

/** What `fix` finds, and what it prints. */
function tuned(
  name: string,
  text: string,
  ...flags: readonly string[]
): FixResult['fixed'] & { readonly stdout: string } {
  const path = folder.put(name, text);
  const json = folder.at(`${name}.json`);
  const { status, stdout, stderr } = faultline(['fix', path, '--quiet', '--json', json, ...flags]);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  expect([status, stderr === '']).toEqual(fixed.unheld.length === 0 ? [0, true] : [2, false]);
  return { ...fixed, stdout };
}

type Tuned = ReturnType<typeof tuned>;
let pool: Tuned | null = null;
/** What it finds for the pool, which several tests look at. */
const tunedPool = (): Tuned => (pool ??= tuned('pool.yaml', POOL));

describe('fix', () => {
  it('makes a pool larger that is too small for the load', () => {
    const { base, answer } = tunedPool();
    expect([base.holds, answer?.holds]).toEqual([false, true]);
    expect(answer!.settings).toEqual([
      // 130 requests in a second hold a connection for 50 ms each: 6.5 connections, so 7.
      { path: 'databases.catalog.pool.maxOpen', from: '5', to: '7' },
    ]);
    // 100 of 130 requests find a connection in time.
    expect(base.failed / base.arrived).toBeGreaterThan(0.2);
    expect(answer!.failed / answer!.arrived).toBeLessThan(0.01);
  });

  it('searches a file of one run with three, and names what larger instances cost', () => {
    // By hand: 2 cores of 10 ms are enough for 200/s of 250/s, and 3 of them for 300/s.
    const own = tuned(
      'cores.yaml',
      `
faultline: 1
title: too few cores
run: { duration: 20s, warmup: 2s }
services: { shop: { cpu: 2, concurrency: 1000, endpoints: { buy: [ work: 10ms ] } } }
workloads: { users: { arrivals: poisson(250/s), requests: [ { call: shop.buy } ] } }
budgets: [ users.latency.p99 < 500ms ]
`,
    );
    const [larger] = [own.answer!, ...own.others].filter(({ settings }) =>
      settings.some(({ path }) => path === 'services.shop.cpu.cores'),
    );
    expect(larger!.settings).toEqual([{ path: 'services.shop.cpu.cores', from: '2', to: '3' }]);
    expect([own.base.price.cores, larger!.price.cores]).toEqual([2, 3]);
    expect(own.checks.find(({ kind }) => kind === 'seeds')).toMatchObject({ runs: 3, holds: true });
  });

  it('names a default that nobody has written', () => {
    const { answer, others } = tuned('breaker.yaml', BREAKER);
    expect(answer!.holds).toBe(true);
    const paths = [...answer!.settings, ...others.flatMap(({ settings }) => settings)].map(
      ({ path, from, to }) => `${path} ${from} ${to}`,
    );
    // The breaker opens within a second of the outage, which ends at 15 s: a recovery until 45 s needs a wait of 35 s at most.
    const wait = paths.find((one) => one.startsWith('policies.pay.circuitBreaker.wait'))!;
    expect(wait).toMatch(/^policies\.pay\.circuitBreaker\.waitDurationInOpenState 60s [\d.]+s$/);
    expect(Number(wait.split(' ')[2]!.slice(0, -1))).toBeGreaterThan(28);
    expect(Number(wait.split(' ')[2]!.slice(0, -1))).toBeLessThanOrEqual(35);
  });

  it('says the answer first, with the command that shows it', () => {
    const { stdout } = tunedPool();
    expect(stdout).toMatch(
      /^Set databases\.catalog\.pool\.maxOpen to 7 \(now 5\): the budget holds, [\d,]+ fewer failed requests/,
    );
    const command = /faultline (run .*--as fixed)/.exec(stdout)![1]!;
    const args = [...command.replaceAll("'", '').split(' '), '--quiet', '--no-explain'];
    const json = folder.at('run.json');
    expect(faultline([...args, '--out', folder.at('out'), '--json', json]).status).toBe(0);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly variants: readonly {
        readonly name: string;
        readonly budgets: readonly { readonly verdict: string }[];
      }[];
    };
    expect(variants.map(({ name, budgets }) => [name, budgets[0]!.verdict])).toEqual([
      ['base', 'fail'],
      ['fixed', 'pass'],
    ]);
  });

  it('lets a consumer give up a message that it cannot handle, where it holds up the others', () => {
    // 50/s wait behind the message of 5 s: 750 at 20 s. Ten attempts 100 ms apart hold up 45.
    const { base, answer } = tuned('rabbit.yaml', RABBIT);
    expect(base.budgets[0]!.value).toBeCloseTo(750, -2);
    expect(answer!.settings).toEqual([
      { path: 'queues.orders.consumers[0].onPoison', from: 'block', to: 'deadLetter' },
      { path: 'queues.orders.consumers[0].deadLetter', from: null, to: 'orders-dead' },
      { path: 'queues.orders-dead', from: null, to: '{ kind: rabbitmq }' },
    ]);
    expect(answer!.budgets[0]!.value).toBeLessThan(50);
  });

  it('limits how often a queue delivers a message that fails', () => {
    // Half of the messages of 2 s fail, and come back each 2 s for good: 50 of them. After two deliveries they are gone.
    const { base, answer } = tuned('sqs.yaml', SQS);
    expect(base.budgets[0]!.value).toBeGreaterThan(30);
    expect(answer!.settings).toEqual([
      { path: 'queues.orders.maxReceiveCount', from: null, to: '5' },
      { path: 'queues.orders.deadLetter', from: null, to: 'orders-dead' },
      { path: 'queues.orders-dead', from: null, to: '{ kind: sqs }' },
    ]);
    expect(answer!.budgets[0]!.value).toBeLessThan(10);
  });

  it('takes back a release that fails, by an analysis of a part of the requests', () => {
    // 30 % of the requests fail from 20 s on. A quarter of them for 10 to 30 s: at most 2.3 of 90 s.
    const { base, answer } = tuned('release.yaml', RELEASE);
    expect(base.failed / base.arrived).toBeGreaterThan(0.2);
    const [own, ...others] = answer!.settings;
    expect([own!.path, others]).toEqual(['services.pay.rollout', []]);
    expect(own!.to).toMatch(
      /^\{ to: v2, at: 20s, kind: canary, .*analysis: \{ expect: \[ canary\.success >= 99% \]/,
    );
    expect(answer!.failed / answer!.arrived).toBeLessThan(0.03);
  });

  it('leaves out what another variant does and does not need', () => {
    const variants = `
variants:
  - { name: today }
  - name: larger
    set:
      services.shop.concurrency: 120
      services.shop.queue.capacity: 90
      databases.catalog.cpu: 16
      databases.catalog.pool.maxOpen: 12
`;
    const { answer, partOf } = tuned('variants.yaml', POOL + variants, '--max-runs', '40');
    expect(answer!.settings.map(({ path }) => path)).toEqual(['databases.catalog.pool.maxOpen']);
    expect(partOf === null || partOf.variant === 'larger').toBe(true);
  });

  it('counts a budget that no run measures nowhere', () => {
    // With 5 s of calm after the outage there is no recovery to measure, whatever the settings are.
    const late = POOL.replace(
      'budgets: [ users.success >= 99% ]',
      'faults: [ { id: late, kind: slow, target: shop, factor: 1.1, at: 9s, for: 1s } ]\n' +
        'budgets: [ users.success >= 99%, users.recovery < 5s after late ]',
    );
    const { base, answer, stdout } = tuned('late.yaml', late, '--max-runs', '30');
    expect(base.budgets.map(({ applies }) => applies)).toEqual([undefined, false]);
    expect(answer?.holds).toBe(true);
    expect(stdout).toMatch(/^Set .*: the budget holds/);
  });

  it('removes what a command removes', () => {
    const text = BREAKER.replace('users.recovery < 30s after down', 'users.success >= 90%');
    const path = folder.put('removal.yaml', text);
    const json = folder.at('removal.json');
    const args = [
      '--set',
      'policies.pay.circuitBreaker=null',
      '--as',
      'bare',
      '--replications',
      '1',
    ];
    const run = ['run', path, ...args, '--quiet', '--no-explain', '--json', json];
    expect(faultline([...run, '--out', folder.at('o')]).status).toBe(0);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly variants: readonly { readonly changes?: unknown }[];
    };
    expect(variants[1]!.changes).toEqual([
      {
        path: 'policies.pay.circuitBreaker',
        from: { kind: 'resilience4j', minimumNumberOfCalls: 10, slidingWindowSize: 20 },
        to: null,
      },
    ]);
  });

  it('never changes a load, a fault or a budget', () => {
    const cheat = `
variants:
  - { name: today }
  - { name: cheat, set: { workloads.users.arrivals: poisson(20/s) } }
`;
    const { answer, others } = tuned('cheat.yaml', POOL + cheat, '--max-runs', '30');
    const paths = [answer!, ...others].flatMap(({ settings }) => settings.map(({ path }) => path));
    expect(paths.filter((path) => /^(workloads|faults|budgets|run)/.test(path))).toEqual([]);
  });

  it('has nothing to do where the budgets hold', () => {
    const path = folder.put('fine.yaml', POOL.replace('poisson(130/s)', 'poisson(30/s)'));
    const { status, stdout } = faultline(['fix', path, '--quiet']);
    expect(status).toBe(0);
    expect(stdout).toContain('Nothing to change: base holds its budget.');
  });

  it('begins with the first variant that breaks a budget, if the baseline holds all', () => {
    const variants = `
variants:
  - { name: today, baseline: true, set: { workloads.users.arrivals: poisson(30/s) } }
  - { name: friday }
`;
    expect(tuned('friday.yaml', POOL + variants, '--max-runs', '30').name).toBe('friday');
  });

  it('changes only what --over names', () => {
    const path = folder.put('over.yaml', POOL);
    const { answer, settings } = tuned('over.yaml', POOL, '--over', 'databases.*.pool.maxOpen');
    expect([settings, answer!.settings[0]!.path]).toEqual([1, 'databases.catalog.pool.maxOpen']);
    const of = (...over: string[]) => faultline(['fix', path, '--quiet', '--over', ...over]);
    const wrong = of('databases.catalog.pool.maxOpn');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('did you mean databases.catalog.pool.maxOpen?'),
    ]);
    const fine = folder.put('fine.yaml', POOL.replace('>= 99%', '>= 1%'));
    expect(faultline(['fix', fine, '--quiet', '--over', 'services.shop.nosuch']).status).toBe(2);
    expect(of('workloads.users.arrivals').stderr).toContain('a load and a run stay as they are');
  });

  it('says which budget no setting can hold, how near it comes, and why', () => {
    const dead = BREAKER.replace(
      'users.recovery < 30s after down',
      'users.success >= 50% during down, users.recovery < 30s after down',
    );
    const path = folder.put('dead.yaml', dead);
    const { status, stdout, stderr } = faultline(['fix', path, '--quiet', '--max-runs', '60']);
    expect(status).toBe(2);
    const line = dead.split('\n').findIndex((own) => own.includes('success >= 50%')) + 1;
    expect(stderr).toMatch(
      new RegExp(
        `^faultline: .*dead\\.yaml:${line}:\\d+ no change that was tried holds users\\.success >= 50% during down$`,
        'm',
      ),
    );
    // All calls of the bank fail while it is down, whatever the settings are.
    expect(stdout).toContain('no change that was tried holds users.success >= 50% during down');
    expect(stdout).toContain('Not held (1):');
    expect(stdout).toMatch(
      /users\.success >= 50% during down: now 0 %, .*without the faults it holds/s,
    );
    expect(stdout).toMatch(/Why, with change 1: .*bank/s);
  });

  it('says that a file has no setting to change', () => {
    const fixed = `
faultline: 1
title: another company
run: { duration: 10s }
services: { bank: { external: true, endpoints: { pay: [ wait: 20ms ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: bank.pay } ] } }
budgets: [ users.latency.p99 < 1ms ]
`;
    const { status, stdout } = faultline(['fix', folder.put('none.yaml', fixed), '--quiet']);
    expect(status).toBe(2);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'base holds 0 of 1 budget, and no setting of the file has a number to change.',
    );
  });

  it('says what is left to do about a budget that settings do not reach', () => {
    const path = folder.put('floor.yaml', POOL.replace('success >= 99%', 'latency.p50 < 1ms'));
    const { status, stdout } = faultline(['fix', path, '--quiet', '--max-runs', '400']);
    expect(status).toBe(2);
    const [, at] = /Not held.*at best ([\d.]+ ms)/s.exec(stdout)!;
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `Loosen it beyond ${at}, or change the work of a step or the load, which fix leaves as they are.`,
    );
    const loose = faultline([
      ...['fix', path, '--quiet', '--max-runs', '400'],
      ...['--budget', `users.latency.p50 <= ${Math.ceil(1.3 * parseFloat(at!))}ms`],
    ]);
    expect(loose.status).toBe(0);
  });

  it('runs the answer again, and says where it no longer holds', () => {
    const { answer, checks, unchecked, stdout } = tunedPool();
    expect(answer!.settings[0]!.to).toBe('7');
    const of = (kind: string, by: number | null, subject: string | null = null) =>
      checks.find((one) => one.kind === kind && one.by === by && one.subject === subject);
    // 195 requests in a second for 50 ms need 9.75 connections, 130 for 65 ms 8.45, 130 for 35 ms 4.55.
    expect(of('moreLoad', 1.5)!.holds).toBe(false);
    const query = 'databases.catalog.operations.read.wait';
    expect([of('times', 1.3)!.holds, of('times', 0.7)!.holds]).toEqual([false, true]);
    const single = (by: number) =>
      checks.find(({ subject, by: own }) => subject?.startsWith(query) === true && own === by);
    expect([single(1.3)!.holds, single(0.7)!.holds]).toEqual([false, true]);
    expect(of('seeds', null)!.holds).not.toBe(false);
    expect(unchecked).toBe(0);
    expect(stdout).toMatch(/Breaks at 1\.5 times the load: users\.success >= 99% \(\d/);
    expect(stdout).toMatch(/Still holds with/);
  });

  it('varies the values that a comment calls a guess, and no others', () => {
    const marked = POOL.replace(/(arrivals: poisson\(130\/s\).*)/, '$1').replace(
      'concurrency: 80,',
      'concurrency: 80, # a guess\n   ',
    );
    expect(marked).not.toBe(POOL);
    const { checks } = tuned('guessed.yaml', marked);
    const guesses = checks.filter(({ kind }) => kind === 'guess' || kind === 'times');
    expect(guesses.map(({ kind, subject, by }) => [kind, subject, by])).toEqual([
      ['guess', null, 1.3],
      ['guess', null, 0.7],
    ]);
  });

  it('runs it under each fault alone', () => {
    const two = BREAKER.replace(
      'faults: [ {',
      'faults: [ { id: slow, kind: slow, target: bank, factor: 1.2, at: 70s, for: 5s }, {',
    );
    const { checks } = tuned('two.yaml', two, '--max-runs', '80');
    const faults = checks.filter(({ kind }) => kind === 'fault');
    // The only budget is about `down`: without it there is nothing to judge.
    expect(faults.map(({ subject, holds }) => [subject, holds])).toEqual([['down', true]]);
  });

  it('gives no answer with which users fail more often', () => {
    // A bulkhead that refuses a quarter of the requests has the best latency; so has a service that is always down.
    const slow = POOL.replace('users.success >= 99%', 'users.latency.p99 < 250ms');
    const { base, answer } = tuned(
      'slow.yaml',
      slow,
      '--over',
      'services.shop',
      '--max-runs',
      '40',
    );
    const share = ({ failed, arrived }: typeof base) => failed / arrived;
    expect(answer === null || share(answer) <= share(base) + 0.01).toBe(true);
    // The pool is too small, and no setting of the shop makes it larger.
    expect(answer?.holds ?? false).toBe(false);
  });

  it('writes a scenario with the change, which loads and holds the budgets', () => {
    const path = folder.put('patched.yaml', POOL);
    const named = folder.put(
      'named.yaml',
      `${POOL.replace('users.success >= 99%', 'users.success >= 99% in small')}variants: [ { name: small } ]\n`,
    );
    for (const [file, was] of [
      [path, 'today'],
      [named, 'small'],
    ] as const) {
      const out = folder.at('patch.yaml');
      const own = faultline(['fix', file, '--quiet', '--out', out]);
      expect([own.status, own.stderr]).toEqual([0, '']);
      expect(own.stdout).toMatch(/^Set databases/);
      const json = folder.at('patch.json');
      expect(faultline(['check', out, '--no-explain', '--quiet', '--json', json]).status).toBe(1);
      const { variants } = JSON.parse(readFileSync(json, 'utf8')) as {
        variants: { name: string; budgets: { verdict: string }[] }[];
      };
      expect(variants.map(({ name, budgets }) => [name, budgets[0]!.verdict])).toEqual([
        [was, 'fail'],
        ['fixed', 'pass'],
      ]);
    }
  });

  it('writes the change into a folder under the name of the scenario', () => {
    const path = folder.put('shop.yaml', POOL);
    const out = folder.at('changes');
    mkdirSync(out);
    const { status, stderr } = faultline(['fix', path, '--quiet', '--out', out]);
    expect([status, stderr]).toEqual([0, `The change is in ${out}/shop-fixed.yaml.\n`]);
    expect(readFileSync(join(out, 'shop-fixed.yaml'), 'utf8')).toContain('../shop.yaml');
    const json = faultline(['fix', path, '--quiet', '--json', out]);
    expect([json.status, json.stderr]).toEqual([
      2,
      `faultline: cannot write ${out}: is a directory; name a file in it\n`,
    ]);
  });

  it('writes the change in the format of a product, and names what that has no field for', () => {
    const hikari = POOL.replace(
      'maxOpen: 5, acquireTimeout: 300ms',
      'kind: hikari, maximumPoolSize: 5',
    );
    const path = folder.put('hikari.yaml', hikari);
    const out = folder.at('application.yml');
    const own = faultline(['fix', path, '--quiet', '--as', 'hikari', '--out', out]);
    expect([own.status, own.stderr]).toEqual([0, '']);
    expect(readFileSync(out, 'utf8')).toContain('maximum-pool-size: 7');
    expect(own.stdout).toContain('As hikari:');
    const { exports } = tuned('hikari.yaml', hikari, '--as', 'istio,hikari');
    expect(exports!.map(({ format, unwritten }) => [format, unwritten.length])).toEqual([
      ['istio', 1],
      ['hikari', 0],
    ]);
    const two = faultline(['fix', path, '--as', 'istio,hikari', '--out', out]);
    expect([two.status, two.stderr]).toEqual([2, expect.stringContaining('takes one format')]);
    expect(faultline(['fix', path, '--as', 'hikary']).stderr).toContain('did you mean hikari?');
    const set = ['--set', 'databases.catalog.cpu=4', '--out', folder.at('x.yaml')];
    expect(faultline(['fix', path, ...set]).status).toBe(2);
  });

  it('writes no file where no change holds every budget', () => {
    const path = folder.put('never.yaml', POOL.replace('success >= 99%', 'latency.p99 < 1us'));
    const out = folder.at('never-written.yaml');
    const { status, stderr } = faultline([
      'fix',
      path,
      '--quiet',
      '--max-runs',
      '20',
      '--out',
      out,
    ]);
    expect([status, existsSync(out)]).toEqual([2, false]);
    expect(stderr).toContain('is not written: no change holds every budget');
  });

  it('prints Markdown and JSON, and the same for any number of threads', () => {
    const path = folder.put('formats.yaml', POOL);
    const one = folder.at('formats.json');
    const fix = ['fix', path, '--quiet'];
    const md = faultline([...fix, '--format', 'md', '--json', one, '--workers', '1']).stdout;
    expect(md).toMatch(/^# a pool too small.*\n\n\*\*Set databases\.catalog\.pool\.maxOpen to 7/);
    expect(md).toContain('| 1 | 1 of 1 |');
    const json = readFileSync(one, 'utf8');
    expect((JSON.parse(json) as FixResult).fixed.answer?.holds).toBe(true);
    expect(faultline([...fix, '--format', 'json', '--workers', '3']).stdout).toBe(json);
  });

  it('needs a budget', () => {
    const path = folder.put('none.yaml', POOL.replace(/budgets:.*/, ''));
    const { status, stderr } = faultline(['fix', path, '--quiet']);
    expect(status).toBe(2);
    expect(stderr).toContain("--budget 'users.success >= 99%'");
  });
});
