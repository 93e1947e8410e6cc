import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing, type Imported } from '../../src/importing/import.js';
import { deployed, loaded } from './support.js';

const MANIFESTS = deployed(['edge', 'order', 'payment', 'stock'], {
  more: ', env: [ { name: STOCK_URL, value: "http://stock:80" } ]',
});

function imported(path: string, text: string): Imported {
  const sources = [
    { path: 'k8s.yaml', text: MANIFESTS },
    { path, text },
  ];
  const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
  loaded(result);
  return result;
}

const reasons = (result: Imported): ReadonlyMap<string, string> =>
  new Map(result.account.listed.map(({ path, reason }) => [path, reason]));

describe('settings of Spring Cloud Netflix', () => {
  // Right: names and defaults of HystrixCommandProperties.java and HystrixThreadPoolProperties.java.
  it('give a command of Hystrix its breaker, time limit and threads, with those of the default below', () => {
    const result = imported(
      'application-order.yml',
      `
hystrix:
  command:
    default: { execution: { isolation: { thread: { timeoutInMilliseconds: 3000 } } }, circuitBreaker: { sleepWindowInMilliseconds: 7000 } }
    "PaymentClient#charge(Order)":
      circuitBreaker: { requestVolumeThreshold: 10, errorThresholdPercentage: 40 }
      metrics: { rollingStats: { timeInMilliseconds: 20000 } }
  threadpool:
    default: { coreSize: 20 }
    payment: { maxQueueSize: 50, queueSizeRejectionThreshold: 30 }
`,
    );
    const { services } = parse(result.scenario);
    expect(services.order.outbound).toEqual({
      payment: {
        order: 'hystrix',
        circuitBreaker: {
          kind: 'hystrix',
          requestVolumeThreshold: 10,
          errorThresholdPercentage: '40%',
          sleepWindow: '7000ms',
          rollingWindow: '20000ms',
        },
        timeout: { after: '3000ms' },
        bulkhead: {
          kind: 'hystrix',
          coreSize: 20,
          maxQueueSize: 50,
          queueSizeRejectionThreshold: 30,
        },
      },
    });
    expect([...reasons(result).keys()].filter((path) => path.startsWith('hystrix'))).toEqual([]);
  });

  it('read names with dots, as files of properties have them', () => {
    const result = imported(
      'application-order.properties',
      `hystrix.command.payment.execution.isolation.thread.timeoutInMilliseconds=800
hystrix.command.payment.execution.isolation.strategy=SEMAPHORE
hystrix.command.payment.circuitBreaker.enabled=false
resilience4j.retry.instances.stock.maxAttempts=4
`,
    );
    expect(parse(result.scenario).services.order.outbound).toEqual({
      stock: { order: 'resilience4j', retry: { kind: 'resilience4j', attempts: 4 } },
      payment: { order: 'hystrix', timeout: { after: '800ms' }, bulkhead: { maxConcurrent: 10 } },
    });
  });

  // Right: 3 tries of two servers; reads alone without OkToRetryOnAllOperations (RibbonLoadBalancedRetryPolicy).
  it('give a client of Ribbon its limits and tries, for reads alone unless they say all', () => {
    const text = (all: boolean): string => `
payment:
  ribbon: { ConnectTimeout: 300, ReadTimeout: 2000, MaxAutoRetries: 2, MaxAutoRetriesNextServer: 1, OkToRetryOnAllOperations: ${all} }
`;
    const bundle = (all: boolean): any =>
      parse(imported('application-order.yml', `server.port: 80${text(all)}`).scenario).services
        .order.outbound.payment;
    expect(bundle(false)).toEqual({
      timeout: { after: '2000ms' },
      connections: { connectTimeout: '300ms' },
      retry: { attempts: 6, on: ['connect', 'timeout', 'reset'], methods: ['GET'] },
    });
    expect(bundle(true).retry).toEqual({ attempts: 6, on: ['connect', 'timeout', 'reset'] });
  });

  it('put the limit of Hystrix around the tries of Ribbon, and list the one that acts no more', () => {
    const result = imported(
      'application-order.yml',
      `
feign.hystrix.enabled: true
hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds: 9000
ribbon: { ReadTimeout: 2000, MaxAutoRetriesNextServer: 2 }
`,
    );
    const { outbound } = parse(result.scenario).services.order;
    expect(outbound.stock).toMatchObject({
      order: ['circuitBreaker', 'timeout', 'bulkhead', 'retry'],
      timeout: { after: '9000ms' },
      retry: { attempts: 3, methods: ['GET'] },
    });
    expect(reasons(result).get('ribbon.ReadTimeout')).toMatch(/^a bundle has one time limit/);
  });

  it('say why the default of commands has no place where no call is known to be one', () => {
    const result = imported(
      'application-order.yml',
      'hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds: 9000',
    );
    expect([...reasons(result).values()]).toContain(
      'no call of these files is known to be this command of Hystrix, or it has no counterpart',
    );
  });

  // Right: 100 permits and (1 s + 1 s) x 2 tries: ZuulProperties.java, AbstractRibbonCommand.java.
  it('make a gateway of the routes of Zuul, each a command of Hystrix', () => {
    const result = imported(
      'application-edge.yml',
      `
zuul:
  prefix: /api
  routes:
    order: /orders/**
    pay: { path: /pay/**, serviceId: payment, stripPrefix: false }
    gone: { path: /gone/**, serviceId: nowhere }
hystrix.command.payment.execution.isolation.thread.timeoutInMilliseconds: 2500
`,
    );
    const { gateways, services } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['order', 'payment', 'stock']);
    expect(gateways.edge.routes).toEqual([
      {
        name: 'route-1',
        match: { path: ['/api/orders', '/api/orders/*'] },
        to: 'order.handle',
        policy: {
          order: 'hystrix',
          circuitBreaker: { kind: 'hystrix' },
          timeout: { after: '4000ms' },
          bulkhead: { maxConcurrent: 100 },
        },
      },
      expect.objectContaining({ to: 'payment.handle' }),
    ]);
    expect(gateways.edge.routes[1].policy.timeout).toEqual({ after: '2500ms' });
    expect(reasons(result).get('zuul.routes.gone.serviceId')).toMatch(/no service/);
  });

  /** Source: SimpleHostRoutingFilter.java, ZuulProperties.java (Host): 20 connections to a host, 10 s, 2 s, and no second try. */
  it.each([
    ['', 20, '10s', '2s'],
    [
      'zuul.host: { maxPerRouteConnections: 5, socket-timeout-millis: 700, connectTimeoutMillis: 300 }',
      ...[5, '700ms', '300ms'],
    ],
  ])('give routes of Zuul to a URL a pool, and no command: %s', (host, most, after, connect) => {
    const result = imported(
      'application-edge.yml',
      `
zuul.routes:
  pay: { path: /pay/**, url: "http://payment:8080" }
  cash: { path: /cash/**, url: "http://payment:8080", serviceId: stock }
  order: { path: /orders/**, url: order }
hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds: 2500
ribbon.ReadTimeout: 2000
${host}
`,
    );
    const { routes, outbound } = parse(result.scenario).gateways.edge;
    expect(routes.map((one: any) => [one.to, one.policy?.order])).toEqual([
      ['payment.handle', undefined],
      ['payment.handle', undefined],
      ['order.handle', 'hystrix'],
    ]);
    expect(outbound).toEqual({
      payment: {
        order: ['bulkhead', 'timeout'],
        bulkhead: { maxConcurrent: most, maxQueue: 'unbounded' },
        timeout: { after },
        connections: { connectTimeout: connect },
      },
    });
  });
});
