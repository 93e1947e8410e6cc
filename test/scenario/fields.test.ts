import { describe, expect, it } from 'vitest';
import { entry } from '../../src/contracts/fields/entry.js';
import { except } from '../../src/contracts/fields/pick.js';
import { brief, load, station } from './support.js';
import { absent, field } from '../../src/contracts/fields/field.js';

const limits = entry({
  lockTimeoutNs: field.timeLimit(absent('that of the product'), 'Longest wait.'),
  retryNs: field.duration(absent(), 'Pause.'),
  idleNs: field.timeLimit('none', 'Longest idle time.'),
});

describe('an entry', () => {
  it('tells a field that is not written from `none`, where the field takes `none`', () => {
    expect(limits.parse({})).toStrictEqual({
      lockTimeoutNs: undefined,
      retryNs: null,
      idleNs: null,
    });
    expect(limits.parse({ lockTimeout: 'none' }).lockTimeoutNs).toBe(null);
    expect(limits.parse({ lockTimeout: '2s' }).lockTimeoutNs).toBe(2e9);
  });

  it('is reduced to the fields that are not resolved', () => {
    expect(except(limits.parse({ retry: '1s' }), ['lockTimeoutNs', 'idleNs'])).toStrictEqual({
      retryNs: 1e9,
    });
  });
});

describe('a name of the platform', () => {
  const nodes = station('{ endpoints: { serve: [ wait: 5ms ] } }').replaceAll('station', 'nodes');

  it('is free where the platform has no nodes', () => {
    expect(load(nodes).problems.map(brief)).toEqual([]);
  });

  it('is taken where it has some', () => {
    const platform = 'platform: { kind: kubernetes, nodes: { count: 3 } }';
    expect(load(`${nodes}${platform}\n`).problems.map(brief).join()).toMatch(/nodes/);
  });
});
