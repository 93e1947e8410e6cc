import { expect, it } from 'vitest';
import { poolsInto } from '../../src/contracts/plan/pools-into.js';
import { plansOf } from '../theory/program.js';

/** Pools of two callers of a database, of which one has three instances: how many there are of each. */
function countsWith(pool: string): readonly number[] {
  const { plans } = plansOf(`faultline: 1
title: Two callers
run: { duration: 10s }
services:
  shop: { replicas: 3, endpoints: { buy: [ query: db.find ] } }
  desk: { endpoints: { sell: [ transaction: { database: db, steps: [ query: db.find ] } ] } }
databases: { db: { kind: postgres, pool: ${pool}, operations: { find: { work: 1ms } } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: desk.sell } ] } }
`);
  const [plan] = plans;
  const id = plan!.components.findIndex(({ name }) => name === 'db');
  return poolsInto(plan!, id).map(({ count }) => count);
}

it('the pools into a database are one for each instance, or one for each user of a pooler', () => {
  expect(countsWith('{ maxOpen: 10 }')).toEqual([1, 3]);
  expect(countsWith('{ kind: pgbouncer }')).toEqual([1, 1]);
  expect(countsWith('{ kind: pgbouncer, user: app }')).toEqual([1]);
});
