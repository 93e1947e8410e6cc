import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/text/canonical.js';
import { CODES } from '../../src/scenario/codes.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { sha256 } from '../../src/text/sha256.js';
import { editDistance, nearest } from '../../src/scenario/suggest.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { RIGHT } from './bad-input.js';
import { brief, load, scenarioOf, station } from './support.js';

const MS = 1_000_000;
const SECOND = 1000 * MS;
const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.yaml`, import.meta.url), 'utf8');

describe('the example scenarios', () => {
  it.each([
    ['checkout', 5],
    ['retry-metastable', 8],
    ['p99-claim', 5],
    ['online-boutique', 4],
  ])('%s loads in all of its %i variants', (name, variants) => {
    const { file, problems } = load(fixture(name));
    expect(problems.map(formatDiagnostic).join('\n')).toBe('');
    expect(file!.variants).toHaveLength(variants);
  });

  it('have everything written out: policies, routes, requests, faults', () => {
    const { file } = load(fixture('checkout'));
    const full = file!.variants[4].scenario;
    const charge = full.services.get('checkout')!.endpoints.get('order')!.steps[2];
    expect(charge.policy!.layers.map((l) => `${l.policy}/${l.kind}`)).toEqual([
      'fallback/simple',
      'retry/simple',
      'circuitBreaker/gobreaker',
      'timeout/simple',
      'bulkhead/semaphore',
    ]);
    expect(charge.policy!.layers[2]).toMatchObject({
      scope: 'instance',
      per: 'callee',
      key: null,
      store: null,
      dryRun: false,
      config: { maxRequests: 3, interval: 5 * SECOND },
    });
    expect(full.gateways.get('edge')!.routes.map((r) => [r.name, r.methods, r.paths])).toEqual([
      ['order', ['POST'], ['/orders']],
      ['browse', ['GET'], ['/products/*']],
    ]);
    expect(full.faults[0]).toMatchObject({
      id: 'psp-hang',
      spans: [{ fromNs: 60 * SECOND, untilNs: 100 * SECOND }],
    });
    expect(file!.budgets[0]).toMatchObject({
      text: 'shoppers.latency.p99 < 500ms',
      confidence: 0.95,
      severity: 'error',
    });
  });
});

describe('the explicit scenario', () => {
  const service = (fields: string, more = ''): ReturnType<typeof scenarioOf> =>
    scenarioOf(station(`{ ${fields}endpoints: { serve: [ wait: 1ms ] } }`, more));
  const host = (fields: string, more = ''): unknown =>
    service(fields, more).services.get('station');

  it('fills in neutral defaults', () => {
    const scenario = service('');
    expect(scenario.run).toEqual({
      durationNs: 60 * SECOND,
      warmupNs: 0,
      seed: 1,
      replications: 1,
      drainNs: null,
      stepNs: 500 * MS, // 60 s / 200 = 0.3 s, the next of 1-2-5
      maxEvents: 2e9,
    });
    expect(scenario.services.get('station')).toMatchObject({
      replicas: 1,
      zones: [null],
      runtime: 'threads',
      concurrency: Infinity,
      queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null },
      cpu: { cores: Infinity, discipline: 'processorSharing', quota: null, contextSwitchTax: 0 },
      cancellation: 'ignore',
      loadBalancing: { kind: 'roundRobin', config: {} },
      external: false,
    });
    expect(scenario.report).toMatchObject({ exemplars: 4, apdexNs: 500 * MS, slo: null });
  });

  it('gives an event loop one worker per core, one core unless stated', () => {
    expect(host('runtime: eventLoop, ')).toMatchObject({ concurrency: 1, cpu: { cores: 1 } });
    expect(host('runtime: eventLoop, cpu: 4, ')).toMatchObject({
      concurrency: 4,
      cpu: { cores: 4 },
    });
  });

  it('deals replicas over the list of zones, over all zones by name, or by counts', () => {
    const zones = 'network: { zones: { b: {}, a: {} } }';
    expect(host('replicas: 3, zone: [b, a], ', zones)).toMatchObject({ zones: ['b', 'a', 'b'] });
    expect(host('replicas: 3, ', zones)).toMatchObject({ zones: ['a', 'b', 'a'] });
    expect(host('zone: { b: 1, a: 2 }, ', zones)).toMatchObject({
      replicas: 3,
      zones: ['a', 'a', 'b'],
    });
    expect(host('replicas: 2, zone: b, ', zones)).toMatchObject({ zones: ['b', 'b'] });
  });

  it('names a request after the endpoint called or the route taken', () => {
    expect(
      scenarioOf(RIGHT)
        .workloads.get('shoppers')!
        .requests.map((r) => r.name),
    ).toEqual(['order', 'look']);
    expect(service('').workloads.get('users')!.requests[0].name).toBe('serve');
  });

  it('takes the only endpoint or operation where none is written', () => {
    const text = station(
      '{ endpoints: { serve: [ query: db ] } }',
      'databases: { db: { operations: { get: 1ms } } }',
    ).replace('call: station.serve', 'call: station');
    const scenario = scenarioOf(text);
    expect(scenario.services.get('station')!.endpoints.get('serve')!.steps[0]).toMatchObject({
      verb: 'query',
      database: 'db',
      operation: 'get',
    });
    expect(scenario.workloads.get('users')!.requests[0].steps[0]).toMatchObject({
      to: { component: 'station', part: 'serve' },
    });
  });

  it('lets goodput end with patience unless it is written', () => {
    const of = (fields: string): unknown =>
      scenarioOf(
        station('{ endpoints: { serve: [ wait: 1ms ] } }').replace(
          'arrivals:',
          `${fields} arrivals:`,
        ),
      ).workloads.get('users')!.requests[0];
    expect(of('')).toMatchObject({ patience: null, goodputWithinNs: null });
    expect(of('patience: 3s,')).toMatchObject({
      patience: { afterNs: 3 * SECOND, cancel: false },
      goodputWithinNs: 3 * SECOND,
    });
    expect(of('patience: { after: 3s, cancel: true }, goodputWithin: 1s,')).toMatchObject({
      patience: { cancel: true },
      goodputWithinNs: SECOND,
    });
    expect(of('patience: 3s, goodputWithin: none,')).toMatchObject({ goodputWithinNs: null });
  });

  it('lays the pool of one caller over that of the database', () => {
    const scenario = scenarioOf(
      station(
        '{ endpoints: { serve: [ query: db.get ] } }',
        'databases: { db: { operations: { get: 1ms }, pool: { maxOpen: 9, acquireTimeout: 1s }, pools: { station: { maxOpen: 2 } } } }',
      ),
    );
    const db = scenario.databases.get('db')!;
    expect(db.pool).toMatchObject({ maxOpen: 9, maxIdle: Infinity, acquireTimeoutNs: SECOND });
    expect(db.pools.get('station')).toMatchObject({ maxOpen: 2, acquireTimeoutNs: SECOND });
  });

  it('writes out repeated faults, and those that follow others', () => {
    const spans = (fault: string): unknown =>
      service(
        '',
        `faults:\n  - { id: a, kind: hang, target: station, ${fault} }\n  - { id: z, kind: hang, target: station, after: a, delay: 2s, for: 1s }`,
      ).faults.map((f) => f.spans.map((s) => [s.fromNs / SECOND, s.untilNs! / SECOND]));
    expect(spans('at: 10s, for: 3s')).toEqual([[[10, 13]], [[15, 16]]]);
    expect(spans('at: 10s, for: 3s, every: 20s')).toEqual([
      [
        [10, 13],
        [30, 33],
        [50, 53],
      ],
      [
        [15, 16],
        [35, 36],
        [55, 56],
      ],
    ]);
    expect(spans('at: 10s, for: 3s, every: 20s, count: 2')).toMatchObject([
      [
        [10, 13],
        [30, 33],
      ],
      {},
    ]);
    expect(spans('at: 10s, for: 3s, every: 20s, until: 30s')).toMatchObject([[[10, 13]], {}]);
  });

  it('turns statuses and names into outcomes', () => {
    const steps = scenarioOf(
      station(
        '{ endpoints: { serve: [ { fail: 503, probability: 1% }, { fail: timeout, probability: 1% }, { fail: 429, probability: 1% }, respond: 202 ] } }',
      ),
    )
      .services.get('station')!
      .endpoints.get('serve')!.steps;
    expect(steps.map((s) => ('outcome' in s ? s.outcome : -1))).toEqual([
      withStatus(OUTCOME.serverError, 503),
      OUTCOME.timeout,
      withStatus(OUTCOME.throttled, 429),
      withStatus(OUTCOME.ok, 202),
    ]);
  });

  it('gives middleware its usual status and its limiter', () => {
    const text = RIGHT.replace(
      '[ { authenticate: { kind: jwt, work: 0.3ms } } ]',
      '[ { authorize: {} }, { filter: { kind: size, reject: 1% } }, { rateLimit: { rate: 800/s, burst: 200, key: product } }, { log: { work: 0.1ms, when: { workload: shoppers } } } ]',
    );
    const [authorize, filter, limit, log] = scenarioOf(text).gateways.get('edge')!.middleware;
    expect([authorize.status, filter.status, limit.status]).toEqual([403, 413, 429]);
    expect(limit.rateLimit).toMatchObject({
      policy: 'rateLimit',
      kind: 'tokenBucket',
      config: { rate: 800, burst: 200 },
      key: 'product',
    });
    expect(log.when).toMatchObject({ workload: 'shoppers', class: null });
  });
});

describe('references', () => {
  const two = (a: string, b: string): string =>
    station(`{ endpoints: { serve: ${a} } }`, '').replace(
      'workloads:',
      `  other: { endpoints: { go: ${b} } }\nworkloads:`,
    );

  it('may go round in a circle that a coin, a condition or a choice can leave', () => {
    expect(
      load(two('[ call: other.go ]', '[ { call: station.serve, probability: 50% } ]')).problems,
    ).toEqual([]);
    expect(
      load(two('[ call: other.go ]', '[ { call: station.serve, when: { class: gold } } ]'))
        .problems,
    ).toEqual([]);
    expect(
      load(
        two(
          '[ call: other.go ]',
          '[ choose: [ { weight: 1, steps: [ call: station.serve ] }, { weight: 1, steps: [] } ] ]',
        ),
      ).problems,
    ).toEqual([]);
    expect(
      load(two('[ call: other.go ]', '[ { call: station.serve, times: uniform(0 2) } ]')).problems,
    ).toEqual([]);
  });

  it.each([
    ['a call', '[ call: station.serve ]'],
    ['a parallel branch', '[ parallel: [ wait: 1ms, call: station.serve ] ]'],
    ['a loop', '[ loop: { times: 2, steps: [ call: station.serve ] } ]'],
    ['the steps after an answer', '[ respond: { status: 200, then: [ call: station.serve ] } ]'],
  ])('may not go round by %s that always happens', (_what, steps) => {
    expect(load(two('[ call: other.go ]', steps)).problems.map((p) => p.code)).toEqual(['FL408']);
  });

  it('find a circle through self', () => {
    const text = station(
      '{ endpoints: { serve: [ call: self.inner ], inner: [ call: self.serve ] } }',
    );
    expect(load(text).problems.map(brief)).toEqual([
      expect.stringContaining(
        'endless call cycle: station.inner -> station.serve -> station.inner',
      ),
    ]);
  });

  it('stop at a step that ends the program', () => {
    expect(load(two('[ call: other.go ]', '[ fail: 503, call: station.serve ]')).problems).toEqual(
      [],
    );
  });
});

describe('the digest of a scenario', () => {
  it('is SHA-256, as node computes it', () => {
    for (const text of [
      '',
      'abc',
      'é𝄞',
      'x'.repeat(55),
      'x'.repeat(56),
      'x'.repeat(64),
      'x'.repeat(1000),
    ]) {
      expect(sha256(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }
  });

  it('does not see the order of sections, of entries, of keys, or comments', () => {
    const sections = RIGHT.split(/\n(?=[a-z])/);
    const turned = `# turned\n${[...sections].reverse().join('\n')}`.replace(
      '{ duration: 60s, warmup: 5s,',
      '{ warmup: 5s, duration: 60s,',
    );
    const moved = turned
      .replace(/( {2}payments:\n(?: {4}.*\n)+)/, '')
      .replace(
        'services:\n',
        () => `services:\n${/( {2}payments:\n(?: {4}.*\n)+)/.exec(turned)![1]}`,
      );
    expect(load(moved).problems.map(brief)).toEqual([]);
    expect(load(moved).file!.sha256).toBe(load(RIGHT).file!.sha256);
  });

  it('sees every number', () => {
    expect(load(RIGHT.replace('reject', 'reject')).file!.sha256).toBe(load(RIGHT).file!.sha256);
    for (const [from, to] of [
      ['p99=9ms', 'p99=8ms'],
      ['seed: 3', 'seed: 4'],
      ['factor: 3', 'factor: 4'],
      ['900ms', '901ms'],
      ['< 500ms during', '< 501ms during'],
    ]) {
      expect(load(RIGHT.replace(from, to)).file!.sha256).not.toBe(load(RIGHT).file!.sha256);
    }
  });

  it('rests on JSON with sorted keys', () => {
    expect(
      canonicalJson({
        b: [1, Infinity, -0],
        a: new Map([
          ['z', null],
          ['y', 'x'],
        ]),
        c: undefined,
      }),
    ).toBe('{"a":{"y":"x","z":null},"b":[1,"unlimited",0]}');
  });
});

describe('suggestions', () => {
  it('count swaps of neighbours as one slip', () => {
    expect([
      editDistance('retry', 'rerty'),
      editDistance('timeot', 'timeout'),
      editDistance('abc', 'abc'),
      editDistance('', 'ab'),
    ]).toEqual([1, 1, 0, 2]);
  });

  it('are the nearest name within two slips, whatever its case, and none when nothing is near', () => {
    expect(nearest('concurency', ['capacity', 'concurrency'])).toBe('concurrency');
    expect(nearest('maxconcurrent', ['maxConcurrent', 'maxQueue'])).toBe('maxConcurrent');
    expect(nearest('queue', ['wait', 'work'])).toBeUndefined();
    expect(nearest('c', ['a', 'b'])).toBeUndefined();
    expect(nearest('bat', ['cat', 'car', 'bar'])).toBe('bar');
  });
});

describe('codes', () => {
  it('are unique, with a snake_case name and a sentence of help', () => {
    const names = Object.values(CODES).map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [code, [name, help]] of Object.entries(CODES)) {
      expect(code).toMatch(/^FL[1-6]\d\d$/);
      expect(name).toMatch(/^[a-z_]+$/);
      expect(help).toMatch(/\.$/);
    }
  });
});
