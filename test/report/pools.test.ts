import { describe, expect, it } from 'vitest';
import { poolMeters } from '../../src/report/families/pool-meters.js';
import { usedUpPools } from '../../src/report/words/pools.js';
import { run } from '../theory/program.js';

/** One connection; a call of 10 ms at regular intervals. */
const ran = (every: string, max: string, runs = 1) =>
  run(`faultline: 1
title: One connection for all calls
run: { duration: 10s, replications: ${runs} }
services:
  app:
    runtime: async
    endpoints: { ask: [ call: far.get ] }
    outbound: { far: { connections: { max: ${max}, maxPending: 4 } } }
  far: { endpoints: { get: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(${every}), requests: [ { call: app } ] }
`);

describe('pools that are used up', () => {
  it('are named with what waits for them', () => {
    // 200 calls a second for a connection that carries 100: four wait in line, 40 ms for those served.
    const { result } = ran('200/s', '1');
    expect(usedUpPools(result.variants)).toHaveLength(1);
    expect(usedUpPools(result.variants)[0]).toMatch(
      /^app->far has 1 of 1 connections in use, a wait of 39\.8.ms for one, on average$/,
    );
    const { pools } = result.variants[0]!.components.far!;
    expect(pools!.app).toMatchObject({ size: 1, opened: 1, timeouts: 0 });
    expect(result.variants[0]!.edges['app->far']!.counters.poolOverflows).toBeGreaterThan(990);
  });

  it('are not named while connections are free, or where nothing limits them', () => {
    expect(usedUpPools(ran('50/s', '1').result.variants)).toEqual([]);
    const unlimited = ran('200/s', '2000').result;
    expect(usedUpPools(unlimited.variants)).toEqual([]);
    expect(unlimited.variants[0]!.components.app!.pools).toBeNull();
  });
});

describe('the pools of a table', () => {
  it('open as many connections in a run as there are, however many runs there are', () => {
    const [variant] = ran('200/s', '1', 3).result.variants;
    expect(variant!.components.far!.pools!.app!.opened).toBe(3);
    expect(poolMeters(variant!)['app->far']!.meters['poolOpened']).toMatchObject({ total: 1 });
  });
});
