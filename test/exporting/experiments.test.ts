import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Experiment } from '../../src/exporting/experiments/experiment.js';
import { experimentFormats } from '../../src/exporting/experiments/index.js';
import { loadScenario } from '../../src/scenario/load.js';

const SCENARIO = `
faultline: 1
title: a shop and its bank
run: { duration: 120s, warmup: 10s, seed: 1 }
services:
  shop: { cpu: 2, replicas: 3, endpoints: { buy: [ wait: 5ms, call: bank.pay, query: orders.read ] } }
  bank: { replicas: 4, endpoints: { pay: [ wait: exponential(20ms) ] } }
  psp: { external: true, endpoints: { charge: [ wait: 80ms ] } }
databases:
  orders: { operations: { read: 2ms } }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] }
faults: []
`;

interface Template {
  readonly name: string;
  readonly templateType: string;
  readonly deadline?: string;
  readonly children?: readonly string[];
  readonly [spec: string]: any;
}

/** The scenario with some faults and other sections, in a format. */
function exported(
  format: string,
  faults: string,
  change: (text: string) => string = (own) => own,
): Experiment {
  const text = change(SCENARIO.replace('faults: []', `faults: [ ${faults} ]`));
  const { file, problems } = loadScenario('shop.yaml', () => ({ text }));
  expect(problems).toEqual([]);
  const { scenario, name } = file!.variants[0]!;
  return experimentFormats
    .find((one) => one.name === format)!
    .write({
      title: file!.title,
      variant: name,
      scenario,
      faults: scenario.faults,
      budgets: file!.budgets,
      namespace: 'shop',
      callers: new Map([
        ['bank', ['shop']],
        ['psp', ['shop']],
        ['orders', ['shop']],
      ]),
    });
}

