import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { suggested } from '../../src/plan/interventions/index.js';
import { metastabilityWords } from '../../src/report/words/metastability-words.js';
import { sentenceOf } from '../../src/report/words/intervention-words.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** Interventions that are tried of each case, most promising first. */
const TRIED = 3;

async function proved(name: string): Promise<Counterfactuals> {
  const text = readFileSync(new URL(`../support/story-cases/${name}`, import.meta.url), 'utf8');
  const ran = run(text);
  const candidates = suggested(ran.plans[0]!, ran.variant()).slice(0, TRIED);
  return proofOf(ran, { candidates, share: null });
}

/** A cache that serves nearly all reads is flushed; its database can serve a part of them only. */
const STAMPEDE = `faultline: 1
title: Stampede
run: { duration: 120s, warmup: 20s, seed: 17 }
keys: { product: zipf(count=20000 exponent=1.05) }
policies: { storage: { timeout: 300ms } }
services:
  web:
    runtime: async
    outbound: { products-db: storage }
    endpoints:
      show: { readOnly: true, steps: [ cache: { get: products, onMiss: [ query: products-db.read ] } ] }
databases:
  products-db: { cpu: 1, maxConnections: 30, pool: { maxOpen: 30, acquireTimeout: 2s }, operations: { read: 20ms } }
caches:
  products: { keys: product, warm: 100%, levels: [ { name: shared, kind: redis, latency: 0.5ms, ttl: 10m } ] }
workloads:
  visitors: { arrivals: poisson(300/s), patience: 3s, requests: [ { call: web.show } ] }
faults:
  - { id: flush, kind: flush, target: products.shared, at: 20s }
`;

/** Two components that an autoscaler enlarges within two minutes, with a bulkhead between them. */
const smallAtStart = (arrivals: string): string => `faultline: 1
title: Small at the start
run: { duration: 120s, seed: 5 }
platform: { imagePull: 6s }
services:
  shop:
    cpu: 1
    concurrency: 64
    queue: { capacity: 64 }
    lifecycle: { startup: 4s }
    autoscaling: { metric: cpu, target: 60%, min: 1, max: 20 }
    endpoints: { buy: [ work: exponential(10ms), { call: pay.charge, policy: { timeout: 1s, bulkhead: { maxConcurrent: 20 } } } ] }
  pay:
    cpu: 1
    concurrency: 32
    lifecycle: { startup: 4s }
    autoscaling: { metric: cpu, target: 60%, min: 1, max: 20 }
    endpoints: { charge: [ work: exponential(10ms) ] }
workloads: { users: { arrivals: ${arrivals}, requests: [ { name: buy, call: shop.buy } ] } }
`;

/** Roles by intervention: `load clients1`. */
function rolesOf({ interventions }: Counterfactuals): Readonly<Record<string, string>> {
  return Object.fromEntries(
    interventions.map(({ kind, subject, resource, role }) => [
      [kind, subject, ...(resource === undefined ? [] : [resource])].join(' '),
      role,
    ]),
  );
}

