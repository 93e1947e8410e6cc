import { expect, it } from 'vitest';
import { outcomeColumns } from '../../src/report/view/columns.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

const file = (fault: string): string => `faultline: 1
title: A cache
run: { duration: 30s }
keys: { page: uniform(count=10) }
caches: { pages: { keys: page, levels: [ { name: near, kind: local, capacity: 10, ttl: 60s } ] } }
services: { web: { concurrency: 8, endpoints: { show: [ { cache: { get: pages, onMiss: [ wait: 5ms ] } } ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: web.show } ] } }
faults: [ { id: one, at: 10s, ${fault} } ]
`;
const keysOf = (fault: string): readonly string[] =>
  outcomeColumns(viewOf(run(file(fault)).result)).map(({ key }) => key);

it('success during a fault has a column where the fault has a length', () => {
  expect(keysOf('kind: slow, target: web, factor: 2, for: 5s')).toContain('during.users.show');
  expect(keysOf('kind: flush, target: pages').join()).not.toContain('during');
});
