import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SourceText } from '../../src/importing/cell.js';
import type { Imported } from '../../src/importing/import.js';
import { deployed, imported, loaded, source } from './support.js';

function read(sources: readonly SourceText[]): {
  readonly result: Imported;
  readonly scenario: any;
} {
  const result = imported(sources);
  loaded(result);
  return { result, scenario: parse(result.scenario) };
}

function found(path: string, text: string): SourceText {
  return { path, text, isFound: true };
}

const owned = (kind: string, name: string, ownerKind: string, owner: string): string => `
apiVersion: ${kind === 'Pod' ? 'v1' : 'apps/v1'}
kind: ${kind}
metadata:
  name: ${name}
  labels: { app: web }
  ownerReferences: [ { kind: ${ownerKind}, name: ${owner}, controller: true } ]
spec:
  ${kind === 'Pod' ? 'containers: [ { name: main, image: shop/web } ]' : 'replicas: 3\n  template: { metadata: { labels: { app: web } }, spec: { containers: [ { name: main, image: shop/web } ] } }'}
`;

describe('all objects of a cluster, as kubectl get all -o yaml lists them', () => {
  it('have one component of a Deployment, its ReplicaSets and its pods', () => {
    const text = [
      deployed(['web']),
      owned('ReplicaSet', 'web-5d4f8', 'Deployment', 'web'),
      owned('Pod', 'web-5d4f8-x7k2p', 'ReplicaSet', 'web-5d4f8'),
      owned('Pod', 'migrate-h2x9z', 'Job', 'migrate'),
    ].join('\n---');
    const { result, scenario } = read(source(text));
    expect(Object.keys(scenario.services)).toEqual(['web']);
    expect(scenario.services.web.versions).toBeUndefined();
    const reasons = new Set(result.account.listed.map(({ reason }) => reason));
    expect(reasons).toContain('part of web, which counts');
    expect(reasons).toContain('part of web-5d4f8, which counts');
  });

  it('keep a Deployment that an operator owns by an object of the same name', () => {
    const text = deployed(['web']).replace(
      'metadata: { name: web }',
      'metadata: { name: web, ownerReferences: [ { kind: Shop, name: web, controller: true } ] }',
    );
    expect(Object.keys(read(source(text)).scenario.services)).toEqual(['web']);
  });

  it('have a pod by itself as a service', () => {
    const pod = owned('Pod', 'web', 'Shop', 'x').replace(/ {2}ownerReferences.*\n/, '');
    const { scenario } = read(source(pod));
    expect(Object.keys(scenario.services)).toEqual(['web']);
  });

  it('have jobs and webhooks, which are listed with their reasons', () => {
    const text = `${deployed(['web'])}
---
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: injector }
`;
    const reasons = read(source(text)).result.account.listed.map(({ reason }) => reason);
    expect(reasons.some((reason) => reason.startsWith('a job runs beside'))).toBe(true);
    expect(reasons).toContain('the server of the cluster calls it, and no request of users');
  });
});

describe('a folder with the files of two clusters', () => {
  const east = deployed(['web', 'orders']);
  const question =
    'Do east/all.yaml and west/all.yaml run side by side? Both define web, and the later file counts: import one cluster, or one environment, at a time';

  it('asks which one to import', () => {
    const west = east.replace('image: shop/web', 'image: shop/web2');
    const { questions } = read([found('east/all.yaml', east), found('west/all.yaml', west)]).result;
    expect(questions[0]).toBe(question);
  });

  it('does not ask for copies, nor for files that are named', () => {
    const copies = read([found('east/all.yaml', east), found('west/all.yaml', east)]).result;
    const west = east.replace('image: shop/web', 'image: shop/web2');
    const named = read([...source(east, 'east/all.yaml'), ...source(west, 'west/all.yaml')]).result;
    for (const { questions } of [copies, named]) expect(questions).not.toContain(question);
  });
});

it('objects of a file that is named count, and not those of a folder, in whatever order', () => {
  const limited = (limit: string, port: number): string =>
    `${deployed(['web'])}
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web }, ports: [ { port: ${port} } ] }
`.replace('image: shop/web', `image: shop/web, resources: { limits: { memory: ${limit} } }`);
  const named = source(limited('768Mi', 80), 'java25.yml');
  const other = found('web/native.yml', limited('128Mi', 81));
  const { scenario, result } = read([...named, other]);
  expect(scenario.services.web.memory.limit).toBe('768MiB');
  expect(read([other, ...named]).scenario.services).toEqual(scenario.services);
  const listed = result.account.listed.filter(({ reason }) => reason.startsWith('a file that you'));
  const place = /^web\/native.yml:\d+$/;
  expect(listed.map((one) => one.path)).toContain('spec.ports[0].port');
  for (const one of listed) expect(one.place).toMatch(place);
  expect(result.questions.filter((one) => one.includes('side by side'))).toEqual([]);
});

