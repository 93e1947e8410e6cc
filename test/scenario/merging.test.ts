import { describe, expect, it } from 'vitest';
import type { Step, Bundle } from '../../src/contracts/scenario/steps.js';
import { RIGHT } from './bad-input.js';
import { brief, load, loadFiles, scenarioOf, station } from './support.js';

const MS = 1_000_000;
const serve = (steps: string): string => station(`{ endpoints: { serve: ${steps} } }`);
const layersOf = (bundle: Bundle | null | undefined): string[] =>
  (bundle?.layers ?? []).map((l) => l.policy);
const chargeOf = (text: string, variant?: string): Step =>
  scenarioOf(text, variant).services.get('orders')!.endpoints.get('create')!.steps[1];

describe('short forms', () => {
  it('mean the same as the long ones', () => {
    const short = serve('[ work: 2ms, { fail: 503, probability: 1% }, { respond: 202 } ]');
    const long = serve(
      '{ steps: [ { work: { time: { kind: constant, value: 2ms } } }, { fail: { status: 503 }, probability: 0.01 }, { respond: { status: 202 } } ] }',
    );
    expect(load(short).file!.sha256).toBe(load(long).file!.sha256);
  });

  it('of replicas in a template of a service are a number', () => {
    const text = station(
      '{ extends: small, endpoints: { serve: [ wait: 1ms ] } }',
      'templates: { small: { replicas: 3 } }',
    );
    expect(scenarioOf(text).services.get('station')!.replicas).toBe(3);
  });

  it('of a parallel step take single steps and lists as branches', () => {
    const step = scenarioOf(serve('[ parallel: [ wait: 1ms, [ wait: 2ms, wait: 3ms ] ] ]'))
      .services.get('station')!
      .endpoints.get('serve')!.steps[0];
    expect(step.verb === 'parallel' && step.branches.map((branch) => branch.length)).toEqual([
      1, 2,
    ]);
    expect(step.verb === 'parallel' && step.join).toEqual({ kind: 'all' });
  });

  it('of balancing, runtime and cores name the kind alone', () => {
    const text = station(
      '{ loadBalancing: random, runtime: async, cpu: 2, endpoints: { serve: [ wait: 1ms ] } }',
    );
    expect(scenarioOf(text).services.get('station')).toMatchObject({
      loadBalancing: { kind: 'random' },
      runtime: 'async',
      cpu: { cores: 2 },
    });
  });

  it('of arrivals may be instants alone', () => {
    const text = station('{ endpoints: { serve: [ wait: 1ms ] } }').replace(
      'poisson(1/s)',
      '{ at: [20ms, 0ms] }',
    );
    expect(scenarioOf(text).workloads.get('users')!.arrivals).toEqual({
      kind: 'at',
      timesNs: [0, 20 * MS],
      requests: null,
    });
  });
});

