import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fixtures, imported, loaded, source } from './support.js';

/** The scenario of a text as plain values. */
function scenarioOf(text: string): any {
  const result = imported(source(text));
  loaded(result);
  return parse(result.scenario);
}

function deployment(name: string, spec = '', container = ''): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  ${spec}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: main
          image: example/${name}:1
          ${container}
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [ { port: 80 } ] }
`;
}

describe('a Deployment', () => {
  it('gives replicas, the quota, memory, requests, probes and the end of a process', () => {
    const container = `
          resources: { requests: { cpu: 250m, memory: 128Mi }, limits: { cpu: 1500m, memory: 1Gi } }
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 5, successThreshold: 2, failureThreshold: 4 }
          livenessProbe: { tcpSocket: { port: 80 }, timeoutSeconds: 3, initialDelaySeconds: 40 }
          lifecycle: { preStop: { exec: { command: [sleep, "10"] } } }`;
    const { services } = scenarioOf(deployment('order', 'replicas: 3', container.trim()));
    expect(services.order).toMatchObject({
      replicas: 3,
      cpu: { cores: 4, quota: { limit: 1.5 } },
      memory: { limit: '1GiB' },
      resources: { requests: { cpu: 0.25, memory: '128MiB' } },
      probes: {
        readiness: { period: '5s', successThreshold: 2, failureThreshold: 4 },
        liveness: { timeout: '3s', initialDelay: '40s' },
      },
      lifecycle: { preStop: '10s', terminationGrace: '45s' },
    });
  });

  it('can use more cores than a node has by guess, if its limit is higher', () => {
    const { services } = scenarioOf(deployment('big', '', 'resources: { limits: { cpu: 6500m } }'));
    expect(services.big.cpu).toEqual({ cores: 7, quota: { limit: 6.5 } });
  });

  it('of Redis, PostgreSQL and the like is a database', () => {
    const { databases } = scenarioOf(
      `${deployment('shop')}---${deployment('cart', 'replicas: 3').replace('example/cart:1', 'redis:7-alpine')}`,
    );
    expect(databases.cart).toMatchObject({ kind: 'redis', replicas: 2, cpu: 1 });
  });

  it.each([
    ['amazon/dynamodb-local:2.5.2', 'generic'],
    ['pgvector/pgvector:pg16', 'postgres'],
    ['minio/minio:RELEASE.2024-05-10', 'generic'],
    ['localstack/localstack', 'generic'],
    ['clickhouse/clickhouse-server:24', 'generic'],
    ['cassandra:5.0.4', 'generic'],
    ['mcr.microsoft.com/mssql/server:2022-latest', 'generic'],
    ['memcached:1.6-alpine', 'generic'],
    ['docker.elastic.co/elasticsearch/elasticsearch:8.11.1', 'elasticsearch'],
    // Programs beside them.
    ['minio/mc:latest', undefined],
    ['clickhouse/clickhouse-keeper:24', undefined],
    ['redpandadata/console', undefined],
    ['redisdeveloper/rmdb-streams-to-redis-hashes:1.0.0', undefined],
  ])('with the image %s is a database of kind %s', (image, kind) => {
    const { databases } = scenarioOf(
      `${deployment('shop')}---${deployment('store').replace('example/cart:1', image).replace('example/store:1', image)}`,
    );
    expect(databases?.store?.kind).toBe(kind);
  });

  it('calls what an address in its environment names', () => {
    const env = `
          env:
            - { name: CART_ADDR, value: "cart:7070" }
            - { name: PRICES_URL, value: "http://prices.default.svc.cluster.local/api" }
            - { name: MODE, value: stock }
            - { name: NONE_ADDR, value: "elsewhere:80" }`;
    const text = [
      deployment('web', '', env.trim()),
      ...['cart', 'prices', 'stock'].map((name) => deployment(name)),
    ].join('---');
    const { services, workloads } = scenarioOf(text);
    const calls = services.web.endpoints.handle.steps.slice(1);
    expect(calls).toEqual([{ call: 'cart.handle' }, { call: 'prices.handle' }]);
    // Nothing is known to call the stock, so it gets load of its own.
    const called = workloads.users.requests.map(({ call }: { call: string }) => call);
    expect(called).toEqual(['web.handle', 'stock.handle']);
  });

  it.each([
    [
      'type: prometheus, metadata: { query: up }',
      'its trigger is prometheus: write at mailer autoscaling with a metric like it, such as { metric: concurrency, target: 10, min: 1, max: 10 }',
    ],
  ])('lists a ScaledObject of KEDA with the line to write: %s', (trigger, reason) => {
    const text = `${deployment('mailer')}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: mailer }