describe('faults as Chaos Mesh', () => {
  const schema = JSON.parse(
    readFileSync('test/fixtures/experiments/chaos-mesh-workflow.json', 'utf8'),
  ) as object;
  const validate = new Ajv({ strict: false, allErrors: true }).compile(closed(schema) as object);

  /** The template of the only fault, which the published schema accepts. */
  function template(fault: string): { readonly own: Template; readonly made: Experiment } {
    const made = exported('chaos-mesh', fault);
    const document = parse(made.text) as { spec: { templates: Template[] } };
    expect([validate(document), validate.errors]).toEqual([true, null]);
    const names = new Set(document.spec.templates.map(({ name }) => name));
    for (const { children = [] } of document.spec.templates)
      for (const child of children) expect(names).toContain(child);
    return { own: document.spec.templates.find(({ name }) => name === 'x-fault')!, made };
  }

  it('refuse a field that Chaos Mesh does not have', () => {
    const made = exported('chaos-mesh', '{ id: x, kind: crash, target: bank, at: 20s, for: 30s }');
    expect(validate(parse(made.text.replace('action: pod-failure', 'action: pod-sleep')))).toBe(
      false,
    );
    expect(validate(parse(made.text.replace('mode: all', 'modus: all')))).toBe(false);
  });

  it('begin and end when they do in the scenario, counted from the start of the load', () => {
    const made = exported('chaos-mesh', '{ id: x, kind: crash, target: bank, at: 20s, for: 30s }');
    const { spec } = parse(made.text) as { spec: { entry: string; templates: Template[] } };
    expect(
      spec.templates.map(({ name, templateType, deadline }) => [name, templateType, deadline]),
    ).toEqual([
      ['faults', 'Parallel', '130s'],
      ['x', 'Serial', undefined],
      // 10 s of warm-up before the 20 s.
      ['x-wait', 'Suspend', '30s'],
      ['x-fault', 'PodChaos', '30s'],
    ]);
    expect(spec.templates[3]!['podChaos']).toEqual({
      action: 'pod-failure',
      mode: 'all',
      selector: { namespaces: ['shop'], labelSelectors: { app: 'bank' } },
    });
  });

  it.each([
    [
      '{ id: x, kind: latency, target: shop->bank, add: 40ms, at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'delay', delay: { latency: '40ms' }, direction: 'both' },
    ],
    [
      '{ id: x, kind: latency, target: shop->bank, add: uniform(20ms 60ms), direction: to, at: 20s, for: 30s }',
      'NetworkChaos',
      { delay: { latency: '40ms', jitter: '20ms' }, direction: 'to' },
    ],
    [
      '{ id: x, kind: loss, target: shop->bank, share: 2.5%, at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'loss', loss: { loss: '2.5' } },
    ],
    [
      '{ id: x, kind: bandwidth, target: shop->bank, rate: 1MB/s, at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'bandwidth', bandwidth: { rate: '1mbps', limit: 20971520, buffer: 10000 } },
    ],
    [
      '{ id: x, kind: partition, between: [shop, bank], at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'partition', direction: 'both' },
    ],
    [
      '{ id: x, kind: cpuStress, target: shop, load: 80%, at: 20s, for: 30s }',
      'StressChaos',
      { stressors: { cpu: { workers: 2, load: 80 } } },
    ],
    [
      '{ id: x, kind: clockSkew, target: bank, offset: -5m, at: 20s, for: 30s }',
      'TimeChaos',
      { timeOffset: '-300s' },
    ],
    [
      '{ id: x, kind: error, target: bank, status: 503, at: 20s, for: 30s }',
      'HTTPChaos',
      { target: 'Response', replace: { code: 503 }, port: 8080 },
    ],
    [
      '{ id: x, kind: reset, target: bank, at: 20s, for: 30s }',
      'HTTPChaos',
      { target: 'Request', abort: true },
    ],
    [
      '{ id: x, kind: ioError, target: orders, share: 5%, on: reads, at: 20s, for: 30s }',
      'IOChaos',
      { action: 'fault', errno: 5, percent: 5, methods: ['READ'] },
    ],
    [
      '{ id: x, kind: stop, target: bank, instances: 2, at: 20s, for: 0s }',
      'PodChaos',
      { action: 'pod-kill', gracePeriod: 30, mode: 'fixed', value: '2' },
    ],
    [
      '{ id: x, kind: crash, target: bank, instances: 50%, at: 20s, for: 30s }',
      'PodChaos',
      { mode: 'fixed-percent', value: '50' },
    ],
    [
      '{ id: x, kind: hang, target: bank, at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'loss', loss: { loss: '100' }, direction: 'to' },
    ],
    // 5 times 20 ms is 80 ms more.
    [
      '{ id: x, kind: slow, target: bank, factor: 5, at: 20s, for: 30s }',
      'NetworkChaos',
      { action: 'delay', delay: { latency: '80ms' } },
    ],
  ])('write %s', (fault, type, spec) => {
    const { own } = template(fault);
    expect(own.templateType).toBe(type);
    const key = `${type.replace(/^[A-Z]+(?=[A-Z][a-z])/, (start) => start.toLowerCase()).replace(/^[A-Z]/, (first) => first.toLowerCase())}`;
    expect(own[key]).toMatchObject(spec);
  });

  it('name an external target by its host, and say that it is to be changed', () => {
    const { own, made } = template('{ id: x, kind: hang, target: psp, at: 20s, for: 30s }');
    expect(own['networkChaos']).toMatchObject({
      externalTargets: ['psp.example.com'],
      selector: { labelSelectors: { app: 'shop' } },
    });
    expect(made.otherwise.map(({ reason }) => reason).join(' ')).toContain(
      'change psp.example.com',
    );
  });

  it('list each fault without a counterpart, with the reason', () => {
    const { unwritten, text } = exported(
      'chaos-mesh',
      '{ id: a, kind: error, target: bank, share: 20%, at: 20s, for: 30s }, { id: b, kind: threadLimit, target: bank, max: 3, at: 20s, for: 30s }, { id: c, kind: load, target: users, factor: 2, at: 20s, for: 30s }, { id: d, kind: crash, target: bank, restart: false, at: 20s, for: 30s }',
    );
    expect(text).toBe('');
    expect(unwritten.map(({ of }) => of)).toEqual([
      'faults[a]',
      'faults[b]',
      'faults[c]',
      'faults[d]',
    ]);
    expect(unwritten[1]!.reason).toBe('Chaos Mesh has no counterpart of threadLimit in pods');
  });
});

