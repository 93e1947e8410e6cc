import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readMapping } from '../../src/importing/names.js';
import { Importing } from '../../src/importing/import.js';
import { deployed, fixtures, imported, loaded, source } from './support.js';

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

  /** Source: docs.spring.io/spring-boot, Profile Specific Files. */
  describe.each([
    ['prod', 80, 'prod'],
    ['dev', 5, 'dev'],
    ['prod,dev', 5, 'dev'],
    ['dev,prod', 80, 'prod'],
    ['other', 200, 'all'],
    ['', 200, 'all'],
  ])('with SPRING_PROFILES_ACTIVE=%s', (active, threads, last) => {
    const env = `, env: [ { name: SPRING_PROFILES_ACTIVE, value: "${active}" } ]`;
    const sources = [
      { path: 'k8s.yaml', text: deployed(['order'], { more: env }) },
      {
        path: 'order/application.yml',
        text: `
server.tomcat.threads.max: 200
---
spring.config.activate.on-profile: "prod & !dev | dev"
server.tomcat.accept-count: 7`,
      },
      { path: 'order/application-dev.yml', text: 'server.tomcat.threads.max: 5' },
      { path: 'order/application-prod.yml', text: 'server.tomcat.threads.max: 80' },
    ];
    const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
    const { concurrency, queue } = parse(result.scenario).services.order;

    it('counts the files of these profiles, the last one most', () => {
      expect(concurrency).toBe(threads);
      expect(queue).toEqual(last === 'all' ? undefined : { capacity: 7 });
    });

    it('asks where no file says the profile', () => {
      const isAsked = result.questions.some((text) => text.startsWith('Which profiles of Spring'));
      expect(isAsked).toBe(active === '');
    });
  });

  it('counts where it switches on a profile itself', () => {
    const result = importedText(`
spring: { profiles: { active: "\${PROFILE:prod}" } }
server.tomcat.threads.max: 50
---
spring.config.activate.on-profile: prod
server.tomcat.threads.max: 60
`);
    expect(parse(result.scenario).services.order.concurrency).toBe(60);
    expect(result.account.listed.map(({ reason }) => reason)).toContain(
      'a source of settings with more weight has another value',
    );
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

  /** Source: docs.spring.io/spring-cloud-gateway, the factories of these filters; RetryGatewayFilterFactory.java (defaults). */
  it('have the filters of all routes before their own, with the defaults of each', () => {
    const result = importedText(`
spring.cloud.gateway:
  httpclient: { response-timeout: 5s }
  default-filters:
    - name: Retry
      args: { retries: 2, statuses: [ BAD_GATEWAY, 429 ], methods: GET, backoff: { firstBackoff: 10ms, maxBackoff: 50ms, factor: 3 } }
    - name: RequestRateLimiter
      args: { redis-rate-limiter.replenishRate: 10, redis-rate-limiter.burstCapacity: 20, key-resolver: "#{@user}" }
  routes:
    - id: a
      uri: lb://payment
      predicates: [ Path=/pay/** ]
      filters: [ { name: CircuitBreaker, args: { name: pay, fallbackUri: "forward:/sorry", statusCodes: [ 500, BAD_GATEWAY ] } } ]
    - { id: b, uri: 'lb://payment', predicates: [ Path=/other/** ], metadata: { response-timeout: 200 } }
    - { id: c, uri: 'lb://payment', predicates: [ Path=/last/** ], filters: [ CircuitBreaker=pay, 'Retry=3,INTERNAL_SERVER_ERROR,POST' ] }
resilience4j:
  circuitbreaker: { instances: { pay: { slidingWindowSize: 8 } } }
  timelimiter: { configs: { default: { timeoutDuration: 3s } } }
`);
    loaded(result);
    const { gateways, clusters } = parse(result.scenario);
    const [a, b, c] = gateways.order.routes;
    const retry = {
      attempts: 3,
      on: ['connect', 'reset', 'timeout', '5xx', 502, 429],
      methods: ['GET'],
      backoff: { kind: 'exponential', base: '10ms', max: '50ms', factor: 3 },
    };
    const limit = { rateLimit: { rate: '10/s', burst: 20, key: 'client', status: 429 } };
    expect(clusters).toEqual({
      pay: {
        callees: ['payment'],
        circuitBreaker: {
          kind: 'resilience4j',
          slidingWindowSize: 8,
          failOn: ['connect', 'reset', 'timeout', 500, 502],
        },
      },
    });
    expect(a.policy).toEqual({
      cluster: 'pay',
      retry,
      timeout: { after: '3s' },
      order: ['retry', 'circuitBreaker', 'timeout'],
    });
    expect(b.policy).toEqual({ retry, timeout: '200ms', order: ['retry', 'timeout'] });
    expect(c.policy).toMatchObject({ cluster: 'pay', retry: { attempts: 3, methods: ['GET'] } });
    expect(a.middleware).toEqual([limit]);
  });

  it('limit a call of a breaker to 1 s by default, and repeat a GET three times', () => {
    const result = importedText(`
spring.cloud.gateway.routes:
  - { id: a, uri: 'lb://payment', predicates: [ Path=/pay/** ], filters: [ CircuitBreaker=pay, Retry ] }
`);
    loaded(result);
    expect(parse(result.scenario).gateways.order.routes[0].policy).toEqual({
      circuitBreaker: { kind: 'resilience4j', failOn: ['connect', 'reset', 'timeout'] },
      timeout: { after: '1s' },
      retry: { attempts: 4, on: ['connect', 'reset', 'timeout', '5xx'], methods: ['GET'] },
      order: ['circuitBreaker', 'timeout', 'retry'],
    });
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

describe('time limits of the HTTP clients of Spring', () => {
  const read = (settings: string): { file: any; reasons: readonly string[] } => {
    const result = imported([
      ...source(
        deployed(['order', 'payment'], {
          more: ', env: [ { name: PAY, value: "http://payment" } ]',
        }),
      ),
      { path: 'application-order.yml', text: settings },
    ]);
    loaded(result);
    return {
      file: parse(result.scenario).services.order.outbound?.payment,
      reasons: result.account.listed.map(({ path }) => path),
    };
  };

  // Source: docs.spring.io/spring-boot, Calling REST Services, Global HTTP Connector Configuration; issue 47398 of spring-boot.
  it.each(['clients', 'client', 'reactiveclient'])(
    'of all calls are those of spring.http.%s',
    (key) => {
      const { file } = read(
        `spring.http.${key}: { connect-timeout: 2s, read-timeout: 5s, redirects: dont-follow }`,
      );
      expect(file).toEqual({ timeout: { after: '5s' }, connections: { connectTimeout: '2s' } });
      expect(read(`spring.http.${key}: { redirects: dont-follow }`).file).toBeUndefined();
    },
  );

  it('of one group are before those of all', () => {
    const { file } = read(
      'spring.http: { clients.read-timeout: 5s, serviceclient.payment.read-timeout: 800ms }',
    );
    expect(file).toEqual({ timeout: { after: '800ms' } });
  });

  it('are within a breaker of resilience4j, unless its time limiter is there', () => {
    const breaker = 'resilience4j.circuitbreaker.instances.payment.slidingWindowSize: 20';
    const feign = 'spring.cloud.openfeign.client.config.default.readTimeout: 3000';
    expect(read(`${breaker}\n${feign}`).file).toMatchObject({
      order: 'resilience4j',
      circuitBreaker: { slidingWindowSize: 20 },
      timeout: { after: '3000ms' },
    });
    const limiter = 'resilience4j.timelimiter.instances.payment.timeoutDuration: 1s';
    const both = read(`${breaker}\n${limiter}\n${feign}`);
    expect(both.file.timeout).toEqual({ after: '1s' });
    expect(both.reasons.join()).toContain('readTimeout');
  });
});
