import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';

/** A service with an endpoint of each kind of caller, and one that nothing calls. */
const TEXT = `faultline: 1
title: Parts
run: { duration: 10s }
keys: { customer: uniform(count=10) }
services:
  shop:
    probes: { readiness: { call: probed } }
    healthChecks: { call: healthy }
    endpoints:
      buy: [ call: self.price, query: db.get, publish: jobs, publish: { topic: log, key: customer } ]
      book: [ saga: trip ]
      price: [ wait: 1ms ]
      probed: [ wait: 1ms ]
      healthy: [ wait: 1ms ]
      idle: [ wait: 1ms ]
  worker: { endpoints: { handle: [ wait: 1ms ], read: [ wait: 1ms ] } }
  bank: { endpoints: { pay: [ wait: 1ms ], give: [ wait: 1ms ] } }
databases:
  db:
    operations:
      get: { wait: 1ms }
      put: { wait: 1ms, write: true, lock: true, key: customer }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
topics: { log: { kind: kafka, partitions: 1, subscribers: [ { group: readers, call: worker.read } ] } }
gateways: { edge: { routes: [ { name: buy, match: { path: /buy }, to: shop.buy }, { name: old, match: { path: /old }, to: shop.buy } ] } }
sagas: { trip: { kind: orchestrated, orchestrator: shop, steps: [ { name: pay, call: bank.pay, compensation: bank.give } ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: edge, path: /buy }, { call: shop.book } ] } }
faults: [ { id: f, kind: FAULT, at: 1s, for: 1s } ]
`;

function errors(text: string): readonly string[] {
  return loadScenario('case.yaml', () => ({ text }))
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`);
}

function said(fault: string): readonly string[] {
  return errors(TEXT.replace('FAULT', fault));
}

describe('a fault on a part', () => {
  it.each([
    'error, target: shop.price',
    'slow, factor: 2, target: shop.probed',
    'error, target: shop.healthy',
    'reset, target: worker.handle',
    'slow, factor: 2, target: worker.read',
    'throttle, rate: 1/s, target: bank.pay',
    'error, target: bank.give',
    'slow, factor: 2, target: db.get',
    'error, target: edge.buy',
    'abort, target: shop.buy',
    'delay, add: 1s, target: db.get',
    'error, target: shop.idle, optional: true',
  ])('is accepted where requests reach it: %s', (fault) => {
    expect(said(fault)).toEqual([]);
  });

  it.each([
    ['error', 'shop.idle'],
    ['reset', 'shop.idle'],
    ['slow, factor: 2', 'shop.idle'],
    ['throttle, rate: 1/s', 'db.put'],
    ['lockRow, value: 1', 'db.put'],
    ['error', 'edge.old'],
  ])('is refused where no request reaches it: %s on %s', (fault, part) => {
    expect(said(`${fault}, target: ${part}`)).toEqual([
      `FL410 no request reaches ${part}, so nothing is hit: name a part that is called, or write optional: true`,
    ]);
  });

  it.each([
    ['abort', 'shop.idle'],
    ['delay, add: 1s', 'shop.idle'],
    ['abort', 'worker.handle'],
    ['delay, add: 1s', 'shop.probed'],
  ])('in the proxy of a caller is refused without a caller: %s on %s', (fault, part) => {
    expect(said(`${fault}, target: ${part}`)).toEqual([
      `FL410 no component calls ${part}, so no proxy has calls to it: name a part that is called, or write optional: true`,
    ]);
  });

  it('is accepted if a change may add the calls', () => {
    const text = TEXT.replace('FAULT, at', 'error, target: shop.idle, at').replace(
      'faults: [',
      'faults: [ { id: c, kind: change, set: { services.shop.endpoints.price: [ call: self.idle ] }, at: 1s, for: 1s },',
    );
    expect(errors(text).filter((one) => one.startsWith('FL410'))).toEqual([]);
  });
});

describe('a fault on a link', () => {
  it.each(['worker.handle', 'worker.read'])('hits the queries of the inbox of %s', (handler) => {
    const text = TEXT.replace(
      `call: ${handler} }`,
      `call: ${handler}, inbox: { database: db.get } }`,
    );
    const fault = 'latency, add: 5ms, target: worker->db';
    expect(errors(text.replace('FAULT', fault))).toEqual([]);
    expect(said(fault)).toEqual(['FL410 no call goes along worker->db']);
  });
});