it('a VirtualService divides the calls of a service among others, which are no entrances', () => {
  const text = `${deployed(['web', 'catalog', 'catalog-next'])}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: catalog }
spec:
  hosts: [ catalog ]
  http:
    - route:
        - { destination: { host: catalog }, weight: 90 }
        - { destination: { host: catalog-next }, weight: 10 }
`;
  const { scenario } = read(source(text));
  expect(scenario.mesh.routes.catalog).toEqual([
    { name: 'route-1', to: { catalog: 90, 'catalog-next': 10 } },
  ]);
  expect(scenario.workloads.users.requests.map(({ name }: { name: string }) => name)).toEqual([
    'web',
    'catalog',
  ]);
});

/** The shape of instana/robot-shop (Apache-2.0): a corrected Deployment and the Services of a chart beside a Compose file. */
describe('a repository with a Compose file and manifests', () => {
  const compose = source(
    'services: { web: { image: a }, cart: { image: b }, user: { image: c }, payment: { image: d } }',
    'compose.yaml',
  );
  const services = (names: readonly string[]): string =>
    names
      .map(
        (name) =>
          `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: ${name} } }`,
      )
      .join('\n---\n');
  const fix = `${deployed(['payment'])}\n---\n${services(['web', 'cart', 'user'])}`;

  it('takes the Compose file where manifests run one of four services, and asks', () => {
    const { result, scenario } = read([...compose, ...source(fix, 'k8s.yaml')]);
    expect(Object.keys(scenario.services)).toEqual(['web', 'cart', 'user', 'payment']);
    expect(result.questions[0]).toBe(
      'Do Kubernetes or Docker Compose run payment and the other services? Both have files here, and the 4 services of compose.yaml count: else import the manifests alone',
    );
    const reasons = result.account.listed.map(({ reason }) => reason);
    expect(reasons).toContain('files of Docker Compose run the same services, and count');
  });

  it('takes the manifests where they run half of them', () => {
    const text = deployed(['payment', 'web']);
    const { result, scenario } = read([...compose, ...source(text, 'k8s.yaml')]);
    expect(Object.keys(scenario.services)).toEqual(['payment', 'web']);
    expect(result.questions[0]).toContain('those of Kubernetes count');
  });
});

it('the same service in two namespaces is called by its own callers', () => {
  const shop = (namespace: string): string =>
    [
      deployed(['web'], {
        about: `, namespace: ${namespace}`,
        more: ', env: [ { name: ORDERS_URL, value: "http://orders:80" } ]',
      }),
      deployed(['orders'], { about: `, namespace: ${namespace}` }),
    ].join('\n---');
  const { scenario } = read(source([shop('a'), shop('b')].join('\n---')));
  const calls = (name: string): unknown =>
    scenario.services[name].endpoints.handle.steps.flatMap((step: any) => step.call ?? []);
  expect([calls('web'), calls('web-b')]).toEqual([['orders.handle'], ['orders-b.handle']]);
});

describe('an object that is defined again', () => {
  const gateway = (port: number): string => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front }
spec: { selector: { istio: ingressgateway }, servers: [ { port: { number: ${port}, name: http, protocol: HTTP }, hosts: [ "*" ] } ] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec: { hosts: [ "*" ], gateways: [ front ], http: [ { timeout: ${port}s, route: [ { destination: { host: web } } ] } ] }
`;

  it('counts once, and the later one', () => {
    const { result, scenario } = read([
      ...source(deployed(['web']), 'k8s.yaml'),
      found('a.yaml', gateway(80)),
      found('b.yaml', gateway(81)),
    ]);
    expect(Object.keys(scenario.gateways)).toEqual(['front']);
    expect(scenario.gateways.front.routes).toMatchObject([{ policy: { deadline: '81s' } }]);
    const reasons = result.account.listed.map(({ reason }) => reason);
    expect(reasons).toContain('the same object is defined again, and the later one counts');
  });

  it('is a patch where it has much less than another one of a folder', () => {
    const patch = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
`;
    const { scenario } = read([
      ...source(deployed(['web']), 'k8s.yaml'),
      found('a.yaml', gateway(80)),
      found('b.yaml', patch),
    ]);
    expect(scenario.gateways.front.routes).toMatchObject([{ policy: { deadline: '80s' } }]);
  });
});