spec:
  scaleTargetRef: { name: mailer }
  minReplicaCount: 1
  maxReplicaCount: 10
  triggers: [ { ${trigger} } ]
`;
    const { account } = imported(source(text));
    expect(account.listed.map((one) => one.reason)).toContain(reason);
  });

  it('does not call back: the call that would close a circle is listed', () => {
    const env = (host: string): string => `env: [ { name: PEER_ADDR, value: "${host}:80" } ]`;
    const text = `${deployment('a', '', env('b'))}---${deployment('b', '', env('a'))}`;
    const { account, scenario } = imported(source(text));
    expect(scenario).toContain('call: b.handle');
    expect(scenario).not.toContain('- call: a.handle');
    expect(account.listed.map(({ reason }) => reason)).toContain(
      'a call from b to a would lead back to its caller',
    );
  });

  it('keeps names apart that two namespaces share', () => {
    const other = deployment('order').replaceAll(
      'metadata: { name: order }',
      'metadata: { name: order, namespace: b }',
    );
    const { services } = scenarioOf(`${deployment('order')}---${other}`);
    expect(Object.keys(services)).toEqual(['order', 'order-b']);
  });
});

describe('a List, as kubectl prints it', () => {
  it('is read item by item, also as JSON', () => {
    const item = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'order.v1' },
      spec: {
        template: { metadata: { labels: {} }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      },
    };
    const result = imported(
      source(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item] })),
    );
    expect(Object.keys(parse(result.scenario).services)).toEqual(['order-v1']);
    expect([...result.renamed]).toEqual([['order.v1', 'order-v1']]);
    expect(result.account.values).toBe(7);
  });
});

describe('Online Boutique', () => {
  const result = imported(fixtures('online-boutique'));
  const { services, databases, workloads } = parse(result.scenario);

  it('has its ten services, its store and its load generator as a workload', () => {
    expect(Object.keys(services)).toHaveLength(10);
    expect(Object.keys(databases)).toEqual(['redis-cart']);
    expect(workloads.users.requests).toEqual([{ name: 'frontend', call: 'frontend.handle' }]);
  });

  it('has the fifteen calls of its addresses, each with its line', () => {
    const steps = Object.values<any>(services).flatMap(({ endpoints }) => endpoints.handle.steps);
    expect(steps.filter((step) => 'call' in step || 'query' in step)).toHaveLength(15);
    expect(result.scenario).toMatch(
      /- query: redis-cart\.query {2}# online-boutique\/kubernetes-manifests\.yaml:\d+, guess/,
    );
  });
});

describe('Bookinfo', () => {
  const { services } = parse(imported(fixtures('bookinfo', ['bookinfo.yaml'])).scenario);

  it('has three versions of reviews behind one name', () => {
    expect(services.reviews.replicas).toEqual({ v1: 1, v2: 1, v3: 1 });
    expect(Object.keys(services.reviews.versions)).toEqual(['v1', 'v2', 'v3']);
    expect(Object.keys(services)).toEqual(['reviews', 'details', 'ratings', 'productpage']);
  });
});

describe('the strategy of a Deployment', () => {
  const listed = (text: string): readonly string[] =>
    imported(source(text)).account.listed.map(({ path, reason }) => `${path}: ${reason}`);

  it('is a rollout at rest', () => {
    const spec =
      'strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 25%, maxUnavailable: 0 } }\n  minReadySeconds: 5';
    expect(scenarioOf(deployment('web', spec)).services.web.rollout).toEqual({
      kind: 'rolling',
      maxSurge: '25%',
      maxUnavailable: 0,
      minReady: '5s',
    });
    const recreate = 'strategy: { type: Recreate }';
    expect(scenarioOf(deployment('web', recreate)).services.web.rollout).toEqual({
      kind: 'recreate',
    });
  });

  it('is none that is not written', () => {
    expect(scenarioOf(deployment('web')).services.web.rollout).toBeUndefined();
  });

  it('of a set replaces one pod at a time', () => {
    const set = deployment('web', 'updateStrategy: { type: RollingUpdate }').replace(
      'kind: Deployment',
      'kind: StatefulSet',
    );
    expect(scenarioOf(set).services.web.rollout).toEqual({
      kind: 'rolling',
      maxSurge: 0,
      maxUnavailable: 1,
    });
    const byHand = set.replace('RollingUpdate', 'OnDelete');
    expect(scenarioOf(byHand).services.web.rollout).toBeUndefined();
    expect(listed(byHand)).toContain(
      'spec.updateStrategy.type: pods are replaced by hand: no rollout does it',
    );
  });
});

describe('a pod on a lost node', () => {
  it.each([
    ['Deployment', undefined],
    ['ReplicaSet', undefined],
    ['StatefulSet', 'wait'],
    ['DaemonSet', 'wait'],
  ])('of a %s: %s', (kind, onNodeLoss) => {
    const text = deployment('web').replace('kind: Deployment', `kind: ${kind}`);
    expect(scenarioOf(text).services.web.lifecycle).toEqual({
      terminationGrace: '45s',
      ...(onNodeLoss !== undefined && { onNodeLoss }),
    });
    const { account } = imported(source(text));
    const kinds = account.listed.filter(({ path }) => path === 'kind');
    // That of the Service remains, and that of a Deployment.
    expect(kinds).toHaveLength(onNodeLoss === undefined ? 2 : 1);
  });

  it('is a matter of each version', () => {
    const second = deployment('next').replaceAll('app: next', 'app: web');
    const text = `${deployment('web')}---${second.replace('kind: Deployment', 'kind: StatefulSet').split('---')[0]!}`;
    const { web } = scenarioOf(text).services;
    expect(web.lifecycle).toEqual({ terminationGrace: '45s' });
    expect(web.versions.next.lifecycle).toEqual({ terminationGrace: '45s', onNodeLoss: 'wait' });
  });
});

describe('a PodDisruptionBudget', () => {
  const budget = (spec: string, labels = '{ app: web }'): string =>
    `${deployment('web', 'replicas: 4')}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { ${spec}, selector: { matchLabels: ${labels} } }