describe('faults as Litmus', () => {
  const read = (name: string): any =>
    JSON.parse(readFileSync(`test/fixtures/experiments/${name}.json`, 'utf8'));
  const validate = new Ajv({ strict: false, allErrors: true }).compile(
    closed(read('litmus-chaosengine')) as object,
  );
  /** By experiment of the hub: the variables that it reads. */
  const variables = read('litmus-environment') as Readonly<Record<string, readonly string[]>>;

  /** The engines of some faults, which the published schema accepts, with variables that their experiments read. */
  function engines(faults: string) {
    const made = exported('litmus', faults);
    const documents = parseAllDocuments(made.text).map((one) => one.toJS() as any);
    const own = documents.map((document) => {
      expect([validate(document), validate.errors]).toEqual([true, null]);
      const [{ name, spec }] = document.spec.experiments;
      const env: Record<string, string> = Object.fromEntries(
        spec.components.env.map((one: any) => [one.name, one.value]),
      );
      for (const key of Object.keys(env)) expect(variables[name]).toContain(key);
      return { name: document.metadata.name, label: document.spec.appinfo.applabel, of: name, env };
    });
    return { own, made };
  }

  it('wait for their time, counted from the start of the load', () => {
    const { own, made } = engines(
      '{ id: busy, kind: cpuStress, target: shop, load: 80%, instances: 2, at: 20s, for: 90s }',
    );
    expect(own).toEqual([
      {
        name: 'busy',
        label: 'app=shop',
        of: 'pod-cpu-hog',
        // 10 s of warm-up before the 20 s; two of three pods.
        env: {
          TOTAL_CHAOS_DURATION: '90',
          RAMP_TIME: '30',
          CPU_CORES: '2',
          CPU_LOAD: '80',
          PODS_AFFECTED_PERC: '67',
        },
      },
    ]);
    expect(made.otherwise.map(({ of }) => of)).toEqual(['chaosServiceAccount']);
    expect(made.text).toContain('# Install these experiments of the hub in the namespace shop');
  });

  it.each([
    [
      '{ id: x, kind: latency, target: shop->bank, add: 40ms, at: 20s, for: 30s }',
      'pod-network-latency',
      {
        NETWORK_LATENCY: '40',
        DESTINATION_HOSTS: 'bank.shop.svc.cluster.local',
        PODS_AFFECTED_PERC: '100',
      },
    ],
    [
      '{ id: x, kind: bandwidth, target: shop->bank, rate: 1MB/s, at: 20s, for: 30s }',
      'pod-network-rate-limit',
      { NETWORK_BANDWIDTH: '8000kbit' },
    ],
    [
      '{ id: x, kind: partition, between: [shop, bank], at: 20s, for: 30s }',
      'pod-network-loss',
      { NETWORK_PACKET_LOSS_PERCENTAGE: '100', DESTINATION_HOSTS: 'bank.shop.svc.cluster.local' },
    ],
    [
      '{ id: x, kind: crash, target: bank, instances: 1, at: 20s, for: 0s }',
      'pod-delete',
      { TOTAL_CHAOS_DURATION: '1', CHAOS_INTERVAL: '1', FORCE: 'true' },
    ],
    [
      '{ id: x, kind: crash, target: bank, at: 20s, for: 30s }',
      'pod-network-loss',
      { NETWORK_PACKET_LOSS_PERCENTAGE: '100' },
    ],
    // A share of the requests, which Chaos Mesh cannot hit.
    [
      '{ id: x, kind: error, target: bank, status: 503, share: 20%, at: 20s, for: 30s }',
      'pod-http-status-code',
      { STATUS_CODE: '503', TOXICITY: '20', TARGET_SERVICE_PORT: '8080' },
    ],
    ['{ id: x, kind: reset, target: bank, at: 20s, for: 30s }', 'pod-http-reset-peer', {}],
    // 3 times 80 ms is 160 ms more.
    [
      '{ id: x, kind: slow, target: psp, factor: 3, at: 20s, for: 30s }',
      'pod-network-latency',
      { NETWORK_LATENCY: '160', DESTINATION_HOSTS: 'psp.example.com' },
    ],
    [
      '{ id: x, kind: dns, target: bank, mode: error, at: 20s, for: 30s }',
      'pod-dns-error',
      { TARGET_HOSTNAMES: '["bank.shop.svc.cluster.local"]' },
    ],
  ])('write %s', (fault, experiment, env) => {
    const { own } = engines(fault);
    expect(own[0]).toMatchObject({ of: experiment, env });
    expect('PODS_AFFECTED_PERC' in own[0]!.env).toBe(!fault.includes('instances: 1'));
  });

  it('have an engine for each application and each time', () => {
    const { own } = engines(
      '{ id: x, kind: crash, target: [shop, bank], at: 20s, for: 0s, every: 40s }',
    );
    expect(own.map(({ name, label }) => [name, label]).slice(0, 2)).toEqual([
      ['x-shop-1', 'app=shop'],
      ['x-bank-1', 'app=bank'],
    ]);
    expect(own.map(({ env }) => env['RAMP_TIME'])).toEqual(['30', '30', '70', '70', '110', '110']);
  });

  it('list what they do not write', () => {
    const { made } = engines(
      '{ id: x, kind: crash, target: bank, at: 20s, for: 0s }, { id: y, kind: clockSkew, target: bank, offset: -5m, at: 20s, for: 30s }',
    );
    expect(made.unwritten).toEqual([
      { of: 'faults[y]', reason: 'Litmus has no counterpart of clockSkew in pods' },
    ]);
  });

  it('refuse a field that Litmus does not have', () => {
    const { made } = engines('{ id: x, kind: crash, target: bank, at: 20s, for: 0s }');
    expect(validate(parse(made.text.replace('engineState: active', 'engineState: on')))).toBe(
      false,
    );
    expect(validate(parse(made.text.replace('appkind: deployment', 'appkind: pod')))).toBe(false);
  });
});

