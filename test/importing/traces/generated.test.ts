import { beforeAll, describe, expect, it } from 'vitest';
import { otlp } from '../../../src/telemetry/otlp.js';
import type { TraceModel } from '../../../src/importing/traces/model.js';
import { exported } from '../../telemetry/export.js';
import { callsIn } from '../../../src/importing/traces/steps.js';
import { endpoint, modelOf, ownMs, shape } from './read.js';

/** A system whose structure and times are known. Two cores of `cart` at 60/s and 10.1 ms each are busy to 30 %. */
const SHOP = `
run: { duration: 60s, warmup: 2s, replications: 1, seed: 8 }
network: { latency: lognormal(p50=0.3ms p99=1ms) }
services:
  shop:
    replicas: 2
    endpoints:
      buy:
        steps:
          - work: exponential(1ms)
          - { call: cart.get, policy: { timeout: 500ms } }
          - parallel:
              - [ { call: price.get } ]
              - [ { call: stock.get } ]
          - loop: { times: 3, steps: [ { call: items.get } ] }
          - call: ads.get
            probability: 30%
            policy:
              timeout: 30ms
              retry: { attempts: 2, on: [timeout], backoff: { kind: constant, base: 5ms } }
          - { query: db.insert }
  cart: { cpu: { cores: 2 }, endpoints: { get: [ work: lognormal(p50=8ms p99=40ms) ] } }
  price: { endpoints: { get: [ wait: 3ms ] } }
  stock: { endpoints: { get: [ wait: exponential(4ms) ] } }
  items: { endpoints: { get: [ wait: uniform(1ms 3ms) ] } }
  ads: { endpoints: { get: [ wait: exponential(15ms) ] } }
databases:
  db: { kind: postgres, cpu: 4, operations: { insert: exponential(2ms) } }
workloads:
  users: { arrivals: poisson(60/s), requests: [ { call: shop.buy } ] }
`;

/** A part of the traces, whole ones, by their ids. */
function sampleOf(text: string, share: number): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const file = JSON.parse(line) as {
        resourceSpans: { scopeSpans: { spans: { traceId: string }[] }[] }[];
      };
      for (const { scopeSpans } of file.resourceSpans)
        for (const scope of scopeSpans)
          scope.spans = scope.spans.filter(
            ({ traceId }) => Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < share,
          );
      return `${JSON.stringify(file)}\n`;
    })
    .join('');
}

describe('spans of a system that is known', () => {
  let model: TraceModel;
  let spans: string;
  beforeAll(async () => {
    spans = exported(SHOP, otlp);
    model = await modelOf([spans], { cores: { shop: 2, cart: 2 } });
  });

  it('finds the components and the instances', () => {
    expect(model.components.map(({ name, kind, replicas }) => [name, kind, replicas])).toEqual([
      ['ads', 'service', 1],
      ['cart', 'service', 1],
      ['db', 'database', null],
      ['items', 'service', 1],
      ['price', 'service', 1],
      ['shop', 'service', 2],
      ['stock', 'service', 1],
    ]);
  });

  it('finds order, parallel calls, loops and calls that only some executions make', () => {
    expect(shape(endpoint(model, 'shop', 'POST /buy').steps)).toBe(
      'work, cart POST /get, {price POST /get | stock POST /get}, 3 x [items POST /get], ' +
        'maybe ads POST /get, db insert',
    );
  });

  it('finds the share, the timeout and the repetition of a call', () => {
    const ads = callsIn(endpoint(model, 'shop', 'POST /buy').steps).find(({ to }) => to === 'ads')!;
    expect(Number(ads.chance!.text)).toBeCloseTo(0.3, 1);
    expect(ads.timeout!.text).toBe('30ms');
    expect(ads.retry).toMatchObject({ maxRetries: 1, backoff: { text: '5ms' } });
    expect(endpoint(model, 'ads', 'POST /get').errors).toBeNull();
  });

  it.each([
    ['shop', 'POST /buy', 1],
    ['cart', 'POST /get', 10.1],
    ['price', 'POST /get', 3],
    ['stock', 'POST /get', 4],
    ['items', 'POST /get', 2],
    ['ads', 'POST /get', 15],
  ])('finds the mean time of %s %s within 5 %', (component, name, ms) => {
    const own = ownMs(endpoint(model, component, name).steps);
    expect(own / ms).toBeGreaterThan(0.95);
    expect(own / ms).toBeLessThan(1.05);
  });

  it('finds the load of the users, who are no component', () => {
    const [entry, ...others] = model.entries;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ to: 'shop', endpoint: 'POST /buy' });
    expect(Number.parseFloat(entry.rate.text) / 60).toBeCloseTo(1, 1);
  });

  it('finds the structure and the load in a tenth of the traces, and how busy a core is by its share', async () => {
    const some = await modelOf([sampleOf(spans, 0.1)], {
      cores: { shop: 2, cart: 2 },
      sampled: 0.1,
    });
    expect(shape(endpoint(some, 'shop', 'POST /buy').steps)).toBe(
      shape(endpoint(model, 'shop', 'POST /buy').steps),
    );
    expect(Number.parseFloat(some.entries[0].rate.text) / 60).toBeGreaterThan(0.85);
    expect(Number.parseFloat(some.entries[0].rate.text) / 60).toBeLessThan(1.15);
    // About 360 executions of a mean of 10.1 ms: within three standard errors.
    expect(ownMs(endpoint(some, 'cart', 'POST /get').steps) / 10.1).toBeGreaterThan(0.85);
    expect(ownMs(endpoint(some, 'cart', 'POST /get').steps) / 10.1).toBeLessThan(1.15);
    expect(some.unknown.map(({ path }) => path)).not.toContain('workloads');
  });

  it('says of 1 in 200 traces which numbers rest on too few', async () => {
    const few = await modelOf([sampleOf(spans, 0.005)], { sampled: 0.005 });
    const { executions } = endpoint(few, 'shop', 'POST /buy');
    expect(executions).toBeLessThan(30);
    const reasons = few.unknown
      .filter(({ path }) => path.startsWith('services.shop.endpoints'))
      .map(({ reason }) => reason);
    expect(reasons).toEqual([`n = ${executions} < 30 executions`]);
    expect(few.entries[0].rate.interval).toBeNull();
  });
});

