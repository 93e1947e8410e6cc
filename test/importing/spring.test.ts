import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readMapping } from '../../src/importing/names.js';
import { Importing } from '../../src/importing/import.js';
import { deployed, fixtures, imported, loaded } from './support.js';

const MANIFESTS = deployed(['order', 'payment']);

const SETTINGS = `
server: { tomcat: { threads: { max: 200 }, accept-count: 100 }, port: 8080 }
spring.datasource.hikari.maximum-pool-size: 12
spring.datasource.url: jdbc:postgresql://pg-orders:5432/orders
resilience4j:
  circuitbreaker:
    configs:
      default: { slidingWindowSize: 100, failureRateThreshold: 50, waitDurationInOpenState: 5000 }
      strict: { failureRateThreshold: 20 }
    instances:
      payment: { baseConfig: strict, slidingWindowSize: 20 }
      unheard-of: { baseConfig: default }
  retry:
    configs: { default: { max-attempts: 4, wait-duration: 200ms } }
    instances: { payment: {} }
  timelimiter:
    instances: { payment: { timeoutDuration: 2s, cancelRunningFuture: false } }
`;

function importedWith(path: string, mapped: readonly (readonly [string, string])[] = []) {
  const sources = [
    { path: 'k8s.yaml', text: MANIFESTS },
    { path, text: SETTINGS },
  ];
  return new Importing(sources, { title: 'Shop', names: new Map(mapped) }).finish(null);
}

describe('application.yml', () => {
  it.each([
    ['spring/application-order.yml', []],
    ['order/application.yml', []],
    ['settings.yml', [['settings.yml', 'order']]],
  ] as const)('%s configures the order service', (path, mapped) => {
    const result = importedWith(path, mapped);
    loaded(result);
    const { services, databases } = parse(result.scenario);
    expect(services.order).toMatchObject({ concurrency: 200, queue: { capacity: 100 } });
    // The base of an instance is the configuration that it names, and `default` only if it names none.
    expect(services.order.outbound).toEqual({
      payment: {
        order: 'resilience4j',
        circuitBreaker: {
          kind: 'resilience4j',
          slidingWindowSize: 20,
          failureRateThreshold: '20%',
        },
        retry: {
          kind: 'resilience4j',
          attempts: 4,
          backoff: { kind: 'constant', base: '200ms' },
        },
        timeout: { after: '2s' },
      },
    });
    expect(databases['pg-orders']).toMatchObject({
      kind: 'postgres',
      pools: { order: { kind: 'hikari', maximumPoolSize: 12 } },
    });
    const { steps } = services.order.endpoints.handle;
    expect(steps.slice(1)).toEqual([{ query: 'pg-orders.query' }, { call: 'payment.handle' }]);
    const unused = result.account.listed.filter(({ path: own }) => own.includes('configs.default'));
    expect(unused.map(({ value }) => value)).toEqual(['100', '50', '5000']);
  });

  it('of an unknown service is listed, with the way to name it', () => {
    const { account, scenario } = importedWith('elsewhere/application.yml');
    expect(scenario).not.toContain('outbound');
    expect(account.listed.map(({ reason }) => reason)).toContain(
      'no component has this name: write --map FILE=NAME, or spring.application.name',
    );
  });

  it('counts without the settings of a profile', () => {
    const result = importedText(`
server.tomcat.threads.max: 50
---
spring.config.activate.on-profile: load-test
server.tomcat.threads.max: 900
`);
    expect(parse(result.scenario).services.order.concurrency).toBe(50);
    expect(result.account.listed.map(({ value, reason }) => [value, reason])).toContainEqual([
      '900',
      'only a profile uses it: the settings of all profiles count',
    ]);
  });

  it.each([
    ["'${THREADS:20}'", 20],
    ["'${THREADS:${MORE:30}}'", 30],
    ["'40'", 40],
    ["'${THREADS}'", undefined],
    ['true', undefined],
    ['[1, 2]', undefined],
    ['2.5', undefined],
  ])('reads the number of threads %s', (written, threads) => {
    const result = importedText(`server.tomcat.threads.max: ${written}`);
    expect(parse(result.scenario).services.order.concurrency).toBe(threads);
    const listed = result.account.listed.filter(({ path }) => path.includes('threads'));
    expect(listed.length > 0).toBe(threads === undefined);
  });

  it.each([
    ['5s', '5s'],
    ['500ms', '500ms'],
    ['700', '700ms'],
    ['PT5S', '5000ms'],
    ['PT1M0.25S', '60250ms'],
    ['${LIMIT:3s}', '3s'],
    ['PT', undefined],
    ['soon', undefined],
  ])('reads the duration %s', (written, after) => {
    const result = importedText(
      `resilience4j.timelimiter.instances: { paymentService: { timeout-duration: '${written}' } }`,
    );
    const { outbound } = parse(result.scenario).services.order;
    expect(outbound?.payment?.timeout?.after).toBe(after);
  });
});

