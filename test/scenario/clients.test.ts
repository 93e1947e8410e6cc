import { describe, expect, it } from 'vitest';
import { clientKinds, clientsUnder } from '../../src/patterns/clients.js';
import { orderPresets } from '../../src/patterns/layers.js';
import { brief, load, scenarioOf } from './support.js';

const text = (policy: string): string => `
faultline: 1
title: Clients
run: { duration: 10s }
policies: { hop: ${policy} }
services:
  shop: { outbound: hop, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] }
`;

/** The layers of a bundle, and what becomes of work at its timeout. */
function read(policy: string): { readonly layers: string; readonly onTimeout: unknown } {
  const { policies } = scenarioOf(text(policy));
  const { layers } = policies.get('hop')!;
  const limit = layers.find((layer) => layer.policy === 'timeout');
  return {
    layers: layers.map((layer) => layer.policy).join(' > '),
    onTimeout: (limit?.config as { readonly onTimeout?: string } | undefined)?.onTimeout,
  };
}

const problems = (policy: string): readonly string[] => load(text(policy)).problems.map(brief);

describe('the client of a bundle', () => {
  it.each(clientKinds)('$client says what becomes of work at a limit: $leaves', (kind) => {
    expect(read(`{ client: ${kind.client}, timeout: 1s }`).onTimeout).toBe(kind.leaves);
    expect(kind.sources.length).toBeGreaterThan(0);
  });

  it('is that of the product of the order', () => {
    expect(read('{ order: resilience4j, timeout: 1s }').onTimeout).toBe('detach');
    expect(read('{ order: hystrix, timeout: 1s }').onTimeout).toBe('detach');
    expect(read('{ order: envoy, timeout: 1s }').onTimeout).toBe('abort');
    expect(read('{ timeout: 1s }').onTimeout).toBeUndefined();
    expect(read('{ order: resilience4j, client: reactive, timeout: 1s }').onTimeout).toBe('abort');
  });

  it('goes behind onTimeout of the timeout', () => {
    const policy = '{ client: blocking, timeout: { after: 1s, onTimeout: abort } }';
    expect(read(policy).onTimeout).toBe('abort');
  });

  it('marks what callers leave, where no time limit does', () => {
    const marked = { layers: 'deadline > timeout > bulkhead', onTimeout: 'detach' };
    const bundle = 'deadline: 1s, bulkhead: { maxConcurrent: 2 }';
    expect(read(`{ client: blocking, ${bundle} }`)).toEqual(marked);
    expect(read(`{ client: go, ${bundle} }`).layers).toBe('deadline > bulkhead');
    expect(read(`{ order: resilience4j, ${bundle} }`).layers).toBe('deadline > bulkhead');
  });

  it('is refused under the order of another product, and where nothing marks it', () => {
    expect(problems('{ order: envoy, client: go, timeout: 1s }')).toEqual([
      expect.stringContaining('FL208 the calls of order envoy are made by a client of kind envoy'),
    ]);
    expect(
      problems('{ order: [ hedge, bulkhead ], client: blocking, hedge: { after: 1s } }'),
    ).toEqual([expect.stringContaining('list timeout in order')]);
  });

  it('names only clients and orders that exist', () => {
    const names = clientKinds.map(({ client }) => client);
    expect(names).toEqual([...new Set(names)].sort());
    for (const order of orderPresets.keys()) {
      for (const client of clientsUnder(order) ?? []) expect(names).toContain(client);
    }
  });
});
