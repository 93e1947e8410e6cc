import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cardLines } from '../../src/importing/card.js';
import type { SourceText } from '../../src/importing/cell.js';
import { deployed, fixtures, imported, loaded, source } from './support.js';

describe('a repository that runs one system in several ways', () => {
  it('has the services of Kubernetes once, and not those of Docker Compose again', () => {
    const result = imported(fixtures('ftgo'));
    const { services, databases, topics } = parse(result.scenario);
    expect([...Object.keys(services), ...Object.keys(databases), ...Object.keys(topics)]).toEqual([
      ...['ftgo-accounting-service', 'ftgo-api-gateway', 'ftgo-consumer-service'],
      ...['ftgo-kitchen-service', 'ftgo-order-history-service'],
      ...['ftgo-order-service', 'ftgo-restaurant-service', 'ftgo-zookeeper'],
      ...['ftgo-dynamodb-local', 'ftgo-mysql', 'ftgo-kafka'],
    ]);
    expect(result.questions[0]).toBe(
      'Do Kubernetes or Docker Compose run ftgo-consumer-service and the other services? Both have files here, ' +
        'and those of Kubernetes count: else import the Compose file alone',
    );
    // A service finds its brokers there, and asks it nothing for a request.
    expect(result.scenario).not.toMatch(/call: ftgo-zookeeper/);
    const compose = imported(fixtures('ftgo', ['docker-compose.yml']));
    expect(compose.questions.join()).not.toContain('Docker Compose');
    expect(Object.keys(parse(compose.scenario).services)).toContain('ftgo-consumer-service');
  });

  /** The shape of linkerd/linkerd-examples (Apache-2.0): examples of their own, each with Prometheus. */
  it('is two systems where only the tools that watch them have the same names', () => {
    const compose = `
services:
  shop: { image: acme/shop }
  prometheus: { image: prom/prometheus }
`;
    const prometheus = deployed(['prometheus']).replace('shop/prometheus', 'prom/prometheus');
    const result = imported([
      ...source(`${deployed(['cart'])}\n---${prometheus}`, 'k8s.yaml'),
      ...source(compose, 'compose.yaml'),
    ]);
    expect(Object.keys(parse(loaded(result) && result.scenario).services)).toEqual([
      'shop',
      'cart',
    ]);
    expect(result.questions.join()).not.toContain('Docker Compose run');
  });

  it('names the file that has a service of the one that it leaves out', () => {
    const file = (path: string, ...names: readonly string[]): SourceText => ({
      path,
      isFound: true,
      text: `services:\n${names.map((name) => `  ${name}: { image: acme/${name} }`).join('\n')}\n`,
    });
    const result = imported([
      file('a/compose.yml', 'web', 'shop'),
      file('b/compose.yml', 'shop', 'mail', 'stock'),
    ]);
    expect(result.questions[0]).toMatch(
      /To merge it: faultline import b\/compose.yml a\/compose.yml$/,
    );
  });

  it('has a workload once, whatever its kind, and not as patches of Kustomize have it', () => {
    const whole = deployed(['cart']);
    const set = whole.replace('kind: Deployment', 'kind: StatefulSet').replace('/cart', '/cart:2');
    const patch = whole
      .replace(', image: shop/cart', '')
      .replace('spec:\n', 'spec:\n  replicas: 9\n');
    const base: { path: string; text: string; isFound: true } = {
      path: 'base/kustomization.yaml',
      text: 'kind: Kustomization\nresources: [ cart.yaml ]',
      isFound: true,
    };
    const result = imported([
      base,
      ...source(whole, 'cart.yaml'),
      ...source(set.split('---')[0]!, 'set.yaml'),
      ...source(patch.split('---')[0]!.replace('Deployment', 'StatefulSet'), 'patch.yaml'),
    ]);
    const { services } = parse(result.scenario);
    expect(services.cart.replicas).toBeUndefined();
    expect(services.cart.lifecycle).toEqual({ onNodeLoss: 'wait' });
    expect(result.questions[0]).toBe(
      'Which overlay runs? Left out: 1 Kustomization, such as base/kustomization.yaml; the manifests count as they are. ' +
        'Import the output instead: kubectl kustomize OVERLAY | faultline import -',
    );
    expect(result.account.listed).toContainEqual(
      expect.objectContaining({
        value: '9',
        reason: 'a patch of Kustomize: import the output of kubectl kustomize',
      }),
    );
  });
});

