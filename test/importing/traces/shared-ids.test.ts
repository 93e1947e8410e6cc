import { describe, expect, it } from 'vitest';
import { endpoint, modelOf, shape } from './read.js';
import { callsIn } from '../../../src/importing/traces/steps.js';

interface Zipkin {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind: 'CLIENT' | 'SERVER';
  readonly name: string;
  readonly shared?: true;
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string; readonly ipv4: string };
  readonly tags?: Readonly<Record<string, string>>;
}

const EPOCH_US = 1_767_225_600_000_000;

function span(
  traceId: string,
  id: string,
  kind: Zipkin['kind'],
  [serviceName, ipv4]: readonly [string, string],
  [from, to]: readonly [number, number],
  more: Partial<Zipkin> = {},
): Zipkin {
  const times = { timestamp: EPOCH_US + from * 1000, duration: (to - from) * 1000 };
  return {
    traceId,
    id,
    kind,
    name: 'get',
    ...times,
    localEndpoint: { serviceName, ipv4 },
    ...more,
  };
}

/**
 * `web` calls `stock` with one id for both sides. In one of four traces a proxy gives up the first try, and tries another instance, which
 * calls `db`.
 */
const traces = (shared: Partial<Zipkin>): readonly Zipkin[] =>
  Array.from({ length: 120 }, (_, k) => {
    const [trace, at] = [`${k + 1}`, 100 * k];
    const isTwice = k % 4 === 0;
    const stock = (host: string, from: number, to: number): Zipkin =>
      span(trace, 'b', 'SERVER', ['stock', host], [at + from, at + to], {
        parentId: 'a',
        ...shared,
      });
    const inner = isTwice ? 22 : 2;
    return [
      span(trace, 'a', 'SERVER', ['web', '10.0.0.1'], [at, at + 40]),
      span(trace, 'b', 'CLIENT', ['web', '10.0.0.1'], [at + 1, at + 39], { parentId: 'a' }),
      ...(isTwice
        ? [stock('10.0.0.2', 2, 38), stock('10.0.0.3', 21, 30)]
        : [stock('10.0.0.3', 1.5, 10)]),
      span(trace, 'c', 'CLIENT', ['stock', '10.0.0.3'], [at + inner, at + inner + 5], {
        ...{ parentId: 'b', name: 'query', tags: { 'db.type': 'sql', 'db.instance': 'goods' } },
      }),
    ];
  }).flat();

describe('spans of servers with one id', () => {
  it.each([
    ['that say it', { shared: true } as const],
    ['that do not', {}],
  ])('are attempts of a proxy, %s', async (_, shared) => {
    const model = await modelOf([JSON.stringify(traces(shared))]);
    expect(model.leftOut.filter(({ reason }) => reason === 'spans read twice')).toEqual([]);
    expect(endpoint(model, 'stock', 'get').executions).toBe(150);
    const [call] = callsIn(endpoint(model, 'web', 'get').steps);
    expect(call!.below).toMatchObject({ maxRetries: 1, n: 30 });
    // Each of the 120 queries is below the attempt that made it.
    expect(callsIn(endpoint(model, 'stock', 'get').steps)[0]!.chance?.text).toBe('0.8');
    expect(model.components.find(({ name }) => name === 'stock')!.replicas).toBe(2);
  });

  it('are one that was read twice if all of them is the same', async () => {
    const once = traces({ shared: true });
    const one = await modelOf([JSON.stringify(once)]);
    const two = await modelOf([JSON.stringify(once), JSON.stringify(once)]);
    expect(two.leftOut).toContainEqual({ reason: 'spans read twice', count: once.length });
    expect(shape(endpoint(two, 'web', 'get').steps)).toBe(shape(endpoint(one, 'web', 'get').steps));
    expect(endpoint(two, 'stock', 'get').executions).toBe(150);
  });
});
