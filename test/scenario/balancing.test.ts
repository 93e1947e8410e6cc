import { describe, expect, it } from 'vitest';
import { RIGHT } from './bad-input.js';
import { load } from './support.js';

/** Resolved load balancing of a service. */
function resolved(written: string): unknown {
  const service = '  orders:\n    replicas: 2\n';
  const { file, problems } = load(
    RIGHT.replace(service, `${service}    loadBalancing: ${written}\n`),
  );
  expect(problems).toEqual([]);
  return file!.variants[0].scenario.services.get('orders')!.loadBalancing;
}

describe('loadBalancing', () => {
  it('leaves zones and subsets out where nothing is said of them', () => {
    const common = {
      panicThreshold: null,
      failTrafficOnPanic: false,
      zoneAware: null,
      subset: null,
      level: 'request',
    };
    expect(resolved('roundRobin')).toEqual({ kind: 'roundRobin', config: {}, common });
    expect(resolved('{ kind: random, zoneAware: false }')).toEqual({
      kind: 'random',
      config: {},
      common,
    });
  });

  it('zoneAware: true has the defaults of Envoy', () => {
    const zoneAware = { routingEnabled: 1, minClusterSize: 6 };
    expect(resolved('{ kind: random, zoneAware: true }')).toMatchObject({ common: { zoneAware } });
    expect(resolved('{ kind: random, zoneAware: {} }')).toMatchObject({ common: { zoneAware } });
    expect(
      resolved('{ kind: peakEwma, zoneAware: { routingEnabled: 50%, minClusterSize: 2 } }'),
    ).toMatchObject({ common: { zoneAware: { routingEnabled: 0.5, minClusterSize: 2 } } });
  });

  it('subset is dealt unless it is to be drawn', () => {
    expect(resolved('{ kind: roundRobin, subset: { size: 1 } }')).toMatchObject({
      common: { subset: { size: 1, kind: 'deterministic' } },
    });
  });

  it('slowStart and nginx have the defaults of Envoy and nginx', () => {
    const SECOND = 1e9;
    expect(resolved('{ kind: roundRobin, slowStart: { window: 60s } }')).toMatchObject({
      config: { slowStart: { window: 60 * SECOND, aggression: 1, minWeight: 0.1 } },
    });
    expect(resolved('nginx')).toMatchObject({
      config: { maxFails: 1, failTimeout: 10 * SECOND, nextUpstream: [] },
    });
  });
});
