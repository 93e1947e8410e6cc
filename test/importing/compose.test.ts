import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SourceText } from '../../src/importing/cell.js';
import type { Imported } from '../../src/importing/import.js';
import { fixtures, imported, loaded } from './support.js';

/** An import of files by name, and its scenario as plain values. */
function read(...files: readonly (readonly [path: string, text: string])[]): {
  readonly result: Imported;
  readonly scenario: any;
} {
  const sources: readonly SourceText[] = files.map(([path, text]) => ({ path, text }));
  const result = imported(sources);
  loaded(result);
  return { result, scenario: parse(result.scenario) };
}

/** Steps of the only endpoint of a service after its own time. */
function callsOf(scenario: any, name: string): readonly string[] {
  return scenario.services[name].endpoints.handle.steps
    .slice(1)
    .map((step: any) => step.call ?? step.query);
}

describe('a service of Docker Compose', () => {
  it('gives replicas, limits and the end of a process', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  web:
    image: example/web
    stop_grace_period: 1m30s
    deploy:
      replicas: 3
      resources: { limits: { cpus: '1.5', memory: 512M } }
`,
    ]);
    expect(scenario.services.web).toMatchObject({
      replicas: 3,
      cpu: { cores: 4, quota: { limit: 1.5 } },
      memory: { limit: '512MiB', base: '256MiB' },
      lifecycle: { terminationGrace: '90s' },
    });
  });

  it('gives the threads and the pool of a Spring application, and the connections of its database', () => {
    const { result, scenario } = read(
      [
        'compose.yaml',
        `services:
  orders:
    image: example/orders
    environment:
      - SPRING_DATASOURCE_URL=jdbc:postgresql://db:5432/orders
      - SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE=\${POOL:-10}
      - SPRING_DATASOURCE_HIKARI_CONNECTIONTIMEOUT=3000
      - SERVER_TOMCAT_THREADS_MAX
  catalog:
    image: example/catalog
    environment: { SERVER_TOMCAT_THREADS_MAX: "200", SERVER_TOMCAT_ACCEPT_COUNT: 20 }
  db: { image: 'postgres:16', command: postgres -c max_connections=40 }
`,
      ],
      ['.env', 'POOL=12\nSERVER_TOMCAT_THREADS_MAX=50\n'],
    );
    expect(scenario.services).toMatchObject({
      orders: { concurrency: 50 },
      catalog: { concurrency: 200, queue: { capacity: 20 } },
    });
    expect(scenario.databases.db).toMatchObject({
      maxConnections: 40,
      pools: { orders: { kind: 'hikari', maximumPoolSize: 12, connectionTimeout: '3000ms' } },
    });
    expect(result.scenario).toContain('maximumPoolSize: 12  # compose.yaml:6');
  });

  it('may have the fields of version 2, a quota of a period, and a set of cores', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  a: { image: example/a, cpus: 0.25, mem_limit: 1gb, scale: 2 }
  b: { image: example/b, cpu_quota: 50000, cpu_period: 25ms }
  c: { image: example/c, cpuset: '0-2,5', mem_limit: 1048576 }
`,
    ]);
    expect(scenario.services.a).toMatchObject({
      replicas: 2,
      cpu: { quota: { limit: 0.25 } },
      memory: { limit: '1GiB' },
    });
    expect(scenario.services.b.cpu.quota.limit).toBe(2);
    expect(scenario.services.c).toMatchObject({ cpu: 4, memory: { limit: '1048576B' } });
  });

  it('is a database if its image is one, and a workload if it makes load', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  web: { image: example/web, depends_on: [db] }
  db: { image: "postgres:16" }
  locust: { image: locustio/locust, environment: { TARGET: "http://web:8080" } }
  virtual-customer: { image: demo/virtual-customer, environment: { TARGET: "http://web:8080" } }
`,
    ]);
    expect(scenario.databases.db.kind).toBe('postgres');
    expect(Object.keys(scenario.services)).toEqual(['web']);
    expect(scenario.workloads.users.requests).toEqual([{ name: 'web', call: 'web.handle' }]);
  });

  it('starts again as Docker does, which waits from 100 ms to a minute', () => {
    const { scenario } = read([
      'compose.yaml',
      'services: { a: { image: x, restart: unless-stopped }, b: { image: y, restart: "no" } }\n',
    ]);
    expect(scenario.platform).toEqual({
      kind: 'custom',
      restart: { initial: '100ms', factor: 2, max: '60s', resetAfter: '10s' },
    });
    const none = read(['compose.yaml', 'services: { b: { image: y, restart: "no" } }\n']);
    expect(none.scenario.platform).toBeUndefined();
  });
});

describe('calls of a Compose file', () => {
  it('are the addresses of the environment, in both of its forms, and what has to run before', () => {
    const { scenario, result } = read([
      'compose.yaml',
      `services:
  web:
    image: example/web
    environment: [ "CART_ADDR=cart:7070", "MODE=stock" ]
    depends_on: { cart: { condition: service_started }, prices: { condition: service_healthy } }
  cart: { image: example/cart, environment: { STOCK_URL: "http://stock/api" }, links: [ "prices:p" ] }
  prices: { image: example/prices, depends_on: { migrate: { condition: service_completed_successfully } } }
  stock: { image: example/stock }
  migrate: { image: example/migrate }
`,
    ]);
    expect(callsOf(scenario, 'web')).toEqual(['cart.handle', 'prices.handle']);
    expect(callsOf(scenario, 'cart')).toEqual(['stock.handle', 'prices.handle']);
    expect(callsOf(scenario, 'prices')).toEqual([]);
    // The address is the origin of a call that both suggest.
    expect(result.scenario).toMatch(/call: cart\.handle +# compose\.yaml:4, guess/);
    expect(result.scenario).toMatch(/call: prices\.handle +# compose\.yaml:5, guess/);
  });

  it('are found by aliases and names of containers', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  web: { image: w, environment: { A_HOST: shop-cart, B_HOST: basket } }
  cart: { image: c, container_name: shop-cart }
  other: { image: o, networks: { back: { aliases: [ basket ] } } }
`,
    ]);
    expect(callsOf(scenario, 'web')).toEqual(['cart.handle', 'other.handle']);
  });
});