/** An import of the two services with other settings of `order`. */
function importedText(text: string) {
  const sources = [
    { path: 'k8s.yaml', text: MANIFESTS },
    { path: 'application-order.yml', text },
  ];
  const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
  loaded(result);
  return result;
}

describe('a file of a configuration server', () => {
  it('has the settings of the application that it is named after', () => {
    const compose = 'services: { orders: { image: shop/orders }, pay: { image: shop/pay } }';
    const text = 'server: { tomcat: { threads: { max: 20 } } }';
    const result = imported([
      { path: 'compose.yaml', text: compose },
      { path: 'config/shared/orders.yml', text },
    ]);
    const { services }: any = parse(result.scenario);
    expect(services.orders.concurrency).toBe(20);
    expect(services.pay.concurrency).toBeUndefined();
    expect(result.questions.join()).not.toContain('orders.yml');
  });
});

describe('the addresses in settings', () => {
  const COMPOSE = `
services:
  config: { image: shop/config }
  registry: { image: shop/registry, ports: [ "8761:8761" ], depends_on: [ config ] }
  auth: { image: shop/auth, depends_on: [ config ] }
  orders: { image: shop/orders, ports: [ "80:80" ], depends_on: [ config ] }
  orders-store: { image: mongo }
`;
  const FILES = [
    ['compose.yaml', COMPOSE],
    ['orders/application.yml', 'server.tomcat.threads.max: 8\nserver.tomcat.accept-count: 9'],
    [
      'orders/bootstrap.yml',
      'spring: { application.name: orders, cloud.config.uri: "http://config:8888" }',
    ],
    [
      'auth/bootstrap.yml',
      'spring: { application.name: auth, config.import: "optional:configserver:http://config:8888" }',
    ],
    [
      'config/shared/application.yml',
      'eureka.client.serviceUrl.defaultZone: http://registry:8761/eureka/\nserver: { tomcat: { threads.max: 20, accept-count: 7 } }\nsecurity.oauth2.resource.user-info-uri: http://auth:5000/users/current',
    ],
    [
      'config/shared/orders.yml',
      'spring.data.mongodb.host: orders-store\nserver.tomcat.threads.max: 30\nrates.url: https://api.rates.example',
    ],
  ] as const;
  const result = imported(FILES.map(([path, text]) => ({ path, text })));
  const { services, databases, workloads }: any = parse(result.scenario);
  const callsOf = (name: string): readonly string[] =>
    services[name].endpoints.handle.steps.flatMap((step: any) => step.call ?? step.query ?? []);

  it('are calls, and stores of the product that the property names', () => {
    expect(callsOf('orders').toSorted()).toEqual(['auth.handle', 'orders-store.query']);
    expect(databases['orders-store'].kind).toBe('mongo');
    expect(result.questions.join()).toContain('api.rates.example');
  });

  it('of servers of settings and names are no calls for each request, and no entrances', () => {
    expect([callsOf('auth'), callsOf('registry')]).toEqual([[], []]);
    expect(workloads.users.requests.map(({ call }: any) => call)).toEqual(['orders.handle']);
    const reasons = result.account.listed.filter(({ reason }) =>
      reason.startsWith('a server of settings'),
    );
    expect(reasons.map(({ path }) => path)).toContain('services.registry.ports[0]');
    loaded(result);
  });

  it('in the application.yml of a configuration server are those of all its clients, below their own files', () => {
    expect([services.orders.concurrency, services.orders.queue]).toEqual([30, { capacity: 7 }]);
    expect(services.auth.concurrency).toBe(20);
    expect(services.config.concurrency).toBeUndefined();
    expect(result.questions.join()).not.toContain('application.yml');
  });
});

