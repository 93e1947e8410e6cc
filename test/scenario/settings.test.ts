import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldsOf, languageSchema } from '../../src/cli/explain/field-index.js';
import { compile } from '../../src/plan/compile.js';
import { Source } from '../../src/scenario/load.js';
import { plain } from '../../src/scenario/located.js';
import { editsFor, isSetting, wholeOf } from '../../src/scenario/tuning/change.js';
import { flow } from '../../src/text/flow.js';
import { plannedOver } from '../../src/scenario/tuning/over.js';
import { CHOSEN, LONGER, OTHERWISE } from '../../src/scenario/tuning/chosen.js';
import { settingsOf } from '../../src/scenario/tuning/settings.js';

const FILES = ['scenarios', 'scenarios/patterns', 'scenarios/incidents'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

/** Policies that nobody writes, those of the users, and those that a fault brings. */
const WITHOUT = /^(preset |mesh \w+$|workloads\.|[\w-]+@)/;

describe('the settings of a scenario', () => {
  it('name only fields that the language has', () => {
    const known = new Set(fieldsOf(languageSchema()).flatMap(({ paths }) => paths));
    const isKnown = (field: string): boolean =>
      [
        'services',
        'functions',
        'databases',
        'queues',
        'topics',
        'eventStores',
        'registries',
        'sagas',
        'caches',
      ].some((section) => known.has(`${section}.<name>.${field}`));
    const fields = [CHOSEN, LONGER, OTHERWISE].flatMap((own) => Object.keys(own));
    expect(fields.filter((field) => !isKnown(field))).toEqual([]);
  });

  it('limit the time of a new connection, which TCP gives up after two minutes', () => {
    const text = (connections: string): string => `
faultline: 1
title: connections
run: { duration: 10s }
policies: { http: { connections: { ${connections} } } }
services:
  shop: { endpoints: { buy: [ { call: api.get, policy: http } ] } }
  api: { endpoints: { get: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }
`;
    const tried = (connections: string): readonly string[] => {
      const { texts } = new Source('it.yaml', () => ({ text: text(connections) })).load();
      return settingsOf(texts.get('base')!.written)
        .flatMap(({ moves }) => moves)
        .filter(({ path }) => path === 'policies.http.connections.connectTimeout')
        .map(({ value }) => flow(plain(value!)));
    };
    expect(tried('')).toEqual(['1s', '250ms']);
    expect(tried('connectTimeout: 10s')).toEqual(['20s', '5s']);
  });

  it('change no fact, such as the time of a start, and nothing of the question', () => {
    const text = `
faultline: 1
title: facts
run: { duration: 10s }
defaults: { workloads: { patience: 3s } }
services:
  shop:
    concurrency: 8
    runtime: { gc: { every: uniform(min=1s max=2s), pause: uniform(min=10ms max=90ms) } }
    lifecycle: { startup: { kind: uniform, min: 5s, max: 9s } }
    endpoints: { buy: [ wait: 5ms ] }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: shop.buy, policy: { timeout: 1s } } ] }
`;
    const { file, texts } = new Source('facts.yaml', () => ({ text })).load();
    expect(file).not.toBe(null);
    const moves = settingsOf(texts.get('base')!.written).flatMap((own) => own.moves);
    expect([...new Set(moves.map(({ path }) => path))]).toEqual([
      'services.shop.concurrency',
      'services.shop.replicas',
    ]);
    expect(isSetting(['defaults', 'workloads', 'patience'])).toBe(false);
  });

  it('are the amounts of a rate limit, and not the status of its refusals', () => {
    const text = `
faultline: 1
title: rates
run: { duration: 10s }
policies: { pay: { rateLimit: { rate: 300/s, burst: 10 } } }
services:
  shop: { endpoints: { buy: [ { call: bank.pay, policy: pay } ] } }
  bank: { endpoints: { pay: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] }
`;
    const { file, texts } = new Source('rates.yaml', () => ({ text })).load();
    expect(file).not.toBe(null);
    const moves = settingsOf(texts.get('base')!.written).flatMap((own) => own.moves);
    const changes = moves.map(({ path, value }) => `${path}: ${value ? flow(plain(value)) : ''}`);
    expect(changes).toEqual(
      expect.arrayContaining([
        'policies.pay.rateLimit.rate: 600/s',
        'policies.pay.rateLimit.rate: 150/s',
        'policies.pay.rateLimit.burst: 20',
      ]),
    );
    expect(changes.filter((own) => own.includes('status'))).toEqual([]);
  });

  it('are also those that stand for their defaults, and the other protocol of a group', () => {
    const text = `
faultline: 1
title: unwritten
run: { duration: 10s }
services:
  web: { concurrency: 8, endpoints: { put: [ publish: { topic: orders } ] } }
  mail: { cpu: 2, replicas: 2, autoscaling: { min: 1, max: 4, metric: cpu, target: 70% }, endpoints: { send: [ work: 5ms ] } }
  fixed: { external: true, outlierDetection: {}, endpoints: { get: [ wait: 5ms ] } }
  many: { replicas: 3, outlierDetection: {}, endpoints: { get: [ query: db.read ] } }
mesh: { kind: istio, outbound: { many: { outlierDetection: { kind: istio, interval: 4s } } } }
databases:
  db: { kind: postgres, replicas: { count: 1 }, operations: { read: 1ms } }
topics:
  orders: { kind: kafka, partitions: 4, subscribers: [ { group: mail, call: mail.send, rebalance: { staticMembership: true } } ] }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: web.put } ] }
`;
    const { file, texts } = new Source('unwritten.yaml', () => ({ text })).load();
    expect(file).not.toBe(null);
    const { written } = texts.get('base')!;
    const settings = settingsOf(written);
    const moves = settings.flatMap((own) => own.moves);
    const changes = moves.map(({ path, value, before }) => {
      const [to, from] = [value, before].map((own) => (own ? flow(plain(own)) : ''));
      return `${path}: ${from} -> ${to}`;
    });
    expect(changes).toEqual(
      expect.arrayContaining([
        'services.web.replicas: 1 -> 2',
        'topics.orders.subscribers[0].sessionTimeout: 45s -> 22.5s',
        'topics.orders.subscribers[0].rebalance.protocol: classic -> cooperative',
        'services.many.outlierDetection.maxEjectionPercent: 10% -> 100%',
        'mesh.outbound.many.outlierDetection.maxEjectionPercent: 10% -> 100%',
        'mesh.outbound.many.outlierDetection.interval: 4s -> 2s',
        'databases.db.route: primary -> replica',
        'databases.db.failover:  -> { detect: 5s }',
      ]),
    );
    const named = plannedOver(settings, written, [
      'topics.orders.subscribers[mail].sessionTimeout',
    ]);
    expect(named.moves.map(({ path }) => path)).toEqual([
      'topics.orders.subscribers[0].sessionTimeout',
      'topics.orders.subscribers[0].sessionTimeout',
    ]);
    const paths = new Set(moves.map(({ path }) => path));
    expect(paths).not.toContain('services.mail.replicas');
    expect(paths).not.toContain('services.fixed.replicas');
    expect(paths).not.toContain('topics.orders.subscribers[0].rebalance.staticMembership');
  });

  it('are a rollout that takes nothing away, names that outlive their servers, and compensations that go on', () => {
    const rolled = (rollout: string): ReadonlySet<string> => {
      const text = `
faultline: 1
title: releases
run: { duration: 90s }
registries: { names: { kind: dns } }
services:
  shop:
    replicas: 4
    discovery: { registry: names, mode: dns }
    versions: { v1: {}, v2: {} }
    rollout: { to: v2, at: 10s${rollout} }
    endpoints: { buy: [ saga: trip ], cancel: [ work: 1ms ] }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    onCompensationFailure: park
    steps: [ { name: fly, call: shop.cancel, compensation: shop.cancel } ]
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] }
`;
      const source = new Source('releases.yaml', () => ({ text }));
      const { file, texts, problems } = source.load();
      expect(file === null ? problems : null).toBe(null);
      const { written, patched } = texts.get('base')!;
      const moves = settingsOf(written)
        .flatMap((own) => own.moves)
        .filter(({ path }) => /maxUnavailable|serveStale|onCompensationFailure/.test(path));
      const changes = moves.map((move) => {
        const changed = source.with({ variants: ['base'], ...editsFor([move], patched.at) });
        expect(changed.file === null ? changed.problems : null).toBe(null);
        return wholeOf([move])
          .map(({ path, value }) => `${path}: ${flow(plain(value!))}`)
          .join(', ');
      });
      return new Set(changes);
    };
    const others = ['sagas.trip.onCompensationFailure: retry', 'registries.names.serveStale: true'];
    const own = 'services.shop.rollout.maxUnavailable: 0';
    expect(rolled(', kind: rolling')).toEqual(new Set([...others, own]));
    expect(rolled(', kind: rolling, maxSurge: 0, maxUnavailable: 50%')).toEqual(
      new Set([...others, `${own}, services.shop.rollout.maxSurge: 25%`]),
    );
    expect(rolled(', kind: rolling, maxUnavailable: 0%')).toEqual(new Set(others));
    expect(rolled(', kind: recreate')).toEqual(new Set(others));
  });

  it('are a longer life of cached values, and no shorter one', () => {
    const text = `
faultline: 1
title: cached
run: { duration: 10s }
keys: { token: uniform(count=9) }
caches: { tokens: { keys: token, levels: [ { kind: redis, ttl: 60s } ] } }
services: { shop: { endpoints: { buy: [ { cache: { get: tokens, onMiss: [ wait: 5ms ] } } ] } } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }
`;
    const { texts } = new Source('cached.yaml', () => ({ text })).load();
    const [own, ...others] = settingsOf(texts.get('base')!.written)
      .flatMap(({ moves }) => moves)
      .filter(({ path }) => path.endsWith('.ttl'));
    expect(others).toEqual([]);
    const values = [own, own?.stronger, own?.stronger?.stronger].map((move) => plain(move!.value!));
    expect(values).toEqual(['120s', '240s', '480s']);
  });

  it('are no replicas of a component without a limit, unless a fault may hit single ones', () => {
    const text = (faults: string): string => `
faultline: 1
title: unlimited
run: { duration: 10s }
gateways:
  edge: { kind: envoy, routes: [ { match: { path: /buy }, to: shop.buy, policy: { timeout: 1s, retry: { kind: envoy, attempts: 3 } } } ] }
services:
  shop: { concurrency: 8, endpoints: { buy: [ { wait: 5ms }, { fail: 503, probability: 30% } ] } }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: edge, path: /buy } ] }
faults: ${faults}
`;
    const pathsOf = (faults: string): readonly string[] => {
      const source = new Source('unlimited.yaml', () => ({ text: text(faults) })).load();
      const { written } = source.texts.get('base')!;
      return settingsOf(written).flatMap(({ moves }) => moves.map(({ path }) => path));
    };
    // They would be three more retries at once each, the limit of Envoy.
    const slow = pathsOf(
      '[ { id: slow, kind: slow, target: shop.buy, factor: 3, at: 2s, for: 2s } ]',
    );
    expect(slow).toContain('services.shop.replicas');
    expect(slow).not.toContain('gateways.edge.replicas');
    const crash = pathsOf(
      '[ { id: gone, kind: crash, target: edge, instances: 1, at: 2s, for: 2s } ]',
    );
    expect(crash).toContain('gateways.edge.replicas');
  });

  it('are those of every bundle that a shipped scenario uses for calls of its components', () => {
    const missing: string[] = [];
    let found = 0;
    for (const path of FILES) {
      const read = (name: string) => ({ text: readFileSync(name, 'utf8') });
      const { file, texts } = new Source(path, read).load();
      const [variant] = file!.variants;
      const plan = compile(variant!, file!);
      const bundles = settingsOf(texts.get(variant!.name)!.written).flatMap(({ of }) =>
        'bundle' in of ? [of.bundle] : [],
      );
      for (const { id, layers } of plan.bundles) {
        if (layers.length === 0) continue;
        for (const label of id.split(' + ')) {
          if (bundles.includes(label)) found++;
          else if (!WITHOUT.test(label)) missing.push(`${path}: ${label}`);
        }
      }
    }
    expect(missing).toEqual([]);
    expect(found).toBeGreaterThan(90);
  });
});
