import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing, type Imported } from '../../src/importing/import.js';
import { readTraces } from '../../src/importing/traces/index.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from '../telemetry/export.js';
import { loaded, source } from './support.js';

/** 60/s and 10.1 ms each with a limit of two cores for `cart`: it is used to 30 %. */
const SHOP = `
run: { duration: 40s, warmup: 2s, replications: 1, seed: 8 }
services:
  shop:
    endpoints:
      buy: [ work: exponential(1ms), call: cart.get, { call: ads.get, probability: 30% }, query: db.insert ]
      look: [ work: exponential(1ms), { call: audit.write, background: true } ]
  cart: { cpu: { cores: 4, quota: { limit: 2 } }, endpoints: { get: [ work: lognormal(p50=8ms p99=40ms) ] } }
  ads: { endpoints: { get: [ wait: exponential(15ms) ] } }
  audit: { endpoints: { write: [ wait: 20ms ] } }
databases:
  db: { kind: postgres, cpu: 4, operations: { insert: exponential(2ms) } }
workloads:
  users: { arrivals: poisson(80/s), requests: [ { name: buy, weight: 3, call: shop.buy }, { name: look, weight: 1, call: shop.look } ] }
`;

const MANIFESTS = ['cart', 'shop', 'stock']
  .map(
    (name) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          image: example/${name}
          resources: { limits: { cpu: "2" } }
          env: [ { name: CART_ADDR, value: "cart:80" }, { name: STOCK_ADDR, value: "stock:80" } ]
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} } }`,
  )
  .join('\n---\n');

describe('manifests and traces of the same system', () => {
  let result: Imported;
  let scenario: any;

  beforeAll(async () => {
    const text = exported(SHOP, otlp);
    const importing = new Importing(source(MANIFESTS), { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const model = await readTraces([{ path: 'traces.json', chunks }], importing.hints);
    result = importing.finish(model);
    loaded(result);
    scenario = parse(result.scenario);
  });

  it('take the capacity from the manifests and the steps from the traces', () => {
    expect(scenario.services.cart.cpu).toEqual({ cores: 4, quota: { limit: 2 } });
    const [{ work }] = scenario.services.cart.endpoints.get.steps;
    const p50 = Number(/^lognormal\(p50=([\d.]+)ms/.exec(work)![1]);
    expect(p50 / 8).toBeGreaterThan(0.95);
    expect(p50 / 8).toBeLessThan(1.05);
  });

  it('take the calls from the traces, with the line of the address that agrees', () => {
    const steps = scenario.services.shop.endpoints.buy.steps;
    expect(steps.map((step: object) => Object.values(step)[0]).slice(1)).toEqual([
      'cart.get',
      'ads.get',
      'db.insert',
    ]);
    expect(steps[2].probability).toBeCloseTo(0.3, 1);
    expect(result.scenario).toMatch(/- call: cart\.get {2}# test\.yaml:\d+$/m);
    const reasons = result.account.listed.map(({ reason }) => reason);
    expect(reasons).toContain('no trace has a call from shop to stock');
  });

  it('ask first for the cores of a database, which no load fills without them', () => {
    expect(result.questions[0]).toBe(
      'How many cores has db? Until you write cpu, and the times as work, no load fills it.',
    );
  });

  it('take calls that nobody waits for as steps in the background', () => {
    expect(scenario.services.shop.endpoints.look.steps.at(-1)).toMatchObject({
      call: 'audit.write',
      background: true,
    });
  });

  it('take the load and its mix from the traces', () => {
    const { arrivals, requests } = scenario.workloads.users;
    expect(Number.parseFloat(arrivals.slice('poisson('.length)) / 80).toBeCloseTo(1, 1);
    expect(requests.map(({ name, call }: any) => [name, call])).toEqual([
      ['buy', 'shop.buy'],
      ['look', 'shop.look'],
    ]);
    expect(requests[0].weight / requests[1].weight).toBeCloseTo(3, 0);
  });

  it('say of each measured value on how much it rests', () => {
    expect(result.scenario).toMatch(
      /attempts: .*# measured|probability: .*# measured, n = [\d,]+, ± [\d.]+ %$/m,
    );
    expect(result.scenario).toMatch(/work: lognormal.* {2}# measured, n = \d,\d{3}, ± \d\.\d %$/m);
  });

  it('keep what no trace has, with guesses', () => {
    expect(scenario.services.stock.endpoints.handle.steps).toEqual([
      { work: 'exponential(5ms)' },
      { call: 'cart.get' },
    ]);
    expect(result.guesses.map(({ path }) => path)).toContain(
      'services.stock.endpoints.handle.steps[0].work',
    );
  });
});

describe('the network of users', () => {
  it('is a link of theirs where it is another one than that between services', async () => {
    const text = exported(
      `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 3 }