describe('a bundle of policies', () => {
  it('has the identity of its name wherever it is only named', () => {
    const step = chargeOf(RIGHT, 'as-is');
    expect(step.policy!.id).toBe('pay');
    expect(layersOf(step.policy)).toEqual(['deadline', 'retry', 'timeout']);
  });

  it('has the identity of its place as soon as a call adds to it', () => {
    const text = RIGHT.replace('policy: pay }', 'policy: { extends: pay, timeout: 700ms } }');
    const step = chargeOf(text, 'as-is');
    expect(step.policy!.id).toBe('services.orders.endpoints.create.steps[charge].policy');
    expect(step.policy!.layers.find((l) => l.policy === 'timeout')!.config).toMatchObject({
      after: 700 * MS,
    });
  });

  it('follows the order of its preset, the deadline inside an outermost fallback', () => {
    const all =
      'timeout: 1s, deadline: 9s, retry: { attempts: 2 }, circuitBreaker: {}, bulkhead: { maxConcurrent: 3 }, fallback: {}';
    const of = (order: string): string[] =>
      layersOf(
        scenarioOf(
          RIGHT.replace(
            'plain: { timeout: 500ms }',
            `plain: { timeout: 500ms }\n  x: { ${all}${order} }`,
          ),
        ).policies.get('x'),
      );
    expect(of('')).toEqual([
      'fallback',
      'deadline',
      'retry',
      'circuitBreaker',
      'timeout',
      'bulkhead',
    ]);
    expect(of(', order: polly')).toEqual([
      'fallback',
      'deadline',
      'bulkhead',
      'retry',
      'circuitBreaker',
      'timeout',
    ]);
    expect(of(', order: [retry, fallback, hedge, circuitBreaker, bulkhead, timeout]')).toEqual([
      'deadline',
      'retry',
      'fallback',
      'circuitBreaker',
      'bulkhead',
      'timeout',
    ]);
  });

  it('is empty, not absent, where a call says none', () => {
    const text = RIGHT.replace('policy: pay }', 'policy: none }');
    expect(chargeOf(text, 'as-is').policy).toEqual({
      id: 'none',
      layers: [],
      idempotencyKey: null,
      loadBalancing: null,
      fallback: null,
      connections: null,
      outlierDetection: null,
      order: 'default',
    });
    expect(chargeOf(RIGHT.replace(', policy: pay }', ' }'), 'as-is').policy).toBeNull();
  });

  it('loses an inherited policy to null, and keeps nothing of another kind', () => {
    const text = RIGHT.replace(
      'plain: { timeout: 500ms }',
      'plain: { timeout: 500ms, circuitBreaker: { kind: simple, failureThreshold: 9 } }',
    )
      .replace(
        'pay: { extends: plain,',
        'pay: { extends: plain, timeout: null, circuitBreaker: { kind: gobreaker }, #',
      )
      .replace(
        '# deadline: 2s, retry: { attempts: 3 }, order: [retry, timeout] }',
        'retry: { attempts: 3 } }',
      );
    const pay = scenarioOf(text, 'as-is').policies.get('pay')!;
    expect(layersOf(pay)).toEqual(['retry', 'circuitBreaker']);
    expect(pay.layers[1]).toMatchObject({ kind: 'gobreaker' });
    expect(pay.layers[1].config).not.toHaveProperty('failureThreshold');
  });

  it.each([
    ['circuitBreaker: { failureThreshold: 9 }', 'circuitBreaker: { kind: polly }', 'polly'],
    ['circuitBreaker: { failureThreshold: 9 }', 'circuitBreaker: { kind: simple }', 'simple'],
  ])('has a kind where it names none: %s under %s', (below, above, kind) => {
    const text = RIGHT.replace(
      'plain: { timeout: 500ms }',
      `plain: { timeout: 500ms }\n  first: { ${below} }\n  other: { extends: first, ${above} }`,
    );
    const breaker = scenarioOf(text, 'as-is')
      .policies.get('other')!
      .layers.find(({ policy }) => policy === 'circuitBreaker')!;
    expect(breaker.kind).toBe(kind);
    const kept = kind === 'simple' ? { failureThreshold: 9 } : { minimumThroughput: 100 };
    expect(breaker.config).toMatchObject(kept);
  });

  it('is not the kind of a component that is called like a policy', () => {
    const text = `faultline: 1
title: A gateway called like a policy
run: { duration: 1s }
templates: { edge: { replicas: 2 } }
gateways: { retry: { extends: edge, kind: kong, routes: [ { name: all, match: { path: /* }, to: s.get } ] } }
services: { s: { endpoints: { get: [ work: 1ms ] } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: retry, method: GET, path: /a } ] } }
`;
    expect(scenarioOf(text, 'base').gateways.get('retry')!.replicas).toBe(2);
  });
});