describe('faults as AWS FIS', () => {
  const schema = JSON.parse(
    readFileSync('test/fixtures/experiments/fis-template.json', 'utf8'),
  ) as object;
  const validate = new Ajv({ strict: false, allErrors: true, unicodeRegExp: true }).compile(schema);

  /** The template of some faults, which the published shape accepts. */
  function template(faults: string) {
    const made = exported('fis', faults);
    const own = JSON.parse(made.text) as { targets: any; actions: any };
    expect([validate(own), validate.errors]).toEqual([true, null]);
    for (const { targets = {}, startAfter = [] } of Object.values<any>(own.actions)) {
      for (const name of Object.values<string>(targets))
        expect(Object.keys(own.targets)).toContain(name);
      for (const name of startAfter) expect(Object.keys(own.actions)).toContain(name);
    }
    return { ...own, made };
  }

  it('wait for their time, and last as long as in the scenario', () => {
    const { targets, actions } = template(
      '{ id: busy, kind: cpuStress, target: shop, load: 80%, instances: 2, at: 20s, for: 90s }',
    );
    expect(actions).toEqual({
      'busy-wait': { actionId: 'aws:fis:wait', parameters: { duration: 'PT30S' } },
      busy: {
        actionId: 'aws:eks:pod-cpu-stress',
        parameters: {
          kubernetesServiceAccount: 'fis-service-account',
          percent: '80',
          workers: '2',
          duration: 'PT90S',
        },
        targets: { Pods: 'busy' },
        startAfter: ['busy-wait'],
      },
    });
    expect(targets.busy).toMatchObject({
      resourceType: 'aws:eks:pod',
      selectionMode: 'COUNT(2)',
      parameters: { namespace: 'shop', selectorType: 'labelSelector', selectorValue: 'app=shop' },
    });
  });

  it.each([
    [
      '{ id: x, kind: latency, target: shop->bank, add: 40ms, at: 20s, for: 30s }',
      'aws:eks:pod-network-latency',
      { delayMilliseconds: '40', sources: 'bank.shop.svc.cluster.local' },
    ],
    [
      '{ id: x, kind: loss, target: shop->bank, share: 2%, at: 20s, for: 30s }',
      'aws:eks:pod-network-packet-loss',
      { lossPercent: '2' },
    ],
    [
      '{ id: x, kind: slow, target: psp, factor: 3, at: 20s, for: 30s }',
      'aws:eks:pod-network-latency',
      { delayMilliseconds: '160', sources: 'psp.example.com' },
    ],
    [
      '{ id: x, kind: hang, target: bank, at: 20s, for: 30s }',
      'aws:eks:pod-network-blackhole-port',
      { port: '8080', trafficType: 'ingress' },
    ],
    [
      '{ id: x, kind: crash, target: bank, at: 20s, for: 0s }',
      'aws:eks:pod-delete',
      { gracePeriodSeconds: '0' },
    ],
  ])('write %s', (fault, actionId, parameters) => {
    const { actions } = template(fault);
    expect(actions.x).toMatchObject({ actionId, parameters });
    expect('duration' in actions.x.parameters).toBe(actionId !== 'aws:eks:pod-delete');
  });

  it('list what they do not write', () => {
    const { made } = template(
      '{ id: x, kind: crash, target: bank, at: 20s, for: 0s }, { id: y, kind: clockSkew, target: bank, offset: -5m, at: 20s, for: 30s }',
    );
    expect(made.unwritten).toEqual([
      { of: 'faults[y]', reason: 'AWS FIS has no counterpart of clockSkew in pods' },
    ]);
    expect(made.otherwise.map(({ of }) => of)).toEqual(['roleArn', 'targets']);
  });
});