describe('servers of settings and names', () => {
  it('are known by the image, and the module of a file by the end of its name', () => {
    const compose = `
services:
  config-server: { image: shop/shop-config-server, ports: [ "8888:8888" ] }
  discovery-server: { image: shop/shop-discovery-server, ports: [ "8761:8761" ], depends_on: [ config-server ] }
  orders: { image: shop/shop-orders, ports: [ "80:80" ], depends_on: [ config-server, discovery-server, pay ] }
  pay: { image: shop/shop-pay, depends_on: [ config-server ] }
  grafana-server: { build: ./docker/grafana, ports: [ "3000:3000" ] }
`;
    const result = imported([
      { path: 'compose.yaml', text: compose },
      { path: 'shop-pay/src/main/resources/application.yml', text: 'server.tomcat.threads.max: 7' },
    ]);
    const { services, workloads }: any = parse(result.scenario);
    expect(services.pay.concurrency).toBe(7);
    expect(services['grafana-server']).toBeUndefined();
    const callsOf = (name: string): readonly string[] =>
      services[name].endpoints.handle.steps.flatMap((step: any) => step.call ?? []);
    expect(['orders', 'pay', 'discovery-server'].map(callsOf)).toEqual([['pay.handle'], [], []]);
    expect(workloads.users.requests.map(({ call }: any) => call)).toEqual(['orders.handle']);
    expect(result.questions.join()).not.toMatch(/config-server|discovery-server/);
  });
});

describe('the end of an application', () => {
  it.each([
    ['server.shutdown: graceful', { drain: true }],
    ['server.shutdown: immediate', { drain: false }],
    [
      'server.shutdown: graceful\nspring.lifecycle.timeout-per-shutdown-phase: 20s',
      { drain: true, terminationGrace: '20s' },
    ],
  ])('%s', (text, lifecycle) => {
    expect(parse(importedText(text).scenario).services.order.lifecycle).toEqual(lifecycle);
  });
});

describe('an instance of resilience4j', () => {
  const bundleOf = (kind: string, fields: string): any =>
    parse(importedText(`resilience4j.${kind}.instances: { payment: { ${fields} } }`).scenario)
      .services.order.outbound.payment;

  it('with a pool of threads has that pool', () => {
    const fields =
      'max-thread-pool-size: 4, core-thread-pool-size: 2, queue-capacity: 7, keep-alive-duration: 20ms';
    expect(bundleOf('thread-pool-bulkhead', fields).bulkhead).toEqual({
      kind: 'threadPool',
      coreThreads: 2,
      maxThreads: 4,
      queueCapacity: 7,
      keepAlive: '20ms',
    });
    expect(bundleOf('thread-pool-bulkhead', 'queue-capacity: 7').bulkhead).toMatchObject({
      coreThreads: 3,
      maxThreads: 4,
    });
  });

  it('has random and growing waits', () => {
    const fields =
      'wait-duration: 100ms, enable-exponential-backoff: true, exponential-backoff-multiplier: 3, exponential-max-wait-duration: 2s, enable-randomized-wait: true, randomized-wait-factor: 0.25';
    expect(bundleOf('retry', fields).retry.backoff).toEqual({
      kind: 'exponential',
      base: '100ms',
      factor: 3,
      max: '2s',
      jitter: '25%',
    });
  });
});

