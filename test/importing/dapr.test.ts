import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded, source } from './support.js';

/** A Deployment with a sidecar of Dapr, in the shape of the quickstarts. Written for this test. */
function app(name: string, env: Readonly<Record<string, string>> = {}): string {
  const variables = Object.entries(env).map(
    ([key, value]) => `{ name: ${key}, value: "${value}" }`,
  );
  return `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}-app }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata:
      labels: { app: ${name} }
      annotations: { dapr.io/enabled: "true", dapr.io/app-id: ${name} }
    spec: { containers: [ { name: main, image: x, env: [ ${variables.join(', ')} ] } ] }`;
}

function component(name: string, type: string, field: string, value: string, scopes = ''): string {
  return `
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: ${name} }
spec: { type: ${type}, version: v1, metadata: [ { name: ${field}, value: '${value}' } ] }
${scopes}`;
}

const SUBSCRIPTION = `
---
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: s }
spec: { topic: orders.placed, routes: { default: /orders }, pubsubname: bus }
scopes: [ kitchen ]`;

function read(text: string): any {
  const result = imported(source(text));
  loaded(result);
  const { placed, listed, values } = result.account;
  expect(placed + listed.length).toBe(values);
  const stepsOf = (name: string): any =>
    parse(result.scenario).services[name].endpoints.handle.steps.slice(1);
  return { ...parse(result.scenario), stepsOf, questions: result.questions, listed };
}

describe('Dapr', () => {
  it('has the stores that its Components name, for the apps in their scopes', () => {
    const { databases, stepsOf } = read(
      app('cart') +
        app('web') +
        component('carts', 'state.redis', 'redisHost', 'redis-master:6379', 'scopes: [ cart ]'),
    );
    expect(databases['redis-master'].kind).toBe('redis');
    expect([stepsOf('cart-app'), stepsOf('web-app')]).toEqual([
      [{ query: 'redis-master.query' }],
      [],
    ]);
  });

  it('has a store for the apps that have its name in a variable, also without an address', () => {
    const { databases, stepsOf } = read(
      app('posts', { POST_STORE: 'post-store' }) +
        app('web') +
        component('post-store', 'state.azure.cosmosdb', 'masterKey', 'x'),
    );
    expect(databases['post-store'].kind).toBe('generic');
    expect(stepsOf('posts-app')).toEqual([{ query: 'post-store.query' }]);
  });

  it.each([
    ['pubsub.redis', 'bus'],
    ['pubsub.kafka', 'kafka'],
  ])('has the topics of Subscriptions, to which others publish: %s', (type, kind) => {
    const { topics, stepsOf, workloads } = read(
      app('kitchen') +
        app('orders', { PUBSUB: 'bus' }) +
        component('bus', type, 'brokers', 'b:1') +
        SUBSCRIPTION,
    );
    expect(topics['orders-placed']).toMatchObject({
      kind,
      subscribers: [{ group: 'kitchen-app', call: 'kitchen-app.handle' }],
    });
    expect(stepsOf('orders-app')).toEqual([{ publish: 'orders-placed' }]);
    expect(workloads.users.requests.map(({ call }: any) => call)).toEqual(['orders-app.handle']);
  });

  it('asks who publishes where no file says it', () => {
    const { questions } = read(app('kitchen') + SUBSCRIPTION);
    expect(questions[0]).toContain('Which services publish to orders-placed?');
  });

  it('calls an app by its id, with the policies of its Resiliency', () => {
    const { services, stepsOf } = read(`${app('web', { ORDERS_APP_ID: 'orders' })}${app('orders')}
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: r }
spec:
  policies:
    timeouts: { fast: 800ms, other: 1m }
    retries:
      steady: { policy: constant, duration: 2s, maxRetries: 3 }
    circuitBreakers:
      simple: { maxRequests: 2, timeout: 30s, trip: consecutiveFailures > 5 }
  targets:
    apps: { orders: { timeout: fast, retry: steady, circuitBreaker: simple } }`);
    expect(stepsOf('web-app')).toEqual([{ call: 'orders-app.handle' }]);
    expect(services['web-app'].outbound['orders-app']).toEqual({
      order: ['retry', 'circuitBreaker', 'timeout'],
      retry: { attempts: 4, backoff: { kind: 'constant', base: '2s' } },
      circuitBreaker: {
        kind: 'gobreaker',
        maxRequests: 2,
        timeout: '30s',
        tripAfter: { consecutiveFailures: 6 },
      },
      timeout: '800ms',
    });
  });

  it('repeats for ever by default, as Dapr does', () => {
    const { services } = read(`${app('web', { ORDERS_APP_ID: 'orders' })}${app('orders')}
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: r }
spec:
  policies: { retries: { grow: { policy: exponential, maxInterval: 15s } } }
  targets: { apps: { orders: { retry: grow } } }`);
    expect(services['web-app'].outbound['orders-app'].retry).toEqual({
      attempts: 'unlimited',
      backoff: { kind: 'exponential', base: '500ms', factor: 1.5, max: '15s', jitter: '50%' },
    });
  });

  /** Source: dapr/dapr, resiliency.go (addBuiltInPolicies, getDefaultPolicy): 3 retries after 1 s, of at least 3. */
  it.each([
    ['no policies', '', { attempts: 4, backoff: { kind: 'constant', base: '1s' } }],
    [
      'its built-in retries',
      'retries: { DaprBuiltInServiceRetries: { policy: constant, duration: 200ms, maxRetries: 5 } }',
      { attempts: 6, backoff: { kind: 'constant', base: '200ms' } },
    ],
    [
      'too few of them',
      'retries: { DaprBuiltInServiceRetries: { policy: constant, duration: 2s, maxRetries: 1 } }',
      { attempts: 4, backoff: { kind: 'constant', base: '2s' } },
    ],
  ])('repeats failed connections of calls by an id, with %s', (_, policies, retry) => {
    const resiliency = `
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: r }
spec: { policies: { ${policies} } }`;
    const apps = `${app('web', { ORDERS_APP_ID: 'orders' })}${app('orders')}`;
    const { services } = read(policies === '' ? apps : `${apps}${resiliency}`);
    expect(services['web-app'].outbound).toEqual({
      'orders-app': { retry: { ...retry, on: ['connect', 'reset'] } },
    });
    const direct = read(`${app('web', { ORDERS_URL: 'http://orders-app:80' })}${app('orders')}`);
    expect(direct.stepsOf('web-app')).toEqual([{ call: 'orders-app.handle' }]);
    expect(direct.services['web-app'].outbound).toBeUndefined();
  });

  it('has the default policies of apps without a target', () => {
    const { services } = read(`${app('web', { A_APP_ID: 'orders', B_APP_ID: 'stock' })}
${app('orders')}${app('stock')}
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: r }
spec:
  policies:
    timeouts: { DefaultTimeoutPolicy: 5s, DefaultAppTimeoutPolicy: 3s, fast: 800ms }
    retries: { DefaultRetryPolicy: { policy: constant, duration: 1s, maxRetries: 2 } }
  targets: { apps: { stock: { timeout: fast } } }`);
    expect(services['web-app'].outbound).toEqual({
      'orders-app': {
        order: ['retry', 'timeout'],
        retry: { attempts: 3, backoff: { kind: 'constant', base: '1s' } },
        timeout: '3s',
      },
      'stock-app': { timeout: '800ms' },
    });
  });
});