describe('the shop of AKS', () => {
  const result = imported(fixtures('aks-store'));
  const { services, databases, gateways, workloads } = parse(result.scenario);

  it('has a database by the address of its caller, whose image has a name of its own', () => {
    expect(Object.keys(databases)).toEqual(['documentdb']);
    expect(databases.documentdb.kind).toBe('mongo');
    expect(services['makeline-service'].endpoints.handle.steps).toContainEqual({
      query: 'documentdb.query',
    });
  });

  it('has the route to a service of a namespace that only the address has', () => {
    expect(gateways['store-front-gateway-external'].routes).toEqual([
      { name: 'route-1', match: { path: '/*' }, to: 'store-front.handle' },
    ]);
    expect(workloads.users.requests.map(({ call }: { call: string }) => call)).toContain(
      'store-front-gateway-external',
    );
    loaded(result);
  });

  it('is asked about where no route of these files leads to a service', () => {
    const gateway = fixtures('aks-store', ['gateway.yaml'])[0]!;
    const other = { ...gateway, text: gateway.text.replaceAll('store-front.pets', 'shop.pets') };
    const one = imported([...source(deployed(['cart', 'web'])), other]);
    expect(one.questions).toContain(
      'Which services are behind store-front-gateway-external? No route of these files leads to one',
    );
  });
});

it('Spring PetClinic on Kubernetes has its databases by the first label of their hosts', () => {
  const result = imported(fixtures('petclinic-cloud'));
  const { services, databases } = parse(result.scenario);
  expect(Object.keys(services)).toEqual([
    ...['api-gateway', 'customers-service', 'vets-service', 'visits-service'],
  ]);
  expect(Object.keys(databases)).toEqual([
    ...['customers-db-mysql', 'vets-db-mysql', 'visits-db-mysql'],
  ]);
  // Where metrics go is no part of the system.
  expect(result.questions.join()).not.toContain('wavefront');
});

it('a program in front of a database is none, whatever its callers take it for', () => {
  const bouncer = deployed(['pgbouncer', 'orders']).replace(
    'image: shop/orders',
    'image: shop/orders, env: [ { name: DB_URL, value: "postgres://pgbouncer:6432/orders" } ]',
  );
  const { services, databases } = parse(imported(source(bouncer)).scenario);
  expect(Object.keys(services)).toEqual(['pgbouncer', 'orders']);
  expect(databases).toBeUndefined();
});

it('a Compose service is a database by the address of its caller', () => {
  const text = `
services:
  orders: { image: shop/orders, environment: { DATABASE_URL: "postgresql+asyncpg://app:secret@ledger:5432/orders" } }
  ledger: { image: shop/ledger }
`;
  const { databases } = parse(imported(source(text, 'compose.yaml')).scenario);
  expect(databases.ledger.kind).toBe('postgres');
});