describe('routes of Spring Cloud Gateway', () => {
  it('make a gateway of the service', () => {
    const result = importedText(`
spring.cloud.gateway:
  httpclient: { response-timeout: 5s }
  routes:
    - { id: a, uri: 'lb://payment', predicates: [ 'Path=/api/pay/**,/pay/{id}', 'Method=GET,POST' ], filters: [ StripPrefix=2 ] }
    - { id: b, uri: 'http://payment:8080', predicates: [ 'Header=X-Canary, true' ] }
`);
    const { gateways, services, workloads } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['payment']);
    expect(gateways.order).toMatchObject({
      kind: 'spring',
      routes: [
        {
          match: { path: ['/api/pay', '/api/pay/*', '/pay/{id}'], method: ['GET', 'POST'] },
          to: 'payment.handle',
          policy: { timeout: '5s' },
        },
      ],
    });
    expect(workloads.users.requests).toEqual([
      { name: 'route-1', call: 'order', path: '/api/pay', method: 'GET' },
    ]);
    expect(result.account.listed.map(({ reason }) => reason)).toContain(
      'no service of these files is its target, or no counterpart has its condition',
    );
  });

  it('of the pet clinic lead to its four services', () => {
    const { gateways } = parse(
      new Importing(fixtures('petclinic'), { title: 'P', names: new Map() }).finish(null).scenario,
    );
    expect(gateways['api-gateway'].routes.map(({ to }: any) => to)).toEqual([
      'vets-service.handle',
      'visits-service.handle',
      'customers-service.handle',
      'genai-service.handle',
    ]);
  });

  it('is asked for first where no component has its name, and may belong to several', () => {
    const alone = importedWith('application-all.yml');
    expect(alone.questions[0]).toBe(
      'Which components have the settings of application-all.yml? --map application-all.yml=NAME,NAME',
    );
    const both = importedWith('spring/application-all.yml', [
      ['application-all.yml', 'order,payment'],
    ]);
    expect(both.questions[0]).not.toContain('settings of');
    const { services } = parse(both.scenario);
    expect(services.order.concurrency).toBe(200);
    expect(services.payment.concurrency).toBe(200);
    // Written as a repeated option, the last one does not win.
    const repeated = readMapping(['a.yml=order', 'a.yml=payment', 'a.yml=order', 'b=c', 'b=c']);
    expect([...repeated]).toEqual([
      ['a.yml', 'order,payment'],
      ['b', 'c'],
    ]);
    const refused = () =>
      new Importing([{ path: 'k8s.yaml', text: MANIFESTS }], {
        title: 'Shop',
        names: new Map([['order', 'a,b']]),
      });
    expect(refused).toThrow(
      '--map order=a,b: only a file of settings may belong to several components',
    );
  });
});

/** Deployments of order and payment, with variables of the order service. */
function withVariables(env: readonly string[], more = '', container = ''): any {
  const list = env.map((one) => {
    const [, name, value] = /^([^=]*)=(.*)$/.exec(one)!;
    return `{ name: ${name}, value: "${value}" }`;
  });
  const text = `${MANIFESTS.replace('image: shop/order }', `image: shop/order, env: [ ${list.join(', ')} ] ${container} }`)}\n${more}`;
  const sources = [{ path: 'k8s.yaml', text }];
  const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
  loaded(result);
  return { ...parse(result.scenario), result };
}