describe('variables of a Compose file', () => {
  const compose = `services:
  web:
    image: example/web
    environment:
      - CART_ADDR
      - "PRICES_ADDR=\${PRICES_HOST:-prices}:80"
      - "STOCK_ADDR=\${STOCK_HOST}:\${STOCK_PORT-90}"
      - "PRICE=$$prices:1"
    deploy: { replicas: "\${WEB_REPLICAS:-2}" }
  cart: { image: c }
  prices: { image: p }
  stock: { image: s }
`;

  it('have those of an env_file, which environment overrides and texts do not use', () => {
    const compose = `services:
  web:
    image: web
    env_file: [ ./env/web.env, { path: missing.env, required: false } ]
    environment: { SERVER_TOMCAT_ACCEPT_COUNT: 9, CART_URL: "http://$CART:80" }
  cart: { image: cart }
  other: { image: other }
`;
    const env =
      'SERVER_TOMCAT_THREADS_MAX=50\nSERVER_TOMCAT_ACCEPT_COUNT=5\nCART=cart\nOTHER_ADDR=other:80\n';
    const { scenario } = read(['shop/compose.yaml', compose], ['shop/env/web.env', env]);
    expect(scenario.services.web).toMatchObject({ concurrency: 50, queue: { capacity: 9 } });
    const { steps } = scenario.services.web.endpoints.handle;
    expect(steps.slice(1)).toEqual([{ call: 'other.handle' }]);
  });

  it('have the values of the .env file, which may use each other, and else their defaults', () => {
    const env = `# where things are
CART_PORT=7070
CART_ADDR=cart:\${CART_PORT}   # the basket
export STOCK_HOST="stock"
WEB_REPLICAS='5'
`;
    const { scenario, result } = read(['shop/compose.yaml', compose], ['shop/.env', env]);
    expect(callsOf(scenario, 'web')).toEqual(['cart.handle', 'prices.handle', 'stock.handle']);
    expect(scenario.services.web.replicas).toBe(5);
    expect(result.scenario).toMatch(
      /call: cart\.handle +# shop\/compose\.yaml:5, shop\/\.env:3, guess/,
    );
  });

  it('without a value are listed with what to do', () => {
    const { scenario, result } = read(['compose.yaml', compose]);
    expect(callsOf(scenario, 'web')).toEqual(['prices.handle']);
    expect(scenario.services.web.replicas).toBe(2);
    const stock = result.account.listed.find(({ value }) => value.startsWith('STOCK_ADDR'));
    expect(stock?.reason).toMatch(/add the \.env file, or import the output of docker compose/);
  });

  it('that name themselves end', () => {
    const loop = 'services: { web: { image: "${A}", environment: [ "B=${A}" ] } }\n';
    const { scenario } = read(['compose.yaml', loop], ['.env', 'A=${B}\nB=${A}${A}${A}\n']);
    expect(Object.keys(scenario.services)).toEqual(['web']);
  });
});