network: { latency: 1ms, links: [ { between: [users, web], latency: 20ms } ] }
services:
  web: { endpoints: { get: [ wait: 5ms, call: cart.get ] } }
  cart: { endpoints: { get: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(30/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const importing = new Importing([], { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const result = importing.finish(await readTraces([{ path: 't', chunks }], importing.hints));
    loaded(result);
    const { network } = parse(result.scenario);
    const all = [
      [network.latency, 'all'],
      ...network.links.map((link: any) => [link.latency, link.between.join()]),
    ];
    expect(all.map(([latency, pair]) => `${pair} ${latency}`).sort()).toEqual([
      'all 1ms',
      'users,web 20ms',
    ]);
  });
});

describe('a topic that only traces show', () => {
  // Right: 2 instances with 3 threads each have 6 consumers, as spring.kafka.listener.concurrency says for an instance.
  // Source: spring-kafka, ConcurrentMessageListenerContainer.
  it('has the consumers of application.yml, and as many partitions as they need', async () => {
    const text = exported(
      `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 3 }
services:
  web: { endpoints: { get: [ wait: 5ms, publish: orders ] } }
  shipping: { replicas: 2, endpoints: { ship: [ wait: 20ms ] } }
topics: { orders: { kind: kafka, partitions: 6, subscribers: [ { group: s, call: shipping.ship, concurrency: 3 } ] } }
workloads: { users: { arrivals: poisson(30/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const settings = 'spring.kafka: { consumer.max-poll-records: 50, listener.concurrency: 3 }';
    const manifests = MANIFESTS.replaceAll('cart', 'shipping').replace(
      'replicas: 1',
      'replicas: 2',
    );
    const importing = new Importing(
      [
        { path: 'k8s.yaml', text: manifests },
        { path: 'application-shipping.yml', text: settings },
      ],
      { title: 'Shop', names: new Map() },
    );
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const result = importing.finish(await readTraces([{ path: 't', chunks }], importing.hints));
    loaded(result);
    const { topics } = parse(result.scenario);
    expect(topics.orders).toMatchObject({
      kind: 'kafka',
      partitions: 6,
      subscribers: [{ group: 'shipping', concurrency: 3, maxPollRecords: 50 }],
    });
    expect(result.scenario).toContain('concurrency: 3  # application-shipping.yml:1');
    expect(result.guesses).toContainEqual(
      expect.objectContaining({ path: 'topics.orders.partitions', value: '6' }),
    );
  });
});

describe('a time that has the network in it', () => {
  // Right: the 4 ms that the caller of the cache sees, and 9 ms for the call through proxies. Source: the spans.
  it('is not given the network once more, for a cache without spans and for proxies of a mesh', async () => {
    const text = exported(
      `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 3 }
network: { latency: 2ms }
services:
  web: { endpoints: { get: [ call: cart.get ] } }
  cart: { endpoints: { get: [ wait: 1ms, query: carts.get ] } }
databases: { carts: { kind: redis, operations: { get: { work: 10us } } } }
workloads: { users: { arrivals: poisson(30/s), requests: [ { call: web.get } ] } }
`,
      otlp,
    );
    const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec: { host: cart, trafficPolicy: { loadBalancer: { simple: RANDOM } } }
---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: { name: all }
spec: { concurrency: 4 }`;
    const sources = source(`${MANIFESTS.replaceAll('shop', 'web')}\n---${rule}`);
    const importing = new Importing(sources, { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const result = importing.finish(await readTraces([{ path: 't', chunks }], importing.hints));
    loaded(result);
    const { mesh, network, databases } = parse(result.scenario);
    expect(mesh.proxy).toEqual({ work: '0ns', latency: '0ns', concurrency: 4 });
    expect(network).toEqual({
      latency: '2ms',
      links: [{ between: ['cart', 'carts'], latency: '0ns' }],
    });
    expect(databases.carts.operations.get).toMatchObject({ wait: '4.01ms' });
    expect(result.scenario).toContain('latency: 0ns  # in the time of the callee');
  });
});

describe('a limit of a container', () => {
  const truth = `
run: { duration: 60s, warmup: 2s, replications: 1, seed: 4 }
services:
  cart: { cpu: { cores: 4, quota: { limit: 1 } }, concurrency: 200, endpoints: { get: [ work: exponential(8ms) ] } }
workloads: { users: { arrivals: poisson(45/s), requests: [ { call: cart.get } ] } }
`;

  // Right: 8 ms of work. At 36 % of the quota executions run beside each other on the four cores of the node, at full speed.
  it.each([1, 0.5])('is a quota on the cores of a node, with %s of the traces', async (sampled) => {
    const text = exported(truth, otlp)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const file = JSON.parse(line);
        for (const { scopeSpans } of file.resourceSpans)
          for (const scope of scopeSpans)
            scope.spans = scope.spans.filter(
              ({ traceId }: { traceId: string }) =>
                Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < sampled,
            );
        return `${JSON.stringify(file)}\n`;
      })
      .join('');
    const sources = source(MANIFESTS.replaceAll('cpu: "2"', 'cpu: "1"'));
    const importing = new Importing(sources, { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const hints = { ...importing.hints, sampled };
    const result = importing.finish(await readTraces([{ path: 't', chunks }], hints));
    loaded(result);
    const [{ work }] = parse(result.scenario).services.cart.endpoints.get.steps;
    const mean = Number(/^exponential\(([\d.]+)ms\)$/.exec(work)![1]);
    // About 2,700 executions, or half of them: three standard errors.
    expect(Math.abs(mean / 8 - 1)).toBeLessThan(sampled === 1 ? 0.06 : 0.09);
  });
});