describe('what a process is started with', () => {
  const pool = (env: readonly string[], container = ''): unknown => {
    const given = ['SPRING_DATASOURCE_URL=jdbc:postgresql://pg:5432/shop', ...env];
    return withVariables(given, '', container).databases.pg.pools.order.maximumPoolSize;
  };
  const NAME = 'spring.datasource.hikari.maximum-pool-size';

  // docs.spring.io/spring-boot/reference/features/external-config: later ones of the list override earlier ones.
  it('overrides in the order of Spring Boot: arguments, JSON, system properties, environment', () => {
    const env = ['SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE=11'];
    expect(pool(env)).toBe(11);
    env.push(`JAVA_TOOL_OPTIONS=-Xmx512m -D${NAME}=12`);
    expect(pool(env)).toBe(12);
    env.push(`JAVA_OPTS=-D${NAME}=13`);
    expect(pool(env)).toBe(13);
    const words = `, command: [ java, "-D${NAME}=14", -jar, app.jar ]`;
    expect(pool(env, words)).toBe(14);
    env.push(`_JAVA_OPTIONS=-D${NAME}=15`);
    expect(pool(env, words)).toBe(15);
    const json = '{ spring: { datasource: { hikari: { maximumPoolSize: 16 } } } }';
    env.push(`SPRING_APPLICATION_JSON=${json}`);
    expect(pool(env, words)).toBe(16);
    expect(pool(env, `${words}, args: [ "--${NAME}=17" ]`)).toBe(17);
    expect(
      pool(env, `, command: [ sh, -c, "exec java $JAVA_OPTS -jar app.jar --${NAME}='18'" ]`),
    ).toBe(18);
  });

  it('joins two files with dotted names, of which the later one counts', () => {
    const sources = [
      { path: 'k8s.yaml', text: MANIFESTS },
      {
        path: 'order/application.yml',
        text: `spring.datasource.url: jdbc:postgresql://pg:5432/shop\n${NAME}: 5\n`,
      },
      { path: 'extra.yml', text: `${NAME}: 6\n` },
    ];
    const names = new Map([['extra.yml', 'order']]);
    const result = new Importing(sources, { title: 'Shop', names }).finish(null);
    expect(parse(result.scenario).databases.pg.pools.order.maximumPoolSize).toBe(6);
  });

  it('has JSON also as a system property, and none that is not valid', () => {
    const json = `-Dspring.application.json={"${NAME}":21}`;
    expect(pool([], `, args: [ '${json}' ]`)).toBe(21);
    const { result, databases } = withVariables([
      'SPRING_DATASOURCE_URL=jdbc:postgresql://pg:5432/shop',
      'SPRING_APPLICATION_JSON={ spring: [',
    ]);
    expect(databases.pg.pools.order).toEqual({ kind: 'hikari' });
    expect(result.account.listed.map(({ reason }: any) => reason)).toContain(
      'is not valid JSON: Spring ignores it',
    );
  });

  it('counts in Compose too, with its variables', () => {
    const text = `
services:
  order:
    image: x
    entrypoint: java -Dspring.datasource.hikari.maximum-pool-size=\${POOL} -jar app.jar
    environment: { SPRING_DATASOURCE_URL: "jdbc:postgresql://pg:5432/shop" }
  pg: { image: postgres }
`;
    const sources = [
      { path: 'compose.yaml', text },
      { path: '.env', text: 'POOL=22\n' },
    ];
    const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
    loaded(result);
    expect(parse(result.scenario).databases.pg.pools.order.maximumPoolSize).toBe(22);
  });
});

