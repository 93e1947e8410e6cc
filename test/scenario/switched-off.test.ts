import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policyKinds } from '../../src/patterns/registry.js';
import { INHERITING } from '../../src/scenario/inherit.js';
import { schemas } from '../../src/scenario/schemas.js';
import { definitionOf } from '../../src/scenario/sibling-kinds.js';
import { brief, load, scenarioOf } from './support.js';

/** An entry of each section that can inherit; FIELD is a further field of the one that is tested. */
const ENTRIES: Readonly<Record<string, string>> = {
  services: 'shop: { FIELDendpoints: { buy: [ query: pg.q ], undo: [ wait: 1ms ] } }',
  gateways: 'edge: { FIELDroutes: [ { name: all, to: shop.buy } ] }',
  functions: 'fn: { FIELDsteps: [ wait: 1ms ] }',
  databases: 'pg: { FIELDkind: postgres, operations: { q: 1ms } }',
  brokers: 'kafka: { FIELDkind: kafka, nodes: 3 }',
  sagas:
    'order: { FIELDkind: orchestrated, orchestrator: shop, steps: [ { name: a, call: shop.buy, compensation: shop.undo } ] }',
  topics: 'log: { FIELDkind: kafka, broker: kafka }',
  queues: 'mails: { FIELDkind: simple }',
  caches: 'near: { FIELDhitRatio: 90%, levels: [ { name: a, kind: local } ] }',
  eventStores: 'store: { FIELDstream: { key: order, initialLength: 10 } }',
  projections: 'view: { FIELDfrom: store }',
  registries: 'eureka: { FIELDkind: eureka }',
  workloads: 'users: { FIELDarrivals: poisson(1/s), requests: [ { call: shop.buy } ] }',
};

/** A file in which one entry has a field more, and inherits `under` from a template. */
function file(section: string, field: string, under = '{}'): string {
  const lines = Object.entries(ENTRIES).map(
    ([name, entry]) =>
      `${name}: { ${entry.replace('FIELD', name === section ? `extends: base, ${field}` : '')} }`,
  );
  return `faultline: 1\ntitle: Off\nrun: { duration: 10s }\nkeys: { order: uniform(count=10) }\ntemplates: { base: ${under} }\n${lines.join('\n')}\n`;
}

/** The same of a policy in a bundle. */
function bundleFile(field: string, under = '{}'): string {
  return `faultline: 1
title: Off
run: { duration: 10s }
keys: { order: unique, product: unique }
policies: { root: ${under}, hop: { extends: root, ${field} } }
services:
  shop: { outbound: hop, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`;
}

type Schema = Parameters<typeof definitionOf>[0];
const WRAPPERS = ['optional', 'prefault', 'default', 'lazy'];

function bare(schema: Schema): Schema {
  const { type, innerType, getter, in: written } = definitionOf(schema);
  if (type === 'pipe') return bare(written as Schema);
  if (!WRAPPERS.includes(type)) return schema;
  return bare((innerType ?? (getter as () => Schema)()) as Schema);
}

/** Fields of the entries of a section that are mappings or lists and may be left out. */
function structuresOf(section: string): readonly string[] {
  const record = definitionOf(bare(schemas().explicit)).shape![section]!;
  const entry = definitionOf(bare(definitionOf(bare(record)).valueType as Schema));
  const shapes =
    entry.shape === undefined
      ? entry.options!.map((one) => definitionOf(bare(one)).shape!)
      : [entry.shape];
  const isStructure = (field: Schema): boolean => {
    const { type, options } = definitionOf(bare(field));
    return type === 'union'
      ? options!.every(isStructure)
      : ['object', 'record', 'array'].includes(type);
  };
  const fields = shapes.flatMap((shape) => Object.entries(shape));
  const left = fields.filter(
    ([, one]) => WRAPPERS.includes(definitionOf(one).type) && isStructure(one),
  );
  return [...new Set(left.map(([name]) => name))].sort();
}

/** What always exists, so that it can be replaced but not switched off. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  services: ['loadBalancing', 'runtime'],
  gateways: ['loadBalancing', 'runtime'],
  functions: ['autoscaler', 'cpu'],
  sagas: ['compensationPolicy'],
  topics: ['producer'],
  policies: ['loadBalancing'],
};
/** What is there where nothing is written, and how it is written that it is not. */
const OTHERWISE: Readonly<Record<string, string>> = {
  queue: 'queue: { capacity: 0 }',
  replicas: 'replicas: { count: 0 }',
};
/** Valid values, where one that is inherited is checked by itself. */
const UNDER: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    policyKinds.map(({ policy, example }) => [policy, JSON.stringify(parse(example)[policy])]),
  ),
  connections: '{}',
  idempotencyKey: '{ key: order }',
  outlierDetection: '{ kind: envoy }',
  queue: '{ capacity: 9, maxWait: 1s }',
  replicas: '{ count: 2, lag: 1s }',
};