describe('the cause of an incident without a fault', () => {
  it('is a ramp that meets a ceiling', async () => {
    const own = await proved('02-ramp-ceiling.json');
    expect(rolesOf(own)).toMatchObject({
      'load clients1': 'cause',
      'capacity store cores': 'cause',
    });
    expect(sentenceOf(own, own.interventions[0]!)).toMatch(
      /^With clients1 held at 50\/s no more than 5 % of the requests fail in any step: \d+ requests? fails? instead of [\d,]+, and \d+ are slow instead of [\d,]+\.$/,
    );
  });

  it('is a garbage collection', async () => {
    expect(rolesOf(await proved('03-gc.json'))).toMatchObject({ 'collections mid': 'cause' });
  });

  it('is an autoscaler that lags behind a rise', async () => {
    expect(rolesOf(await proved('04-autoscaler-lag.json'))).toMatchObject({
      'scaling mid': 'cause',
      'load clients1': 'cause',
    });
  });

  it('is no start where slight trouble precedes a rise of the load', () => {
    const ran = run(
      smallAtStart(
        '{ kind: stages, start: 500/s, stages: [ { duration: 30s, target: 500/s }, { duration: 0s, target: 900/s } ] }',
      ),
    );
    const plan = ran.plans[0]!;
    const kindsWith = (at: number): readonly string[] => {
      const known = ran.variant();
      // The first instances come 3 s after the first trouble, both before the load rises at 30 s.
      const events = known.cascade.events.map((event) => {
        const least = event.kind === 'scaledUp' ? at + 3 : at;
        return { ...event, at: Math.max(event.at, least) };
      });
      const cascade = { ...known.cascade, causes: [], events };
      return suggested(plan, { ...known, cascade }).map(({ kind }) => kind);
    };
    expect(kindsWith(0)).toContain('start');
    expect(kindsWith(25)).not.toContain('start');
  });

  it('is a start with the replicas of a smaller load, of both components together', async () => {
    const ran = run(smallAtStart('poisson(500/s)'));
    const own = await proofOf(ran, { share: null });
    expect(rolesOf(own)).toMatchObject({ 'start shop': 'cause' });
    const found = own.interventions.find(({ kind }) => kind === 'start')!;
    expect(found.words).toMatch(
      /^with \d instances of pay and \d instances of shop from the start$/,
    );
    expect(found.harm).toBeLessThan(0.01 * own.harm);
    // The bulkhead refuses most of the requests, and one component alone changes little.
    expect(rolesOf(own)['limit shop->pay']).not.toBe('cause');
    expect(rolesOf(own)['scaling pay']).not.toBe('cause');
    expect(rolesOf(own)['scaling shop']).not.toBe('cause');
    const { causes } = ran.variant().cascade;
    expect(causes.map(({ kind, text }) => [kind, text])).toEqual([
      ['start', 'shop starts with 1 instance, too few for the load'],
    ]);
  });

  it('is no start where the load rises later', () => {
    const rising = run(
      smallAtStart(
        '{ kind: stages, start: 50/s, stages: [ { target: 50/s, duration: 40s }, { target: 500/s, duration: 1s }, { target: 500/s, duration: 80s } ] }',
      ),
    );
    const { causes, events } = rising.variant().cascade;
    expect(events.some(({ kind }) => kind === 'failing')).toBe(true);
    expect(causes.map(({ kind }) => kind)).not.toContain('start');
    const tried = suggested(rising.plans[0]!, rising.variant());
    expect(tried.map(({ kind }) => kind)).not.toContain('start');
  });

  it('is a hot lock', async () => {
    expect(rolesOf(await proved('05-lock.json'))).toMatchObject({
      'locks mid': 'cause',
      'load clients1': 'cause',
    });
  });

  it('is a burst, and retries keep the failures up to the end', async () => {
    const own = await proved('06-burst-storm.json');
    expect(rolesOf(own)).toMatchObject({
      'load clients1': 'cause',
      'retries front->mid': 'sustainer',
    });
    const loop = own.interventions.find(({ kind }) => kind === 'retries')!;
    expect([own.failing.toEnd, loop.failing.toEnd]).toEqual([true, false]);
    expect(sentenceOf(own, loop)).toMatch(
      /^Without the retries of front to mid users fail for \d+ s instead of to the end \(/,
    );
  });

  it('is that all entries of a cache expire at once', async () => {
    const own = await proved('08-ttl-stampede.json');
    const [most] = own.interventions;
    expect([most!.role, most!.words]).toEqual([
      'cause',
      'with entries of products that never expire',
    ]);
  });
});

describe('further runs about a verdict', () => {
  it('confirm a retry storm, with its trigger, its loop and a pause', async () => {
    const own = await proved('06b-gate.json');
    expect(own.metastability).toEqual({
      usual: 'metastable',
      verdict: 'metastable',
      proof: 'confirmed',
      withoutTrigger: { words: 'with clients1 held at 120/s from 40 s on', users: 'healthy' },
      // The burst begins at 40 s and lasts for 8 s.
      loopCut: { words: 'with the retries of front to mid cut at 48 s', users: 'recovers' },
      loadPaused: { words: 'after a pause of the load of 20 s', users: 'recovers' },
    });
    expect(metastabilityWords(own)).toBe(
      'Metastable, confirmed: with clients1 held at 120/s from 40 s on users do not fail; with the retries of front to mid cut at 48 s they recover; after a pause of the load of 20 s they recover.',
    );
  });

  it('confirm a flushed cache, whose loads end at their timeout: a pause does not fill it again', async () => {
    const ran = run(STAMPEDE);
    const own = await proofOf(ran, { candidates: [], share: null });
    expect(own.metastability).toMatchObject({
      verdict: 'metastable',
      proof: 'confirmed',
      withoutTrigger: { words: 'without the fault', users: 'healthy' },
      loopCut: { users: 'recovers' },
      loadPaused: { users: 'stays' },
    });
  });

  it('are not made where the rise of the load stays', async () => {
    expect((await proved('05-lock.json')).metastability).toBeUndefined();
  });
});

describe('a release', () => {
  it('is a fault: the errors of the component itself would avert it', async () => {
    const own = await proved('12-badrelease.json');
    expect(own.faults.map(({ fault, role }) => [fault, role])).toEqual([['mid@v2', 'cause']]);
    expect(rolesOf(own)).toMatchObject({ 'errors mid': 'remedy' });
  });
});

describe('an overload from the start', () => {
  it('is the cause of most of the harm beside a crash that adds to it', async () => {
    const own = await proved('overloaded-from-the-start.yaml');
    expect(own.background).toBeGreaterThan(own.harm / 2);
    expect(rolesOf(own)).toMatchObject({ 'load callers': 'cause' });
  });
});