describe('templates and defaults', () => {
  const text = station(
    '{ extends: [small, async], endpoints: { serve: [ wait: 1ms ] }, queue: { discipline: lifo } }',
    'templates: { small: { concurrency: 4, cpu: 1 }, async: { runtime: async, cpu: 2 } }\ndefaults: { services: { queue: { capacity: 7 }, concurrency: 9, outbound: none } }',
  );

  it('lie under the entry: defaults lowest, templates in order, the entry on top', () => {
    const host = scenarioOf(text).services.get('station')!;
    expect(host).toMatchObject({
      concurrency: 4,
      runtime: 'async',
      queue: { capacity: 7, discipline: 'lifo' },
    });
    expect(host.cpu.cores).toBe(2);
  });

  it('reach everything that inherits them when a variant patches them', () => {
    const patched = `${text}variants: [ { name: more, set: { templates.small.concurrency: 5, defaults.services.queue.capacity: 8 } } ]\n`;
    expect(scenarioOf(patched).services.get('station')).toMatchObject({
      concurrency: 5,
      queue: { capacity: 8 },
    });
  });

  it('give up what a variant removes, though it is only inherited', () => {
    const patched = `${text}variants: [ { name: less, remove: [services.station.concurrency] } ]\n`;
    expect(scenarioOf(patched).services.get('station')!.concurrency).toBe(Infinity);
  });

  it('may not hold endpoints for all services', () => {
    const wrong = text.replace('outbound: none', 'endpoints: {}');
    expect(load(wrong).problems.map(brief)).toContainEqual(
      expect.stringContaining('FL208 defaults cannot have endpoints'),
    );
  });
});

describe('a variant', () => {
  const variant = (patch: string): string =>
    RIGHT.replace(
      '- { name: naive, remove: [policies.pay.retry], set: { policies.plain.timeout: 900ms } }',
      `- { name: v, ${patch} }`,
    );

  it('changes what it says and nothing else', () => {
    const { file } = load(RIGHT);
    const [asIs, naive] = file!.variants;
    expect(asIs).toMatchObject({
      name: 'as-is',
      baseline: true,
      patch: { remove: [], set: [], add: [] },
    });
    expect(naive.baseline).toBe(false);
    expect(naive.patch).toEqual({
      remove: ['policies.pay.retry'],
      set: [['policies.plain.timeout', '900ms']],
      add: [],
    });
    expect(layersOf(naive.scenario.policies.get('pay'))).toEqual(['deadline', 'timeout']);
    expect(naive.scenario.services.get('payments')).toEqual(asIs.scenario.services.get('payments'));
  });

  it('merges a map, replaces a scalar, and reaches into lists by name, verb and place', () => {
    const merged = variant(
      'set: { services.orders.queue: { discipline: lifo }, "services.orders.endpoints.create.steps[charge].times": 2, "services.orders.endpoints.create.steps[work].work.time": 7ms, "faults[slow-pay].for": 9s, "gateways.edge.middleware[authenticate].authenticate.reject": 3%, "services.orders.endpoints.show.steps[0].wait.time.mean": 8ms }',
    );
    const scenario = scenarioOf(merged, 'v');
    const orders = scenario.services.get('orders')!;
    expect(orders.queue).toMatchObject({ capacity: 10, discipline: 'lifo' });
    expect(orders.endpoints.get('create')!.steps[0]).toMatchObject({
      verb: 'work',
      time: { valueNs: 7 * MS },
    });
    expect(orders.endpoints.get('create')!.steps[1].times).toEqual({ kind: 'constant', value: 2 });
    expect(orders.endpoints.get('show')!.steps[0]).toMatchObject({
      time: { kind: 'exponential', meanNs: 8 * MS },
    });
    expect(scenario.faults[0].spans).toEqual([{ fromNs: 10_000 * MS, untilNs: 19_000 * MS }]);
    expect(scenario.gateways.get('edge')!.middleware[0].reject).toBe(0.03);
  });

  it('replaces weights, zones and a step of another verb whole', () => {
    const text = variant(
      'set: { services.orders.zone: { a: 2 }, "services.orders.endpoints.create.steps[charge]": { wait: 3ms } }',
    );
    const orders = scenarioOf(text, 'v').services.get('orders')!;
    expect(orders.zones).toEqual(['a', 'a']);
    expect(orders.endpoints.get('create')!.steps[1]).toMatchObject({ verb: 'wait', name: null });
  });

  it('patches on top of the variant it extends, and appends to lists', () => {
    const text = RIGHT.replace(
      'budgets:',
      '  - { name: more, extends: naive, set: { policies.plain.timeout: 100ms }, add: { faults: [ { id: f2, kind: crash, target: orders, at: 5s, for: 1s } ] } }\nbudgets:',
    );
    const { file } = load(text);
    const more = file!.variants[2];
    expect(more.scenario.faults.map((f) => f.id)).toEqual(['slow-pay', 'f2']);
    expect(layersOf(more.scenario.policies.get('pay'))).toEqual(['deadline', 'timeout']);
    expect(more.patch.set.map(([path]) => path)).toEqual([
      'policies.plain.timeout',
      'policies.plain.timeout',
    ]);
    expect(file!.variants[0].scenario.faults).toHaveLength(1);
  });

  it('may set what is not written yet, but not into a component that is not there', () => {
    expect(
      scenarioOf(variant('set: { services.payments.queue.capacity: 3 }'), 'v').services.get(
        'payments',
      )!.queue.capacity,
    ).toBe(3);
    expect(load(variant('set: { services.nobody.queue.capacity: 3 }')).problems.map(brief)).toEqual(
      [expect.stringContaining('FL302 services has no nobody')],
    );
  });

  it.each([
    ['remove: ["faults[7]"]', 'faults has 1 entries, numbered from [0]'],
    [
      'remove: [services.orders.replicas.x]',
      'expected a mapping at services.orders.replicas, found 2',
    ],
    [
      'set: { faults.0.at: 5s }',
      "expected a mapping at faults, found a list: the path to an entry is 'faults[0].at', in quotes",
    ],
    [
      'set: { faults.at: 5s }',
      "expected a mapping at faults, found a list: the path to an entry is 'faults[0].at', in quotes",
    ],
    ['remove: [services.orders.memory]', 'services.orders has no memory'],
    ['add: { services: [ 1 ] }', 'expected a list at services, found a mapping'],
    ['set: { "services.orders..queue": 3 }', 'expected a key'],
    ['set: { "[0]x": 3 }', 'expected a dot or ['],
  ])('says why %s cannot be done', (patch, message) => {
    expect(load(variant(patch)).problems.map((p) => p.message)).toContain(message);
  });

  it('is the file as written, called base, where none is listed', () => {
    const { file } = load(station('{ endpoints: { serve: [ wait: 1ms ] } }'));
    expect(file!.variants.map((v) => [v.name, v.baseline])).toEqual([['base', true]]);
  });
});