describe('a folder', () => {
  const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });

  it('with files that are no documents is read without them, and each is listed with its place', () => {
    const data = found('src/ratings.json', '{ rating: 5 }\n{ rating: 4 }\n');
    const broken = found('k8s/web.yaml', 'kind: Deployment\n  metadata: {\n');
    const result = imported([data, broken, ...source(deployed(['web']))]);
    expect(Object.keys(parse(result.scenario).services)).toEqual(['web']);
    expect(result.leftOut).toHaveLength(2);
    expect(result.leftOut[0]).toMatch(/^src\/ratings\.json:2: is not valid JSON: /);
    expect(result.leftOut[1]).toMatch(/^k8s\/web\.yaml:\d: is not valid YAML: /);
    expect(cardLines(result, 'out.yaml')).toContain(`  ${result.leftOut[1]}`);
    expect(() => imported([broken])).toThrow(/\nleft out: k8s\/web\.yaml:\d: is not valid YAML/);
  });

  it.each([
    ['a database alone', deployed(['carts']).replace('shop/carts', 'mongo')],
    ['a gateway alone', fixtures('aks-store', ['gateway.yaml'])[0]!.text],
  ])('with %s runs no service, so that no scenario is written', (_, text) => {
    expect(() => imported(source(text))).toThrow(
      /^nothing in test\.yaml runs a service\nImport what says which services run: .* run none$/,
    );
  });

  /** As in dotnet/eShop: the services are in a program, and its files are settings. */
  it('names the command that writes the services of Aspire as files', () => {
    const settings = ['eShop.AppHost', 'Basket.API', 'Catalog.API', 'WebApp'].map((name) => ({
      path: `src/${name}/appsettings.json`,
      text: '{ "Logging": { "LogLevel": { "Default": "Information" } } }',
    }));
    expect(() => imported(settings)).toThrow(
      /Catalog\.API\/appsettings\.json and 1 more file runs a service\n.*\n.*aspire publish -o compose/,
    );
  });
});

it('a pod without time to end is killed at once', () => {
  const text = deployed(['web']).replace(
    'spec: { containers:',
    'spec: { terminationGracePeriodSeconds: 0, containers:',
  );
  const result = imported(source(text));
  expect(parse(result.scenario).services.web.lifecycle.terminationGrace).toBe('1ms');
  loaded(result);
  const compose = imported(
    source('services: { web: { image: web, stop_grace_period: 0s } }', 'compose.yaml'),
  );
  expect(parse(compose.scenario).services.web.lifecycle.terminationGrace).toBe('1ms');
});

it('an entrance with the name of a metric is a request with another name', () => {
  const text = `
services:
  proxy: { image: nginx, ports: [ "80:80" ], depends_on: [ backend ] }
  backend: { image: shop/backend }
`;
  const result = imported(source(text, 'compose.yaml'));
  expect(parse(result.scenario).workloads.users.requests).toEqual([
    { name: 'proxy-request', call: 'proxy.handle' },
  ]);
  loaded(result);
});

it('a port of Envoy for its own statistics is no service behind it', () => {
  const manager = (path: string, cluster: string): string => `
      filter_chains:
        - filters:
            - typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                route_config: { virtual_hosts: [ { domains: [ '*' ], routes: [ { match: { prefix: ${path} }, route: { cluster: ${cluster} } } ] } ] }`;
  const listener = (port: number): string =>
    `\n    - address: { socket_address: { address: 0.0.0.0, port_value: ${port} } }`;
  const cluster = (name: string, address: string, port: number): string =>
    `\n    - { name: ${name}, load_assignment: { cluster_name: ${name}, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: ${address}, port_value: ${port} } } } } ] } ] } }`;
  const envoy = `
static_resources:
  listeners:${listener(9902)}${manager('/stats', 'front')}${listener(10000)}${manager('/', 'service')}
  clusters:${cluster('front', '127.0.0.1', 9901)}${cluster('service', 'service', 8080)}
`;
  const compose = `
services:
  front: { image: 'envoyproxy/envoy:v1.30', ports: [ '10000:10000' ], volumes: [ './envoy.yaml:/etc/envoy/envoy.yaml' ] }
  service: { image: nginx }
`;
  const result = imported([
    { path: 'envoy.yaml', text: envoy },
    { path: 'compose.yaml', text: compose },
  ]);
  loaded(result);
  const { gateways } = parse(result.scenario);
  const routes = Object.values<{ routes: { to: string }[] }>(gateways).flatMap((one) => one.routes);
  expect(routes.map(({ to }) => to)).toContain('service.handle');
  expect(routes.filter(({ to }) => to.startsWith('front'))).toEqual([]);
});