`;

  it.each([
    ['maxUnavailable: 1', { maxUnavailable: 1 }],
    ['minAvailable: 50%', { minAvailable: '50%' }],
  ])('gives the budget of the component: %s', (spec, wanted) => {
    expect(scenarioOf(budget(spec)).services.web.disruptionBudget).toEqual(wanted);
  });

  it('of other pods is listed', () => {
    const text = budget('maxUnavailable: 1', '{ app: other }');
    expect(scenarioOf(text).services.web.disruptionBudget).toBeUndefined();
    expect(imported(source(text)).account.listed.map(({ reason }) => reason)).toContain(
      'no workload of these files has the labels of this budget, or it is a database',
    );
  });
});

describe('a topology spread constraint', () => {
  const spread = (key: string): string =>
    deployment('web', 'replicas: 6').replace(
      '      containers:',
      `      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: ${key}, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
      containers:`,
    );

  it('over zones puts the instances in three zones, whose names are guesses', () => {
    const result = imported(source(spread('topology.kubernetes.io/zone')));
    const { zones } = loaded(result).variants[0]!.scenario.services.get('web')!;
    expect(zones).toEqual(['zone-a', 'zone-b', 'zone-c', 'zone-a', 'zone-b', 'zone-c']);
    expect(result.scenario).toMatch(/- zone-a {2}# test\.yaml:\d+, guess\n {6}- zone-b {2}# guess/);
  });

  it('over nodes is listed', () => {
    const { account } = imported(source(spread('kubernetes.io/hostname')));
    expect(account.listed.map(({ reason }) => reason)).toContain(
      'nodes have no names in a scenario',
    );
  });
});

describe('the environment of a container', () => {
  const pods = (kind: string, name: string, container: string, spec = ''): string => `---
apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec:
  ${spec}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, ${container} } ] }
`;
  const database = pods(
    'StatefulSet',
    'pg',
    'image: "postgres:16", args: [ -c, max_connections=50 ]',
    'serviceName: pg-main',
  );

  it('names pods whose Service is in other files', () => {
    const text =
      pods('Deployment', 'web', 'image: web, env: [ { name: DB_HOST, value: pg-main.shop } ]') +
      pods('Deployment', 'jobs', 'image: jobs, env: [ { name: CACHE_HOST, value: cache } ]') +
      pods('Deployment', 'cache', 'image: "redis:7"') +
      database;
    const { services, databases } = scenarioOf(text);
    expect(services.web.endpoints.handle.steps).toContainEqual({ query: 'pg.query' });
    expect(services.jobs.endpoints.handle.steps).toContainEqual({ query: 'cache.query' });
    expect(databases.pg.maxConnections).toBe(50);
  });

  it.each([
    ['SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE', 'SERVER_TOMCAT_THREADS_MAX'],
    ['SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE', 'server.tomcat.threads.max'],
  ])('has settings of Spring: %s, %s', (pool, threads) => {
    const env = `{ name: SPRING_DATASOURCE_URL, value: "jdbc:postgresql://pg-main:5432/shop" }, { name: ${pool}, value: "12" }, { name: ${threads}, value: "40" }`;
    const text = pods('Deployment', 'web', `image: web, env: [ ${env} ]`) + database;
    const { services, databases } = scenarioOf(text);
    expect(services.web.concurrency).toBe(40);
    expect(databases.pg.pools).toEqual({ web: { kind: 'hikari', maximumPoolSize: 12 } });
  });
});

describe('a database with an image of its own', () => {
  const pods = (name: string, port: number): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, image: "shop/${name}:1", ports: [ { containerPort: ${port} } ] } ] }
`;

  it('is known by the port it listens on, and belongs to the service of its name', () => {
    const { services, databases } = scenarioOf(
      pods('carts', 80) + pods('carts-db', 27017) + pods('session-db', 6379),
    );
    expect(databases['carts-db'].kind).toBe('mongo');
    expect(databases['session-db'].kind).toBe('redis');
    expect(services.carts.endpoints.handle.steps).toContainEqual({ query: 'carts-db.query' });
    const { services: named } = scenarioOf(pods('geo', 80) + pods('mongodb-geo', 27017));
    expect(named.geo.endpoints.handle.steps).toContainEqual({ query: 'mongodb-geo.query' });
  });

  it('asks about one suggested call in the singular', () => {
    const { questions } = imported(source(pods('carts', 80) + pods('carts-db', 27017)));
    expect(questions).toContain(
      'Does each request make the suggested call, and how often? Traces would say it.',
    );
  });

  it('belongs to no service by its name, if another one has its address', () => {
    const address = 'image: "shop/web:1", env: [ { name: DB_HOST, value: carts-db } ]';
    const web = pods('web', 80).replace('image: "shop/web:1"', address);
    const { services } = scenarioOf(web + pods('carts', 80) + pods('carts-db', 27017));
    expect(services.web.endpoints.handle.steps).toContainEqual({ query: 'carts-db.query' });
    expect(services.carts.endpoints.handle.steps).toHaveLength(1);
  });
});