describe('include', () => {
  const main = (include: string): string =>
    `include: [${include}]\n${station('{ endpoints: { serve: [ call: db.get ] } }')}`;
  const part =
    'services:\n  db: { endpoints: { get: [ wait: 1ms ] } }\nfaults: [ { id: f1, kind: hang, target: db, at: 1s, for: 1s } ]\n';

  it('lays the files in order under the file itself and joins their lists', () => {
    const { file, problems } = loadFiles({
      'a/main.yaml': `${main('parts/db.yaml')}faults: [ { id: f2, kind: hang, target: db, at: 3s, for: 1s } ]\n`,
      'a/parts/db.yaml': part,
    });
    expect(problems).toEqual([]);
    expect(file!.variants[0].scenario.faults.map((f) => f.id)).toEqual(['f1', 'f2']);
  });

  it('lets the including file patch what it includes', () => {
    const { file } = loadFiles({
      'main.yaml': main('db.yaml').replace('services:\n', 'services:\n  db: { replicas: 3 }\n'),
      'db.yaml': part,
    });
    expect(file!.variants[0].scenario.services.get('db')!.replicas).toBe(3);
  });

  it('follows includes of includes, relative to their own folder', () => {
    const { problems } = loadFiles({
      'a/main.yaml': main('x/one.yaml'),
      'a/x/one.yaml': 'include: [y/two.yml]\n',
      'a/x/y/two.yml': part,
    });
    expect(problems).toEqual([]);
  });

  it('points into the included file when the mistake is there', () => {
    const { problems } = loadFiles({
      'a/main.yaml': main('db.yaml'),
      'a/db.yaml': part.replace('1ms', '1'),
    });
    expect(problems.map((p) => `${p.file} ${brief(p)}`)).toEqual([
      'a/db.yaml 2:35 FL205 1 what? write 1s or 1ms',
    ]);
  });

  it('refuses two definitions of one component', () => {
    const { problems } = loadFiles({
      'm.yaml': main('a.yaml, b.yaml'),
      'a.yaml': part,
      'b.yaml': part.replace(/faults.*\n/, ''),
    });
    expect(problems.map((p) => `${p.file} ${brief(p)}`)).toEqual([
      'b.yaml 2:3 FL112 duplicate definition of db: it is also defined in a.yaml',
    ]);
  });

  it('refuses a circle', () => {
    const { problems } = loadFiles({ 'm.yaml': main('a.yaml'), 'a.yaml': 'include: [m.yaml]\n' });
    expect(problems.map((p) => p.code)).toContain('FL111');
  });

  it.each([
    '../up.yaml',
    '/etc/passwd',
    '/etc/x.yaml',
    '~/x.yaml',
    'http://x/y.yaml',
    'a\\\\b.yaml',
    'C:/x.yaml',
    'x/../../y.yaml',
    '.hidden.yaml',
    'secrets.txt',
    'con.yaml',
    './../x.yaml',
    'x//y.yaml',
    '',
  ])('never opens %s', (path) => {
    const opened: string[] = [];
    const files: Record<string, string> = { 's/m.yaml': main(`"${path}"`) };
    const { problems } = loadFiles(
      new Proxy(files, {
        get: (target, name: string) => {
          opened.push(name);
          return target[name];
        },
      }),
    );
    expect(problems.map((p) => p.code)).toContain('FL110');
    expect(new Set(opened)).toEqual(new Set(['s/m.yaml']));
  });

  it('says which file cannot be read, at the line that asks for it', () => {
    const { problems } = loadFiles({ 'm.yaml': main('gone.yaml') });
    expect(problems.map(brief)).toContain('1:11 FL101 gone.yaml: no such file');
  });
});