describe('a tool, a store and their owner', () => {
  const pod = (name: string, image: string, resources = '{}'): string => `
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, image: '${image}', resources: ${resources} } ] }`;

  it('is no service where Docker Compose runs the system, even if manifests have nothing else', () => {
    const { scenario } = imported([
      {
        path: 'docker-compose.yml',
        text: 'services: { web: { image: robotshop/web }, cart: { image: robotshop/cart } }',
      },
      { path: 'k8s/fluentd.yaml', text: pod('fluentd', 'robotshop/fluentd') },
    ]);
    expect(Object.keys(parse(scenario).services)).toEqual(['web', 'cart']);
  });

  it.each(['k8s.gcr.io/fluentd-elasticsearch:v2.2.0', 'docker.elastic.co/kibana/kibana-oss:6.2.4'])(
    'is known by its image: %s',
    (image) => {
      const { scenario } = imported(source(pod('web', 'x') + pod('logs', image)));
      expect(Object.keys(parse(scenario).services)).toEqual(['web']);
    },
  );

  it('is a database of the service of its name with the word service, whose requests are no quantities of it', () => {
    const { scenario, account } = imported(
      source(
        pod('ts-user-service', 'x') +
          pod('ts-user-mongo', 'mongo', '{ requests: { cpu: 50m, memory: 100Mi } }'),
      ),
    );
    expect(parse(scenario).services['ts-user-service'].endpoints.handle.steps[1]).toEqual({
      query: 'ts-user-mongo.query',
    });
    const reasons = account.listed.filter(({ path }) => path.includes('requests'));
    expect(reasons.map(({ reason }) => reason)).toEqual(
      Array(2).fill('a database of the language has cores, connections and replicas'),
    );
  });
});