describe('several Compose files', () => {
  const base = 'services: { web: { image: w, deploy: { replicas: 2 }, mem_limit: 1g } }\n';

  it('override the base, whatever the order of their names', () => {
    const { scenario } = read(
      [
        'compose.prod.yaml',
        'services: { web: { deploy: { replicas: 6 } }, extra: { image: e } }\n',
      ],
      ['compose.yaml', base],
    );
    expect(scenario.services.web).toMatchObject({ replicas: 6, memory: { limit: '1GiB' } });
    expect(scenario.services.extra).toBeDefined();
  });

  it('of a folder are alternatives, except for the override of the base', () => {
    const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });
    const result = imported([
      found('shop/docker-compose-dev.yml', 'services: { web: { image: w, mem_limit: 9g } }\n'),
      found('shop/docker-compose.override.yml', 'services: { web: { mem_limit: 2g } }\n'),
      found('shop/docker-compose.prod.yml', 'services: { web: { deploy: { replicas: 6 } } }\n'),
      found('shop/docker-compose.yml', base),
      found('shop/infra.yml', 'services: { mail: { image: m } }\n'),
    ]);
    loaded(result);
    const { services } = parse(result.scenario);
    expect(services.web).toMatchObject({ replicas: 2, memory: { limit: '2GiB' } });
    expect(Object.keys(services)).toEqual(['web', 'mail']);
    expect(result.questions).toContain(
      'Does shop/docker-compose.prod.yml run too? Left out: 2 Compose files with services of another one. To merge it: faultline import shop/docker-compose.yml shop/docker-compose.prod.yml',
    );
  });

  it('extend services of the same files, also in a circle', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  base: { image: b, mem_limit: 2g, extends: web }
  web: { extends: { service: base }, deploy: { replicas: 4 } }
`,
    ]);
    expect(scenario.services.web).toMatchObject({ replicas: 4, memory: { limit: '2GiB' } });
  });
});

describe('what runs only sometimes', () => {
  /** The shape of the files of getsentry/self-hosted (FSL). Source: docs.docker.com/compose/how-tos/profiles. */
  it.each([
    ['COMPOSE_PROFILES=complete', ['web', 'extra']],
    ['COMPOSE_PROFILES=other, complete', ['web', 'extra']],
    ['COMPOSE_PROFILES=*', ['web', 'extra', 'seed']],
    ['COMPOSE_PROFILES=', ['web']],
  ])('runs with the profiles of %s', (line, names) => {
    const text = `services:
  web: { image: w }
  extra: { image: e, profiles: [ complete ] }
  seed: { image: s, profiles: [ seed ] }
`;
    const { scenario } = read(['compose.yaml', text], ['.env', `${line}\n`]);
    expect(Object.keys(scenario.services)).toEqual(names);
  });

  it('is a store where its own image is built from that of one', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  web: { image: w, environment: { CLICKHOUSE_HOST: clickhouse } }
  clickhouse:
    image: clickhouse-local
    build: { context: ./clickhouse, args: { BASE_IMAGE: "altinity/clickhouse-server:25.8" } }
  api: { image: shop-api, build: { context: ., args: [ "BASE_IMAGE=node:20" ] } }
`,
    ]);
    expect(scenario.databases.clickhouse).toMatchObject({ kind: 'generic' });
    expect(Object.keys(scenario.services)).toEqual(['web', 'api']);
  });

  it('is left out: other profiles, what has no replicas, and tools that watch', () => {
    const { scenario, result } = read([
      'compose.yaml',
      `services:
  web: { image: w, ports: [ "80:80" ] }
  seed: { image: s, profiles: [ seed ] }
  base: { image: b, deploy: { replicas: 0 } }
  idle: { image: i, scale: 0 }
  nats: { image: "synadia/nats-exporter:0.7" }
  graphs: { image: "grafana/grafana:11", ports: [ "3000:3000" ] }
  logs: { build: { context: elk/kibana/ }, ports: [ "5601:5601" ] }
`,
    ]);
    expect(Object.keys(scenario.services)).toEqual(['web']);
    const reasons = result.account.listed.map(({ reason }) => reason).join('\n');
    expect(reasons).toContain('runs only with its profile');
    expect(reasons).toContain('has 0 replicas: docker compose up starts none');
    expect(reasons).toContain('a tool that watches the system');
  });

  it('has its entrances where ports are published and nothing calls', () => {
    const { scenario } = read([
      'compose.yaml',
      `services:
  web: { image: w, ports: [ "80:80" ], depends_on: [ cart ] }
  cart: { image: c, ports: [ { target: 70, published: 7070 } ] }
`,
    ]);
    expect(scenario.workloads.users.requests).toEqual([{ name: 'web', call: 'web.handle' }]);
  });
});