describe('variables of the environment', () => {
  // docs.spring.io/spring-boot/reference/features/external-config: dots become underscores, dashes go; with an underscore
  // for each dash it is the older spelling.
  it.each([
    'RESILIENCE4J_CIRCUITBREAKER_INSTANCES_PAYMENT_FAILURERATETHRESHOLD',
    'RESILIENCE4J_CIRCUITBREAKER_INSTANCES_PAYMENT_FAILURE_RATE_THRESHOLD',
    'resilience4j.circuitbreaker.instances.payment.failure-rate-threshold',
  ])('set a field of an instance: %s', (name) => {
    const { services } = withVariables([`${name}=25`]);
    expect(services.order.outbound.payment.circuitBreaker).toEqual({
      kind: 'resilience4j',
      failureRateThreshold: '25%',
    });
  });

  it.each(['SPRINGDATASOURCEURL', 'SPRING_DATA_SOURCE_URL', 'MY_SPRING_DATASOURCE_URL'])(
    'are other ones where dots are not underscores: %s',
    (name) => {
      const { databases } = withVariables([`${name}=jdbc:postgresql://pg:5432/shop`]);
      expect(databases).toBeUndefined();
    },
  );

  it('make retries, bulkheads of threads and what a base has', () => {
    const { services, result } = withVariables([
      'RESILIENCE4J_RETRY_CONFIGS_DEFAULT_MAXATTEMPTS=4',
      'RESILIENCE4J_RETRY_INSTANCES_PAYMENT_WAITDURATION=200ms',
      'RESILIENCE4J_THREADPOOLBULKHEAD_INSTANCES_PAYMENT_MAXTHREADPOOLSIZE=8',
      'SERVER_SHUTDOWN=graceful',
    ]);
    expect(services.order.outbound.payment).toMatchObject({
      retry: { attempts: 4, backoff: { kind: 'constant', base: '200ms' } },
      bulkhead: { kind: 'threadPool', maxThreads: 8 },
    });
    expect(services.order.lifecycle.drain).toBe(true);
    const paths = result.account.listed.filter(({ path }: any) => path.endsWith('.value'));
    expect(paths).toEqual([]);
  });

  it('override application.yml, whose other fields stay, and fill its placeholders', () => {
    const settings = `
apiVersion: v1
kind: ConfigMap
metadata: { name: order-config }
data:
  application.yml: |
    spring.datasource.url: jdbc:postgresql://\${DB_HOST:localhost}:5432/shop
    spring.datasource.hikari.maximum-pool-size: 12
    resilience4j.retry.instances.Payment: { maxAttempts: 3, waitDuration: 100ms }
`;
    const { services, databases, result } = withVariables(
      [
        'DB_HOST=pg-orders',
        'RESILIENCE4J_RETRY_INSTANCES_PAYMENT_MAXATTEMPTS=5',
        'SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE=30',
      ],
      `---\n${settings}`,
    );
    expect(services.order.outbound.payment.retry).toMatchObject({
      attempts: 5,
      backoff: { base: '100ms' },
    });
    expect(databases['pg-orders'].pools.order.maximumPoolSize).toBe(30);
    // The line is that of the ConfigMap.
    const line = result.scenario.split('\n').find((one: string) => one.includes('base: 100ms'));
    const text = `${MANIFESTS}\n---\n${settings}`.split('\n');
    expect(line).toContain(
      `k8s.yaml:${text.findIndex((one) => one.includes('Retry') || one.includes('retry.instances')) + 1}`,
    );
  });

  it('come from ConfigMaps: envFrom, a key, and application.properties in a volume', () => {
    const maps = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { SERVER_TOMCAT_THREADS_MAX: "40", POOL: "9" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: files }
data:
  application.properties: |
    # comment
    server.tomcat.accept-count = 7
    spring.datasource.url: jdbc:postgresql://\\
      pg:5432/shop
  readme.md: text
`;
    const { services, databases, result } = withVariables(
      [],
      maps,
      `, envFrom: [ { configMapRef: { name: shared } } ]`,
    );
    expect(services.order.concurrency).toBe(40);
    expect(databases).toBeUndefined();
    const mounted = withVariables(
      [],
      maps,
      `, envFrom: [ { configMapRef: { name: shared } } ] } ], volumes: [ { configMap: { name: files }`,
    );
    expect(mounted.services.order).toMatchObject({ concurrency: 40, queue: { capacity: 7 } });
    expect(mounted.databases.pg).toBeDefined();
    const { values, placed, listed } = result.account;
    expect(values).toBe(placed + listed.length);
  });
});