describe('waits that are not work', () => {
  // Right: work; 8 cores are 30 % busy, so that few executions find all of them taken. Source: the scenario itself.
  it('are not made of work by a few long executions', async () => {
    const text = exported(
      `
run: { duration: 14s, warmup: 2s, replications: 1, seed: 1 }
services:
  web: { cpu: { cores: 8 }, concurrency: 1000, endpoints: { get: [ work: lognormal(mean=3.45ms cv=1.2) ] } }
workloads: { users: { arrivals: poisson(696/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const model = await modelOf([text], { cores: { web: 8 } });
    const { steps } = endpoint(model, 'web', 'POST /get');
    expect(steps).toMatchObject([{ kind: 'work' }]);
  });

  // Right: work of 1.12 ms; a constant has so small an error that any difference is many of them. Source: the scenario itself.
  it('are not made of constant work, whose least difference is many standard errors', async () => {
    const text = exported(
      `
run: { duration: 24s, warmup: 2s, replications: 1, seed: 1 }
services:
  web: { cpu: { cores: 16 }, concurrency: 1000, endpoints: { get: [ work: exponential(3.16ms), loop: { times: 3, steps: [ call: tax.get, call: stock.get ] } ] } }
  tax: { cpu: { cores: 4 }, concurrency: 1000, endpoints: { get: [ work: 1.12ms ] } }
  stock: { cpu: { cores: 8 }, concurrency: 1000, endpoints: { get: [ work: lognormal(mean=3.45ms cv=1.2) ] } }
workloads: { users: { arrivals: poisson(232/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const model = await modelOf([text], { cores: { web: 16, tax: 4, stock: 8 } });
    const { steps } = endpoint(model, 'tax', 'POST /get');
    expect(steps).toMatchObject([{ kind: 'work', time: { text: '1.12ms' } }]);
  });

  // Right: wait; two cores are taken on every second arrival, and times stay the same. Source: the scenario itself.
  it('differ from work by times that taken cores do not change', async () => {
    const text = exported(
      `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 3 }
services:
  web: { cpu: { cores: 2 }, concurrency: 1000, endpoints: { get: [ wait: exponential(10ms) ] } }
workloads: { users: { arrivals: poisson(200/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const model = await modelOf([text], { cores: { web: 2 } });
    const { steps } = endpoint(model, 'web', 'POST /get');
    expect(steps).toMatchObject([{ kind: 'wait' }]);
  });

  it('takes the wait for a worker off the time of an execution', async () => {
    // Four workers of 20 ms at 180/s are busy to 90 %: a request waits 33 ms on average (M/D/4, about half of M/M/4).
    const text = exported(
      `
run: { duration: 40s, warmup: 5s, replications: 1 }
services:
  web: { concurrency: 4, queue: { capacity: 10000 }, endpoints: { get: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(180/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const model = await modelOf([text]);
    const { steps } = endpoint(model, 'web', 'POST /get');
    expect(steps).toMatchObject([{ kind: 'wait', time: { text: '20ms' } }]);
    expect(model.measured[0].mean).toBeGreaterThan(25e6);
  });

  it('finds the time before a fault, not that of the fault', async () => {
    const text = exported(
      `
run: { duration: 60s, warmup: 5s, replications: 1 }
services:
  web: { concurrency: 1000, endpoints: { get: [ { wait: exponential(4ms) }, { call: bank.pay, policy: { timeout: 2s } } ] } }
  bank: { concurrency: 1000, endpoints: { pay: [ wait: lognormal(p50=30ms p99=90ms) ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: web.get } ] } }
faults: [ { id: slow, kind: slow, target: bank, factor: 5, at: 20s, for: 15s } ]
`,
      otlp,
    );
    const model = await modelOf([text]);
    // exp(ln 30 + s^2 / 2) with s = ln 3 / 2.326: 33.5 ms; with the fault the mean of all is 67 ms.
    expect(ownMs(endpoint(model, 'bank', 'POST /pay').steps) / 33.5).toBeGreaterThan(0.95);
    expect(ownMs(endpoint(model, 'bank', 'POST /pay').steps) / 33.5).toBeLessThan(1.05);
    expect(model.measured.find(({ component }) => component === 'bank')!.mean).toBeGreaterThan(
      55e6,
    );
    expect(ownMs(endpoint(model, 'web', 'POST /get').steps) / 4).toBeGreaterThan(0.95);
    expect(ownMs(endpoint(model, 'web', 'POST /get').steps) / 4).toBeLessThan(1.05);
  });
});
