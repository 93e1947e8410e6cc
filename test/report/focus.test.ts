import { describe, expect, it } from 'vitest';
import { crowdOf } from '../../src/report/view/crowd.js';
import { FAMILIES } from '../../src/report/families/families.js';
import { subjectsOf } from '../../src/report/families/unseen.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

const scenario = (orders: string, db: string, late: string, report = ''): string => `
faultline: 1
title: Two of everything
run: { duration: 5s }
services:
  shop: { endpoints: { buy: [ query: db.get, call: depot.get, publish: early, publish: late ] } }
  depot: { endpoints: { get: [ wait: 1ms ] } }
databases: { db: { ${db}operations: { get: 1ms } } }
topics:
  early: { kind: bus, subscribers: [ { group: all, call: depot.get } ] }
  late: { kind: bus, ${late}subscribers: [ { group: all, call: depot.get } ] }
workloads:
  clerks: { arrivals: constant(20/s), requests: [ { call: shop.buy } ] }
  users: { ${orders}arrivals: constant(20/s), requests: [ { call: shop.buy } ] }
${report}
`;

/** Names in the order of the report: requests, servers, and components with messages. */
function orderOf(text: string): {
  readonly requests: readonly string[];
  readonly servers: readonly string[];
  readonly topics: readonly string[];
} {
  const view = viewOf(run(text).result);
  const family = FAMILIES.find((one) => subjectsOf(view, one).includes('late.all'))!;
  return {
    requests: view.requests.map((name) => name.split('.')[0]!),
    servers: crowdOf(view).shown.map(({ name }) => name),
    topics: subjectsOf(view, family).map((name) => name.split('.')[0]!),
  };
}

describe('what is critical', () => {
  it('comes after what is nearer to the users where nothing is', () => {
    const { requests, servers, topics } = orderOf(scenario('', '', ''));
    expect(requests).toEqual(['clerks', 'users']);
    expect(servers).toEqual(['shop', 'db', 'depot']);
    expect([...new Set(topics)]).toEqual(['early', 'late']);
  });

  it('comes first: a workload, a database, a topic', () => {
    const critical = 'critical: true, ';
    const { requests, servers, topics } = orderOf(scenario(critical, critical, critical));
    expect(requests).toEqual(['users', 'clerks']);
    expect(servers).toEqual(['db', 'shop', 'depot']);
    expect([...new Set(topics)]).toEqual(['late', 'early']);
  });

  it('is overruled by the focus of the report', () => {
    const critical = 'critical: true, ';
    const report = 'report: { focus: [ depot ] }';
    const { requests, servers } = orderOf(scenario(critical, critical, critical, report));
    expect(requests).toEqual(['clerks', 'users']);
    expect(servers).toEqual(['depot', 'shop', 'db']);
  });
});