describe('dapr run -f', () => {
  const url = 'http://localhost:3500/v1.0/invoke/orders/method/orders';
  const run = `
version: 1
common: { resourcesPath: ./resources, env: { STORE: bus } }
apps:
  - { appID: web, appDirPath: ./web/, appPort: 8000, command: [ node, app.js ], env: { ORDERS_URL: "${url}" } }
  - { appDirPath: ./orders/, appPort: 8001, command: [ node, app.js ] }
  - { appID: kitchen, appDirPath: ./kitchen/, command: [ node, app.js, --store, "${url.replace('orders', 'stock')}" ] }
`;

  it('starts a service for each app, with calls by the URL of its sidecar and the retries of Dapr', () => {
    const { services, stepsOf, listed } = read(run);
    expect(Object.keys(services)).toEqual(['web', 'orders', 'kitchen']);
    expect(services.orders.cpu).toBe(4);
    expect(stepsOf('web')).toEqual([{ call: 'orders.handle' }]);
    expect(services.web.outbound.orders.retry.attempts).toBe(4);
    expect(listed.map(({ path }: any) => path)).toContain('common.resourcesPath');
  });

  it('has the topics and policies of its resources, and no app that manifests run too', () => {
    const resources = SUBSCRIPTION + component('bus', 'pubsub.kafka', 'brokers', 'kafka:9092');
    const { services, topics, listed } = read(`${run}---${resources}${app('orders')}`);
    expect(Object.keys(services).sort()).toEqual(['kitchen', 'orders-app', 'web']);
    expect(topics['orders-placed'].subscribers[0].group).toBe('kitchen');
    const again = listed.filter(({ reason }: any) => reason.startsWith('another one of these'));
    expect(again.map(({ path }: any) => path)).toContain('apps[1].appDirPath');
  });
});

it.each([
  ['http://localhost:3500/v1.0/invoke/orders/method/place', 4],
  ['http://127.0.0.1:3500/v1.0/invoke/orders.default/method/place', 4],
  ['http://orders:80/place', undefined],
])('a URL %s in a variable of a pod calls an app', (url, attempts) => {
  const { services, stepsOf } = read(app('orders') + app('web', { ORDERS_URL: url }));
  const [caller, callee] = Object.keys(services).sort().reverse();
  expect(stepsOf(caller!)).toEqual([{ call: `${callee}.handle` }]);
  expect(services[caller!].outbound?.[callee!].retry.attempts).toBe(attempts);
});