it('of two Services of the same pods the one with their name names the component', () => {
  const preview =
    'apiVersion: v1\nkind: Service\nmetadata: { name: a-web-preview }\nspec: { selector: { app: web } }';
  const { scenario } = read(source(`${preview}\n---${deployed(['web'])}`));
  expect(Object.keys(scenario.services)).toEqual(['web']);
});

it('pods behind a stable and a canary Service have their own name', () => {
  const service = (name: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: web } }`;
  const [pods] = deployed(['web']).split('---');
  const { scenario } = read(
    source([service('web-canary'), service('web-stable'), pods].join('\n---\n')),
  );
  expect(Object.keys(scenario.services)).toEqual(['web']);
});

/** The shape of examples/workload-ref of argoproj/argo-rollouts (Apache-2.0). */
it('a Rollout has the pods of the Deployment that it refers to, with its own replicas and steps', () => {
  const [deployment = ''] = deployed(['web']).split('---');
  const text = `${deployment.replace('spec:\n', 'spec:\n  replicas: 0\n')}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web }
spec:
  replicas: 5
  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  strategy: { canary: { steps: [ { setWeight: 20 }, { pause: { duration: 10s } } ] } }
`;
  const { web } = read(source(text)).scenario.services;
  expect(web.replicas).toBe(5);
  expect(web.rollout).toMatchObject({
    kind: 'canary',
    steps: [{ weight: '20%' }, { pause: '10s' }],
  });
});

it('tools that watch a cluster are left out, and no question asks for their addresses', () => {
  const jaeger = deployed(['tracing']).replace('shop/tracing', 'jaegertracing/jaeger:2');
  const web = deployed(['web'], {
    more: ', env: [ { name: COLLECTOR_ADDR, value: "tracing.default:4317" } ]',
  });
  const { result, scenario } = read(source(`${web}\n---${jaeger}`));
  expect(Object.keys(scenario.services)).toEqual(['web']);
  expect(result.questions.join()).not.toContain('tracing');
});

describe('a ConfigMap that Spring Cloud Kubernetes reads by its name', () => {
  const configMap = `
apiVersion: v1
kind: ConfigMap
metadata: { name: tuned }
data:
  application.yml: |
    server: { tomcat: { threads: { max: 17 } } }
`;
  const settings = (config: string): SourceText => ({
    path: 'web/src/main/resources/application.yml',
    text: `spring: { application: { name: web }, cloud: { kubernetes: { config: ${config} } } }`,
  });

  it.each([
    ['as the one of its application', '{ name: tuned }'],
    ['as one of several', '{ sources: [ { name: other }, { name: tuned } ] }'],
  ])('%s sets the service', (_, config) => {
    const text = `${deployed(['web', 'orders'])}\n---${configMap}`;
    const { scenario } = read([...source(text, 'k8s.yaml'), settings(config)]);
    expect(scenario.services.web.concurrency).toBe(17);
    expect(scenario.services.orders.concurrency).toBeUndefined();
  });

  it('is named by a variable too', () => {
    const more = ', env: [ { name: SPRING_CLOUD_KUBERNETES_CONFIG_NAME, value: tuned } ]';
    const { scenario } = read(source(`${deployed(['web'], { more })}\n---${configMap}`));
    expect(scenario.services.web.concurrency).toBe(17);
  });
});

it.each([
  ['vote-bot', '', false],
  ['traffic-simulation', '', false],
  ['bank-simulator', ', ports: [ { containerPort: 8080 } ]', true],
  ['robot', '', true],
])('%s with the ports "%s" is a service: %s', (name, ports, isService) => {
  const { scenario } = read(
    source(`${deployed(['web'])}\n---${deployed([name], { more: ports })}`, 'k8s.yaml'),
  );
  expect(Object.keys(scenario.services).includes(name)).toBe(isService);
});

it('all values of a workload that is replaced, or makes the load, have that as their reason', () => {
  const resources = ', resources: { requests: { cpu: 100m }, limits: { memory: 64Mi } }';
  const again = deployed(['web'], { more: resources });
  const load = deployed(['load-generator'], { more: resources });
  const { account } = read([
    { path: 'one.yaml', text: again },
    { path: 'two.yaml', text: `${again}\n---${load}` },
  ]).result;
  const reasons = account.listed
    .filter(({ path }) => path.includes('resources'))
    .map(({ place, reason }) => `${place.replace(/:.*/, '')}: ${reason}`);
  expect(new Set(reasons)).toEqual(
    new Set([
      'one.yaml: the same object is defined again, and the later one counts',
      'two.yaml: a load generator is a workload, which has no process',
    ]),
  );
});