describe('files of a repository that are no part of its system', () => {
  const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });

  /** The shapes of zulip/docker-zulip (Apache-2.0) and open-telemetry/opentelemetry-demo (Apache-2.0). */
  it('are Compose files of tests, whether they have more services or those of others', () => {
    const compose = found(
      'shop/compose.yaml',
      'services: { web: { image: shop/web }, db: { image: postgres } }',
    );
    const tests = [
      found(
        'shop/ci/tls/compose.yaml',
        'services: { web: { environment: [ A=1 ] }, db: { command: x }, acme: { image: acme } }',
      ),
      found(
        'shop/compose.tests.yaml',
        'services: { checks: { image: shop/checks, depends_on: [ web ] } }',
      ),
      // The shape of dotnet-architecture/eShopOnContainers (MIT).
      found('shop/docker-compose-tests.override.yml', 'services: { web-test: { image: web } }'),
      found('shop/compose.local-e2e.yml', 'services: { pages-test: { image: pages } }'),
    ];
    const { scenario, account } = imported([tests[0]!, compose, ...tests.slice(1)]);
    expect(Object.keys(parse(scenario).services)).toEqual(['web']);
    expect(parse(scenario).databases.db.kind).toBe('postgres');
    expect(
      account.listed.filter(({ reason }) => reason === 'a Compose file of tests'),
    ).toHaveLength(7);
    // Where a folder has nothing else, they are the system.
    const alone = parse(imported([tests[1]!]).scenario);
    expect(Object.keys(alone.services)).toEqual(['checks']);
  });

  /** The shape of rajadilipkolli/spring-boot-microservices-series-v2 (Apache-2.0): Kustomize chooses the patched objects by their labels. */
  it('are patches without an image, whatever their names', () => {
    const patch = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: all-deployments }
spec: { template: { spec: { containers: [ { name: app, env: [ { name: A, value: b } ] } ] } } }`;
    const { scenario, account } = imported([
      found('base/web.yaml', deployed(['web'])),
      found('base/env-patch.yaml', patch),
    ]);
    expect(Object.keys(parse(scenario).services)).toEqual(['web']);
    const [listed] = account.listed.filter(({ path }) => path.endsWith('env[0].value'));
    expect(listed!.reason).toMatch(/^a patch of Kustomize/);
  });

  it('are settings of Loki and Tempo, whose server is none of Spring', () => {
    const { scenario, questions } = imported([
      ...source(deployed(['web'])),
      found(
        'configs/loki-config.yaml',
        'server: { http_listen_port: 3100 }\ncommon: { path_prefix: /loki }',
      ),
    ]);
    expect(Object.keys(parse(scenario).services)).toEqual(['web']);
    expect(questions.join()).not.toContain('loki');
  });
});

describe('a process on which no port is open', () => {
  const compose = `
services:
  web: { image: shop/web, ports: [ "80:80" ], environment: [ DB=postgres://db/x, MQ=amqp://rabbitmq:5672 ] }
  mailer: { image: shop/mailer, environment: [ MQ=amqp://rabbitmq:5672 ] }
  db: { image: postgres }
  rabbitmq: { image: rabbitmq }
`;
  const read = (more = '', text = compose): { questions: readonly string[]; file: any } => {
    const result = imported(source(`${text}${more}`, 'compose.yaml'));
    loaded(result);
    return { questions: result.questions, file: parse(result.scenario) };
  };
  const called = ({ file }: ReturnType<typeof read>): readonly string[] =>
    file.workloads.users.requests.map(({ call }: { call: string }) => call);

  it('handles the messages of a broker, if it is the only one of these that names it', () => {
    const result = read();
    expect(called(result)).toEqual(['web.handle']);
    expect(result.file.topics.rabbitmq.subscribers).toEqual([
      { group: 'mailer', call: 'mailer.handle' },
    ]);
    expect(result.file.services.mailer.endpoints.handle.steps).toHaveLength(1);
    expect(result.questions.join()).toContain('Does mailer handle the messages of rabbitmq');
  });

  /** The shape of getsentry/self-hosted: dozens of consumers beside an nginx. */
  it('has no load of users, and the card asks what makes it work', () => {
    const result = read(
      '  audit: { image: shop/audit, environment: [ MQ=amqp://rabbitmq:5672 ] }\n',
    );
    expect(called(result)).toEqual(['web.handle']);
    expect(result.file.topics.rabbitmq.subscribers).toBeUndefined();
    expect(result.questions.join()).toContain(
      'Which messages, jobs or schedule start the work of mailer and audit?',
    );
  });

  it('may get requests of users where nothing else leads on, or a proxy finds it', () => {
    const open = compose.replace('ports: [ "80:80" ], ', '');
    expect(called(read('', open))).toEqual(['web.handle', 'mailer.handle']);
    const found = compose.replace(
      'shop/mailer, environment: [',
      'shop/mailer, environment: [ VIRTUAL_HOST=a.example,',
    );
    expect(called(read('', found))).toEqual(['web.handle', 'mailer.handle']);
  });
});

/** The shape of rajadilipkolli/spring-boot-microservices-series-v2 (Apache-2.0): a web application behind the gateway that it calls. */
it('a call of a gateway has the path of a route: without one it would find none', () => {
  const routes =
    'spring: { application: { name: edge }, cloud: { gateway: { routes: [ { id: o, uri: "http://orders:80", predicates: [ Path=/orders/** ] } ] } } }';
  const compose = `
services:
  web: { image: shop/web, ports: [ "80:80" ], environment: [ API=http://edge:8080 ] }
  edge: { image: shop/edge }
  orders: { image: shop/orders }
`;
  const result = imported([
    ...source(compose, 'compose.yaml'),
    { path: 'edge/application.yml', text: routes },
  ]);
  loaded(result);
  const [, call] = parse(result.scenario).services.web.endpoints.handle.steps;
  expect(call).toEqual({ call: { to: 'edge', path: '/orders' } });
});

/** The shapes of DescartesResearch/TeaStore and GoogleCloudPlatform/microservices-demo (Apache-2.0). */
describe('a folder with several deployments of the same services', () => {
  const names = ['tea-web', 'tea-auth', 'tea-image', 'tea-db'];
  const found = (path: string, text: string): SourceText => ({ path, text, isFound: true });
  const servicesOf = (files: readonly SourceText[]) => {
    const result = imported(files);
    const { services } = parse(loaded(result) && result.scenario);
    return { result, services: Object.keys(services), first: cardLines(result, 'out.yaml')[0] };
  };
  const all = deployed(names);
  const compose = `services:\n${names.map((name) => `  ${name.slice(4)}: { image: acme/${name} }\n`).join('')}`;

  it('takes one of them, and says so first', () => {
    const { result, services, first } = servicesOf([
      found('tea/docker/compose.yaml', compose),
      found('tea/k8s/ribbon-rabbit.yaml', all.replaceAll('shop/', 'other/')),
      found('tea/k8s/ribbon.yaml', all),
      found('tea/k8s/single.yaml', deployed(['tea-all'])),
      found('tea/old/all.yaml', deployed([...names, 'tea-login'])),
    ]);
    expect(services).toEqual(names);
    expect(result.deployments).toEqual([
      {
        taken: 'tea/k8s/ribbon.yaml',
        others: ['tea/docker/compose.yaml', 'tea/old/all.yaml', 'tea/k8s/ribbon-rabbit.yaml'],
      },
    ]);
    expect(first).toBe(
      '4 deployments of the same services: tea/k8s/ribbon.yaml is taken (in this order: Kubernetes, no folder of old files, ' +
        'the most workloads, the fewest folders, the shortest path). Others: tea/docker/compose.yaml, tea/old/all.yaml and 1 more. ' +
        'To take another one: faultline import tea/docker/compose.yaml',
    );
    expect(result.questions).toContain(
      'Does tea/k8s/single.yaml run too? Nothing in tea/k8s/ribbon.yaml names it: if so, faultline import tea/k8s/ribbon.yaml tea/k8s/single.yaml',
    );
  });

  it('has nothing of Components of Kustomize, which are optional', () => {
    const { services, result } = servicesOf([
      ...names.map((name) => found(`shop/kustomize/base/${name}.yaml`, deployed([name]))),
      ...names.map((name) => found(`shop/manifests/${name}.yaml`, deployed([name]))),
      found('shop/kustomize/components/chat/kustomization.yaml', 'kind: Component\n'),
      found('shop/kustomize/components/chat/chat.yaml', deployed(['tea-chat'])),
    ]);
    expect(services).toEqual(names);
    expect(result.deployments).toEqual([
      { taken: 'shop/manifests', others: ['shop/kustomize/base'] },
    ]);
  });

  it('is one system where files are named, or folders have two services in common', () => {
    const apart = servicesOf([
      found('a/all.yaml', deployed(['tea-web', 'tea-auth', 'tea-image'])),
      found('b/all.yaml', deployed(['tea-web', 'tea-auth', 'tea-db'])),
    ]);
    expect([[...apart.services].sort(), apart.result.deployments]).toEqual([[...names].sort(), []]);
    const named = [...source(all, 'a.yaml'), ...source(deployed([...names, 'more']), 'b.yaml')];
    expect(imported(named).deployments).toEqual([]);
  });
});

it('is a service with an image of a program with a tool, such as `orders-with-jaeger`', () => {
  const text = deployed(['orders']).replace('shop/orders', 'shop/orders-with-jaeger:v1');
  const web = deployed(['web']);
  // A mirror of registries writes their names before that of the image.
  const logs = deployed(['logs']).replace('shop/logs', 'mirror/docker_elastic_co_kibana-oss:v6');
  const all = `${web}\n---${text}\n---${logs}`;
  expect(Object.keys(parse(imported(source(all)).scenario).services)).toEqual(['web', 'orders']);
});