describe('the astronomy shop of OpenTelemetry', () => {
  it('has the calls of its checkout, with addresses from the .env file', () => {
    const result = imported(fixtures('astronomy-shop'));
    loaded(result);
    const scenario = parse(result.scenario);
    // In the source of checkout: cart, currency, email, payment, product catalog, shipping; flagd and Kafka too.
    expect([...callsOf(scenario, 'checkout')].sort()).toEqual([
      'cart.handle',
      'currency.handle',
      'email.handle',
      'flagd.handle',
      'kafka.handle',
      'payment.handle',
      'product-catalog.handle',
      'shipping.handle',
    ]);
    expect(callsOf(scenario, 'cart')).toContain('valkey-cart.query');
    expect(scenario.services.checkout.memory.limit).toBe('20MiB');
  });
});

/** The shape of aws-containers/retail-store-sample-app (MIT-0): a file that only includes those of its services. */
describe('a Compose file that includes others', () => {
  const base: SourceText = {
    path: 'src/app/docker-compose.yml',
    text: 'include: [ ../ui/docker-compose.yml, { path: [ ../orders/docker-compose.yml ] } ]',
    isFound: true,
  };
  const override: SourceText = {
    path: 'src/app/compose.override.yaml',
    text: `
services:
  ui: { environment: { ORDERS: "http://orders:8080" } }
  orders: { ports: !override [], mem_limit: !reset null }
`,
    isFound: true,
  };
  const parts: readonly SourceText[] = [
    {
      path: 'src/ui/docker-compose.yml',
      text: 'services: { ui: { image: ui, mem_limit: 512m, ports: [ "80:80" ] } }',
      isFound: true,
    },
    {
      path: 'src/orders/docker-compose.yml',
      text: 'services: { orders: { image: orders, mem_limit: 1g, ports: [ "81:80" ] } }',
      isFound: true,
    },
  ];

  it('has their services, which its override changes', () => {
    const result = imported([override, base, ...parts]);
    loaded(result);
    const { services, workloads } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['ui', 'orders']);
    expect(services.ui.memory.limit).toBe('512MiB');
    expect(services.ui.endpoints.handle.steps[1]).toEqual({ call: 'orders.handle' });
    expect(services.orders.memory).toBeUndefined();
    expect(workloads.users.requests).toEqual([{ name: 'ui', call: 'ui.handle' }]);
    expect(result.questions.join()).not.toContain('Which services do');
    const replaced = result.account.listed.filter(
      ({ reason }) => reason === 'a later definition replaces it',
    );
    expect(replaced.map(({ value }) => value)).toEqual(['1g', '81:80']);
  });

  it('asks for those that are not imported', () => {
    const { questions } = imported([override, base]);
    expect(questions[0]).toBe(
      'Which services do src/ui/docker-compose.yml and src/orders/docker-compose.yml define? src/app/docker-compose.yml needs them: docker compose -f src/app/docker-compose.yml config | faultline import -',
    );
  });

  it('takes services that no file gives an image for what their names say', () => {
    const changes = `
services:
  ui: { environment: { ORDERS: "http://orders:8080" } }
  orders: { environment: { DB: "orders-db:5432" }, ports: !override [] }
  orders-db: { ports: !override [] }
  checkout-redis: { ports: !override [] }
  rabbitmq: { ports: !override [] }
`;
    const result = imported([{ ...override, text: changes }, base]);
    loaded(result);
    const { services, databases, topics, workloads } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['ui', 'orders']);
    expect(databases).toMatchObject({
      'orders-db': { kind: 'generic' },
      'checkout-redis': { kind: 'redis' },
    });
    expect(topics.rabbitmq.kind).toBe('bus');
    expect(workloads.users.requests).toEqual([{ name: 'ui', call: 'ui.handle' }]);
  });
});

it('a service extends that of another Compose file, which runs nothing by itself in a folder', () => {
  const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });
  const result = imported([
    found('shop/common.yml', 'services: { base: { image: shop, mem_limit: 2g } }'),
    found(
      'shop/compose.yaml',
      'services: { web: { extends: { file: ./common.yml, service: base } } }',
    ),
  ]);
  loaded(result);
  const { services } = parse(result.scenario);
  expect(Object.keys(services)).toEqual(['web']);
  expect(services.web.memory.limit).toBe('2GiB');
});

it('a Compose file of a folder below with services of a larger one is left out', () => {
  const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });
  const { scenario, questions } = imported([
    found('a/compose.yaml', 'services: { cart: { image: dev, ports: [ "80:80" ] } }'),
    found(
      'compose.yaml',
      'services: { web: { image: web, ports: [ "80:80" ], depends_on: [ cart ] }, cart: { image: cart } }',
    ),
  ]);
  expect(parse(scenario).workloads.users.requests).toEqual([{ name: 'web', call: 'web.handle' }]);
  expect(questions[0]).toBe(
    'Does a/compose.yaml run too? Left out: 1 Compose file with services of another one. To merge it: faultline import compose.yaml a/compose.yaml',
  );
});