describe('none', () => {
  const cases = [...INHERITING, 'policies'].flatMap((section) =>
    structuresOf(section)
      .filter((field) => field !== 'outbound' && field !== 'policy')
      .map((field) => [section, field] as const),
  );

  it('is tried for the fields of all sections', () => {
    expect(Object.keys(ENTRIES).sort()).toEqual([...INHERITING].sort());
    expect(load(file('', '')).problems.map(brief)).toEqual([]);
    expect(cases.length).toBeGreaterThan(70);
  });

  it.each(cases)('in %s: %s is the same as without it, whatever is inherited', (section, field) => {
    const under = `{ ${field}: ${UNDER[field] ?? '{ bogus: 1 }'} }`;
    const text = (own: string, base?: string): string =>
      section === 'policies' ? bundleFile(own, base) : file(section, own, base);
    const off = load(text(`${field}: none, `, under));
    if (ALWAYS[section]?.includes(field) === true) {
      expect(off.file).toBeNull();
      return;
    }
    expect(off.problems.map(brief)).toEqual([]);
    const without = load(text(OTHERWISE[field] === undefined ? '' : `${OTHERWISE[field]}, `));
    if (field === 'failover' || (section === 'policies' && field === 'outlierDetection')) return;
    if (section !== 'policies') expect(off.file!.sha256).toBe(without.file!.sha256);
    const [got, wanted] = [off, without].map(({ file }) => file!.variants[0]!.scenario.services);
    expect(got).toEqual(wanted);
  });

  it('switches off what a product or the callee has by default', () => {
    const pg = (fields: string) =>
      scenarioOf(file('databases', `replicas: 1, ${fields}`)).databases.get('pg')!.failover;
    expect([pg('') === null, pg('failover: null, ') === null, pg('failover: none, ')]).toEqual([
      false,
      false,
      null,
    ]);
    const hop = (own: string) =>
      scenarioOf(bundleFile(own, '{ outlierDetection: { kind: envoy } }'))
        .services.get('shop')!
        .outbound.get('default')!;
    expect(hop('outlierDetection: null')).not.toHaveProperty('ejectsNone');
    expect(hop('outlierDetection: none')).toMatchObject({
      outlierDetection: null,
      ejectsNone: true,
    });
  });

  it.each([
    'retry: none, timeout: 1s',
    'retry: none',
    'retry: { kind: istio, attempts: 0 }',
    'extends: calm',
  ])('switches off the retries of a mesh: %s', (bundle) => {
    const { mesh } = scenarioOf(
      `${bundleFile('')}mesh: { kind: istio, outbound: { bank: { ${bundle} } } }
`.replace('hop:', 'calm: { retry: none, timeout: 1s }, hop:'),
    );
    const layers = mesh!.outbound.get('bank')!.layers.filter(({ policy }) => policy === 'retry');
    expect(layers.map(({ config }) => (config as { attempts: number }).attempts)).toEqual(
      bundle.includes('attempts') ? [1] : [],
    );
  });

  it('works in a patch, in a nested field and for a single call', () => {
    const text = file(
      'services',
      '',
      '{ probes: { liveness: { period: 5s }, readiness: { period: 5s } } }',
    );
    const probes = (more: string) => scenarioOf(text + more, 'v').services.get('shop')!.probes;
    const patch = (path: string) => `variants: [ { name: v, set: { "${path}": none } } ]\n`;
    expect(probes('variants: [ { name: v } ]\n')).toMatchObject({ liveness: {}, readiness: {} });
    expect(probes(patch('services.shop.probes'))).toBeNull();
    expect(probes(patch('services.shop.probes.liveness'))).toMatchObject({
      liveness: null,
      readiness: {},
    });
    const call = bundleFile('', '{ timeout: 1s, retry: { attempts: 3 } }').replace(
      'call: bank.pay',
      '{ call: bank.pay, policy: { extends: hop, retry: none } }',
    );
    const [step] = scenarioOf(call).services.get('shop')!.endpoints.get('buy')!.steps;
    expect(step!.verb === 'call' && step.policy!.layers.map(({ policy }) => policy)).toEqual([
      'timeout',
    ]);
  });
});