describe('extends', () => {
  const policies = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) => `  p${i}: { ${i === 0 ? 'timeout: 1s' : `extends: p${i - 1}`} }`,
    )
      .reverse()
      .join('\n');

  it('follows bases through a hundred others, not through thousands', () => {
    const text = (count: number): string =>
      station('{ endpoints: { serve: [ wait: 1ms ] } }', `policies:\n${policies(count)}`);
    expect(load(text(100)).problems).toEqual([]);
    expect(load(text(20_000)).problems.map((p) => p.code)).toContain('FL304');
  });
});

describe('defaults of external components', () => {
  const own =
    'replicas: 3, cpu: 2, concurrency: 8, queue: { capacity: 5 }, autoscaling: { min: 2, max: 9, metric: cpu, target: 60% }, ' +
    'probes: { liveness: { period: 5s } }, memory: { limit: 1GiB, base: 1MiB }, loadBalancing: leastRequest';
  const provider = (fields: string, defaults = own): string =>
    serve('[ wait: 1ms ]').replace(
      'workloads:',
      `  bank: { ${fields}endpoints: { pay: [ wait: 1ms ] } }\ndefaults: { services: { ${defaults} } }\nworkloads:`,
    );
  const bank = (text: string) => scenarioOf(text).services.get('bank')!;

  it('are those of their callers alone', () => {
    expect(bank(provider(''))).toMatchObject({ replicas: 3, concurrency: 8 });
    expect(bank(provider('external: true, '))).toEqual(
      bank(provider('external: true, ', 'loadBalancing: leastRequest')),
    );
    expect(bank(provider('external: true, ')).loadBalancing.kind).toBe('leastRequest');
  });

  it('are applied where the component or its template has them', () => {
    const written = 'external: true, replicas: 2, concurrency: 4, ';
    expect(bank(provider(written))).toMatchObject({ replicas: 2, concurrency: 4 });
  });
});