describe('a Rollout of Argo', () => {
  const rollout = (strategy: string): any => {
    const text = deployment('web', `replicas: 5\n  minReadySeconds: 20\n  strategy: ${strategy}`)
      .replace('apps/v1', 'argoproj.io/v1alpha1')
      .replace('kind: Deployment', 'kind: Rollout');
    return scenarioOf(text).services.web;
  };

  it('is a service with its canary at rest', () => {
    const steps =
      '[ { setWeight: 20 }, { pause: {} }, { setCanaryScale: { weight: 40 } }, { pause: { duration: 40s } }, { setWeight: 60 }, { pause: { duration: 20 } }, { analysis: {} } ]';
    const web = rollout(`{ canary: { maxSurge: 1, steps: ${steps} } }`);
    expect(web.replicas).toBe(5);
    const written = [
      { weight: '20%' },
      { pause: 'none' },
      { scale: '40%' },
      { pause: '40s' },
      { weight: '60%' },
      { pause: '20s' },
    ];
    expect(web.rollout).toEqual({
      ...{ kind: 'canary', routing: 'replicas', maxSurge: 1, minReady: '20s', steps: written },
    });
    const routed = rollout(
      `{ canary: { trafficRouting: { istio: {} }, steps: [ { setWeight: 5 } ] } }`,
    );
    expect(routed.rollout).toMatchObject({ routing: 'weighted', steps: [{ weight: '5%' }] });
  });

  it('is blue-green, or a rolling update without steps', () => {
    const strategy =
      '{ autoPromotionEnabled: false, previewReplicaCount: 1, scaleDownDelaySeconds: 60 }';
    expect(rollout(`{ blueGreen: ${strategy} }`).rollout).toEqual({
      ...{ kind: 'blueGreen', minReady: '20s', preview: 1, autoPromotion: false },
      scaleDownDelay: '60s',
    });
    expect(rollout('{ canary: { maxSurge: 20% } }').rollout).toEqual({
      ...{ kind: 'rolling', maxSurge: '20%', minReady: '20s' },
    });
  });
});

describe('a Helm template', () => {
  const template = { path: 'chart/templates/web.yaml', text: 'kind: {{ .Values.kind }}\n' };

  it('in a folder is left out, with a question, and is refused if there is nothing else', () => {
    const found = [{ ...template, isFound: true }, ...source(deployment('web'))];
    expect(imported(found).questions.join('\n')).toContain(
      'Left out: 1 Helm template, such as chart/templates/web.yaml.',
    );
    expect(() => imported([template, ...source(deployment('web'))])).toThrow('is a Helm template');
    const alone = { ...template, isFound: true };
    expect(() => imported([alone])).toThrow('is a Helm template');
    const chart = { path: 'chart/values.yaml', text: 'replicas: 3', isFound: true };
    expect(() => imported([chart, alone])).toThrow('is a Helm template');
  });
});

describe('an object of two files', () => {
  it('is that of the last one, and no second version', () => {
    const orders = (replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  replicas: ${replicas}
  template: { metadata: { labels: { app: orders } }, spec: { containers: [ { name: orders } ] } }
---
apiVersion: v1
kind: Service
metadata: { name: orders }
spec: { selector: { app: orders } }
`;
    const result = imported([
      { path: 'a.yaml', text: orders(2) },
      { path: 'b.yaml', text: orders(3) },
    ]);
    const { services }: any = parse(result.scenario);
    expect(services.orders).toMatchObject({ replicas: 3 });
    expect(services.orders).not.toHaveProperty('versions');
    const { listed } = result.account;
    const replicas = listed.find(
      ({ place, path }) => place.startsWith('a.yaml') && /replicas$/.test(path),
    );
    expect(replicas?.reason).toBe('the same object is defined again, and the later one counts');
  });
});
