import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded } from './support.js';

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

describe('files of a configuration server for profiles', () => {
  const COMPOSE = `
services:
  config-server: { image: shop/config }
  orders: { image: shop/orders, environment: { SPRING_PROFILES_ACTIVE: docker } }
  pay: { image: shop/pay, environment: { SPRING_PROFILES_ACTIVE: test } }
`;
  const threads = (most: number): string => `server.tomcat.threads.max: ${most}\n`;
  const server = 'config-server/src/main/resources';
  const files = {
    'compose.yaml': COMPOSE,
    [`${server}/application.yml`]:
      'spring.cloud.config.server.native.search-locations: classpath:/config',
    [`${server}/config/application.yml`]: `${threads(50)}server.tomcat.accept-count: 9`,
    [`${server}/config/application-docker.yml`]: `${threads(40)}spring.datasource.url: jdbc:postgresql://db/shop`,
    [`${server}/config/orders.yml`]: 'server.port: 8080',
    [`${server}/config/orders-docker.yml`]: threads(20),
    [`${server}/config/pay.yml`]: threads(30),
    [`${server}/config/pay-prod.yml`]: threads(90),
  };
  const result = imported(Object.entries(files).map(([path, text]) => ({ path, text })));
  const { services, databases }: any = parse(result.scenario);

  it('are those of their applications, where the profile runs, and not of the server', () => {
    const read = Object.values(services).map(({ concurrency, queue }: any) => [concurrency, queue]);
    expect(Object.keys(services)).toEqual(['config-server', 'orders', 'pay']);
    const queue = { capacity: 9 };
    expect(read).toEqual([
      [undefined, undefined],
      [20, queue],
      [30, queue],
    ]);
    expect(Object.keys(databases.db.pools)).toEqual(['orders']);
    expect(result.questions.join()).not.toMatch(/Which (components have|profiles)/);
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
  orders: { image: shop/shop-orders, ports: [ "80:80" ], depends_on: [ config-server, discovery-server, pay, mail ] }
  pay: { image: shop/shop-pay, depends_on: [ config-server ] }
  mail: { image: shop/mail }
  grafana-server: { build: ./docker/grafana, ports: [ "3000:3000" ] }
`;
    const threads = (max: number): string => `server.tomcat.threads.max: ${max}`;
    const result = imported([
      { path: 'compose.yaml', text: compose },
      { path: 'shop-pay/src/main/resources/application.yml', text: threads(7) },
      { path: 'a/orders/app/src/main/resources/application.yml', text: threads(8) },
      { path: 'a/orders/common/src/main/resources/application.yml', text: threads(9) },
      { path: 'a/mail-service/src/main/resources/application.yml', text: threads(6) },
    ]);
    const { services, workloads }: any = parse(result.scenario);
    const concurrency = ['pay', 'orders', 'mail'].map((name) => services[name].concurrency);
    expect(concurrency).toEqual([7, 8, 6]);
    expect(result.questions.join()).toContain(
      'the settings of a/orders/common/src/main/resources/application.yml',
    );
    expect(services['grafana-server']).toBeUndefined();
    const callsOf = (name: string): readonly string[] =>
      services[name].endpoints.handle.steps.flatMap((step: any) => step.call ?? []);
    expect(['orders', 'pay', 'discovery-server'].map(callsOf)).toEqual([
      ['pay.handle', 'mail.handle'],
      [],
      [],
    ]);
    expect(workloads.users.requests.map(({ call }: any) => call)).toEqual(['orders.handle']);
    expect(result.questions.join()).not.toMatch(/config-server|discovery-server/);
  });
});