describe('a load as k6', () => {
  interface Options {
    readonly scenarios: Readonly<Record<string, any>>;
    readonly thresholds?: Readonly<Record<string, readonly string[]>>;
  }

  /** What the script sends to k6: its options, and the requests of a call of each function. */
  function script({ text }: Experiment): {
    readonly options: Options;
    readonly sent: readonly string[];
  } {
    const sent: string[] = [];
    const body = text
      .replaceAll(/^import .*$/gm, '')
      .replaceAll('export const options', 'const options')
      .replaceAll('export function', 'function');
    const http = {
      request: (method: string, url: string, _body: null, params: any) =>
        sent.push(`${method} ${url} ${params.tags.request} ${params.timeout ?? ''}`.trim()),
    };
    const names = [...body.matchAll(/^function (send\d+)/gm)].map(([, name]) => name!);
    const run = new Function(
      'http',
      'sleep',
      '__ENV',
      `${body}; ${names.map((name) => `${name}();`).join(' ')} return options;`,
    ) as (...args: unknown[]) => Options;
    return {
      options: run(http, (s: number) => sent.push(`sleep ${s}`), { BASE_URL: 'http://x' }),
      sent,
    };
  }

  /** Requests that the executor starts, by its rate over time. */
  function started(executor: any): number {
    const unit = Number(executor.timeUnit.replace('s', ''));
    const secondsOf = (text: string): number =>
      text.endsWith('ms') ? Number(text.slice(0, -2)) / 1000 : Number(text.slice(0, -1));
    if (executor.executor === 'constant-arrival-rate')
      return (executor.rate / unit) * secondsOf(executor.duration);
    let level = executor.startRate;
    let sum = 0;
    for (const { target, duration } of executor.stages) {
      sum += ((level + target) / 2 / unit) * secondsOf(duration);
      level = target;
    }
    return sum;
  }

  it('has a constant rate as a constant-arrival-rate', () => {
    const made = exported('k6', '');
    const { options, sent } = script(made);
    expect(options.scenarios['users']).toMatchObject({
      executor: 'constant-arrival-rate',
      rate: 10,
      timeUnit: '1s',
      duration: '130s',
      exec: 'send1',
    });
    expect(sent).toEqual(['GET http://x/shop/buy buy']);
    expect(made.otherwise.map(({ reason }) => reason)).toEqual([
      'shop.buy has no path in the scenario: change it to yours',
      'k6 spaces requests evenly, and these come at random',
    ]);
  });

  it('has rates that are no whole numbers in a longer unit', () => {
    const { options } = script(
      exported('k6', '', (text) => text.replace('poisson(10/s)', 'constant(0.25/s)')),
    );
    expect(options.scenarios['users']).toMatchObject({ rate: 15, timeUnit: '60s' });
  });

  it.each([
    // 10 s of warm-up at 10/s, a ramp to 50/s in 60 s, and 60 s at 50/s.
    [
      '{ kind: stages, start: 10/s, stages: [ { duration: 60s, target: 50/s } ] }',
      '',
      100 + 30 * 60 + 50 * 60,
    ],
    // 2 s of every 20 s at 100/s, in 130 s: the last burst is whole.
    ['{ kind: burst, base: 10/s, peak: 100/s, every: 20s, for: 2s }', '', 10 * 130 + 90 * 2 * 7],
    ['{ kind: sinusoid, mean: 100/s, amplitude: 50/s, period: 26s }', '', 100 * 130],
    // Three times as many for 30 s.
    [
      'poisson(10/s)',
      '{ id: x, kind: load, target: users, factor: 3, at: 20s, for: 30s }',
      1300 + 2 * 10 * 30,
    ],
    [
      'poisson(10/s)',
      '{ id: x, kind: load, target: users, rate: 40/s, at: 20s, for: 30s }',
      1300 + 40 * 30,
    ],
  ])('has as many requests as %s %s', (arrivals, fault, count) => {
    const made = exported('k6', fault, (text) => text.replace('poisson(10/s)', arrivals));
    const { options } = script(made);
    expect(options.scenarios['users'].executor).toBe('ramping-arrival-rate');
    expect(Math.abs(started(options.scenarios['users']) / count - 1)).toBeLessThan(0.01);
  });

  it('has the path, method, patience and weight of requests', () => {
    const made = exported('k6', '', (text) =>
      text
        .replace(
          'requests: [ { call: shop.buy } ]',
          'patience: 2s, requests: [ { name: order, call: edge, method: POST, path: /orders } ]',
        )
        .replace(
          'services:',
          'gateways:\n  edge: { routes: [ { name: orders, match: { path: /orders }, to: shop.buy } ] }\nservices:',
        ),
    );
    expect(script(made).sent).toEqual(['POST http://x/orders order 2s']);
  });

  it('has budgets as thresholds, and lists those that k6 cannot judge', () => {
    const made = exported(
      'k6',
      '',
      (text) =>
        `${text}budgets: [ users.success >= 99.5%, users.buy.latency.p99 < 300ms, shop->bank.amplification < 1.5, users.success >= 90% from 0s to 10s ]\n`,
    );
    expect(script(made).options.thresholds).toEqual({
      'http_req_failed{scenario:users}': ['rate<=0.005'],
      'http_req_duration{scenario:users,request:buy}': ['p(99)<300'],
    });
    expect(made.unwritten.map(({ of, reason }) => `${of}: ${reason}`)).toEqual([
      'shop->bank.amplification < 1.5: k6 sees its own requests only',
      'users.success >= 90% from 0s to 10s: a threshold of k6 is about the entire run, and this one about a part of it',
    ]);
  });

  it('has users with thinking time as virtual users', () => {
    const made = exported('k6', '', (text) =>
      text.replace('poisson(10/s)', '{ kind: closed, users: 20, think: 2s }'),
    );
    const { options, sent } = script(made);
    expect(options.scenarios['users']).toMatchObject({
      executor: 'constant-vus',
      vus: 20,
      duration: '130s',
    });
    expect(sent).toEqual(['GET http://x/shop/buy buy', 'sleep 2']);
  });

  it('says which faults it cannot make', () => {
    const { unwritten } = exported('k6', '{ id: x, kind: crash, target: bank, at: 20s, for: 30s }');
    expect(unwritten).toEqual([
      { of: 'faults[x]', reason: 'k6 makes load and no other fault: --as chaos-mesh writes it' },
    ]);
  });
});

/** A schema of Kubernetes, which drops unknown fields, as one that refuses them. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  const isMap = typeof own['properties'] === 'object' && own['additionalProperties'] === undefined;
  return isMap && own['type'] === 'object' ? { ...own, additionalProperties: false } : own;
}

describe('the course of a fault', () => {
  it.each(['chaos-mesh', 'litmus', 'fis'])(
    'is not all written as %s, and each part that is not is listed',
    (format) => {
      const course =
        'jitter: 5s, probability: 50%, ramp: { up: 4s }, mitigated: { alert: page, after: 1m }';
      const made = exported(
        format,
        `{ id: f, kind: latency, target: shop->bank, add: 100ms, at: 10s, for: 20s, ${course} }`,
        (text) => `${text}alerts: { rules: { page: { when: users.success < 99% } } }\n`,
      );
      const reasons = made.otherwise
        .filter(({ of }) => of === 'faults[f]')
        .map(({ reason }) => reason);
      for (const part of [
        'its probability',
        'without jitter',
        'without a ramp',
        'no responder ends it',
      ])
        expect(reasons.join('; ')).toContain(part);
      expect(made.unwritten).toEqual([]);
    },
  );
});
