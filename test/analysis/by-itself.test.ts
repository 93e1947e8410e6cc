import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** A component with its own users, and others whose callee is down from 40 to 60 s. */
const beside = (seed: number, arrivals: string, own: string, fault: string): string => `
faultline: 1
title: Who has nothing to do with it
run: { duration: 120s, warmup: 10s, seed: ${seed} }
services:
  web: { concurrency: 64, endpoints: { get: [ call: own.get ] } }
  own: { ${own} }
  other: { concurrency: 64, endpoints: { get: [ work: 5ms ] } }
workloads:
  users: { arrivals: ${arrivals}, requests: [ { name: get, steps: [ call: web.get ] } ] }
  others: { arrivals: poisson(80/s), requests: [ { name: get, steps: [ call: other.get ] } ] }
faults: [ { id: fault, ${fault}, at: 40s, for: 20s } ]
`;
const HEAVY = [
  'poisson(60/s)',
  'concurrency: 50, endpoints: { get: [ wait: lognormal(p50=20ms p99=600ms) ] }',
] as const;
const QUEUE = [
  'poisson(70/s)',
  'cpu: 1, concurrency: 100, endpoints: { get: [ work: exponential(10ms) ] }',
] as const;
const OWN = new Set(['own', 'web', 'users.get']);
const ill = (text: string): readonly string[] => {
  const { events } = run(text).variant().cascade;
  const starts = events.filter(({ kind }) => ['degraded', 'failing', 'down'].includes(kind));
  return starts.map(({ subject }) => subject).filter((subject) => OWN.has(subject));
};

describe('a component that a fault has nothing to do with', () => {
  it.each([
    ['a heavy tail', HEAVY],
    ['a queue at 70 %', QUEUE],
  ])('is not degraded by itself: %s', (_, [arrivals, own]) => {
    for (let seed = 1; seed <= 6; seed++)
      expect(ill(beside(seed, arrivals, own, 'kind: crash, target: other'))).toEqual([]);
  });

  it.each([
    ['a heavy tail, 5 times as slow', HEAVY, 5],
    ['a queue at 70 %, 1.35 times as slow', QUEUE, 1.35],
  ])('is reported if the fault is its own: %s', (_, [arrivals, own], factor) => {
    for (let seed = 1; seed <= 3; seed++)
      expect(
        ill(beside(seed, arrivals, own, `kind: slow, target: own, factor: ${factor}`)),
      ).toContain('own');
  });
});

describe('a component that refuses most of its requests all the time', () => {
  const QUOTA = (store: string, strict: boolean): string => `
title: A quota in each second, counted in a store
run: { duration: 60s, warmup: 5s }
policies:
  quota: { rateLimit: { kind: kong, second: 100, limitBy: service, policy: redis, faultTolerant: ${!strict}, store: ${store} } }
services:
  mailer: { replicas: 4, runtime: async, outbound: { provider: quota }, endpoints: { mail: [ call: provider.send ] } }
  provider: { external: true, endpoints: { send: [ wait: 5ms ] } }
databases: { redis: { cpu: 1, operations: { incr: 50us } } }
workloads: { users: { arrivals: constant(400/s), requests: [ { call: mailer.mail } ] } }
faults: [ { id: outage, kind: crash, target: redis, at: 30s, for: 10s } ]
`;
  const told = (text: string) => run(`faultline: 1\n${text}`).variant().cascade;

  it('is not degraded by it, and users notice nothing if it stays like that', () => {
    const { sentence, events } = told(QUOTA('{ latency: 2ms }', false));
    expect(events.map(({ kind }) => kind)).toEqual(['fault', 'faultEnd']);
    expect(sentence).toBe(
      'redis crashes: users notice nothing: no more of their requests fail than before (75 %).',
    );
  });

  it('is degraded if no request passes for longer than ever before, from the fault on', () => {
    const { sentence, events } = told(QUOTA('{ of: redis.incr }', true));
    const [first] = events.filter(({ subject }) => subject === 'mailer');
    expect(first).toMatchObject({ at: 30, kind: 'down', cause: 'redis' });
    expect(sentence).toContain('-> mailer: errors from redis, success 0 % ->');
  });

  it('is said to fail as before if only another component degrades', () => {
    const { sentence } = told(QUOTA('{ of: redis.incr }', false));
    expect(sentence).toMatch(
      /no more of their requests fail than before \(75 %\)\. Degraded .*redis/u,
    );
  });
});
