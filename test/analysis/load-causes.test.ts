import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const cascade = (text: string) => run(`faultline: 1\ntitle: Load\n${text}`).variant().cascade;

const kinds = (text: string): string[] =>
  cascade(text).causes.map(({ kind, subject }) => `${kind} ${subject}`);

describe('an overload from the start', () => {
  const SHOP = 'concurrency: 5, queue: { capacity: 20 }, endpoints: { get: [ wait: 20ms ] }';
  const chronic = (shop: string, load: string): string =>
    cascade(`
run: { duration: 20s, warmup: 10s, seed: 1, replications: 1 }
services: { shop: { ${shop} } }
workloads: { users: { ${load}, requests: [ { call: shop.get } ] } }
`).sentence;

  it('has the rate that is offered and the rate that the capacity is enough for', () => {
    const refused = chronic(SHOP, 'arrivals: constant(400/s)');
    expect(refused).toMatch(/^From the start 400\/s meet 250\/s that shop can serve/u);
  });

  it('counts the requests that wait, and those that users have given up', () => {
    const waiting = SHOP.replace('20 }', '100000 }');
    const left = chronic(waiting, 'arrivals: constant(400/s), patience: 1s');
    expect(left).toMatch(/^From the start 400\/s meet 2(?:4\d|5\d)\/s that shop can serve/u);
    expect(chronic(waiting, 'arrivals: constant(400/s)')).toMatch(
      /^From the start 400\/s meet 2(?:4\d|5\d)\/s that shop can serve .*: no user request fails/u,
    );
  });

  it('is not said of a component whose capacity is enough', () => {
    const uneven = `replicas: 2, ${SHOP}, loadBalancing: { kind: weighted, weights: [9, 1] }`;
    const text = chronic(uneven, 'arrivals: constant(400/s)');
    expect(text).toMatch(
      /^From the start 1 of 2 instances of shop is full, and the other has room/u,
    );
    expect(text).not.toContain('can serve');
  });

  it('weighs the work of endpoints, though a full queue lets through another mix than arrives', () => {
    const text = cascade(`
run: { duration: 30s, warmup: 5s, seed: 1, replications: 1 }
services:
  api:
    concurrency: 10
    queue: { capacity: 20 }
    endpoints: { get: [ wait: 10ms ], report: [ wait: 2s ] }
workloads:
  readers: { arrivals: constant(100/s), requests: [ { call: api.get } ] }
  reporters: { arrivals: constant(10/s), requests: [ { call: api.report } ] }
`).sentence;
    // 100/s x 10 ms and 10/s x 2 s are 21 workers.
    expect(text).toMatch(/first attempts need 2[01]\d % of the capacity of api/u);
  });
});

describe('a full proxy of the mesh', () => {
  const proxied = (rate: string) =>
    cascade(`
run: { duration: 10s, warmup: 2s, seed: 5, replications: 1 }
mesh: { kind: custom, proxy: { work: 2ms, latency: 0.2ms, concurrency: 1 } }
services: { stock: { concurrency: 200, endpoints: { get: { readOnly: true, steps: [ wait: 10ms ] } } } }
workloads: { users: { arrivals: poisson(${rate}), requests: [ { call: stock.get } ] } }
`);

  it('is an overload, though its component is idle', () => {
    const { sentence, endings } = proxied('600/s');
    expect(endings[0]).toMatchObject({
      verdict: 'overloaded',
      reason: 'load',
      subject: 'the proxy of stock',
    });
    // 600/s x 2 ms, on one worker.
    expect(endings[0]!.value).toBeCloseTo(1.2, 1);
    expect(sentence).toMatch(
      /^From the start [56]\d\d\/s meet (?:49|50)\d\/s that the proxy of stock can serve \(1 of 1 workers of the proxy of stock are in use; likely\): no user request fails/u,
    );
  });

  it('is none where it keeps up', () => {
    const { sentence, endings } = proxied('400/s');
    expect(sentence).toBe('No fault, and nothing degrades.');
    expect(endings[0]!.verdict).toBe('untouched');
  });
});

describe('a backlog after a rise of the load', () => {
  const backlog = (users: string, faults = ''): string => `
run: { duration: 60s, warmup: 5s, seed: 1, replications: 1 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: 2 } ] } }
services:
  worker: { concurrency: 2, endpoints: { handle: [ wait: 20ms ] } }
  api: { endpoints: { submit: [ publish: jobs ] } }
  other: { endpoints: { get: [ wait: 1ms ] } }
workloads: { ${users} }
${faults}`;
  const LATE = 'late: { arrivals: constant(90/s), start: 15s, requests: [ { call: api.submit } ] }';
  const USERS = 'users: { arrivals: constant(50/s), requests: [ { call: api.submit } ] }';

  it('has it as its cause', () => {
    const { sentence, causes } = cascade(backlog(`${USERS}, ${LATE}`));
    // A growth from nothing is no finite factor, which a result document could not hold.
    expect(causes.map(({ value }) => value)).toEqual([null]);
    expect(kinds(backlog(`${USERS}, ${LATE}`))).toEqual(['load late']);
    expect(sentence).toMatch(
      /^The load of late starts with 90\/s at 1\d s \(guess\): no user request fails, without a fault\. jobs falls behind/u,
    );
  });

  it('has none for messages that a consumer has', () => {
    const { sentence } = cascade(`
run: { duration: 150s, replications: 1 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ wait: 45s ] } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads: { users: { arrivals: { at: [ 0s, 60s ] }, requests: [ { call: api.submit } ] } }
`);
    expect(sentence).toBe('No fault, and nothing degrades.');
  });

  it('does not name a load that does not reach the queue', () => {
    const busy = USERS.replace('50/s', '140/s');
    expect(kinds(backlog(`${busy}, ${LATE.replace('api.submit', 'other.get')}`))).toEqual([]);
  });

  it('has the fault as its cause where that begins later', () => {
    const fault = 'faults: [ { id: f, kind: slow, target: worker, factor: 8, at: 30s, for: 10s } ]';
    const light = LATE.replace('90/s', '10/s');
    expect(kinds(backlog(`${USERS}, ${light}`, fault))).toEqual(['fault f']);
  });
});

describe('a fault that does no harm until the load rises', () => {
  it('is a cause beside the rise', () => {
    const text = `
run: { duration: 60s, warmup: 5s, seed: 6, replications: 1 }
services:
  shop:
    concurrency: 10
    queue: { capacity: 20 }
    lifecycle: { startup: 2s }
    autoscaling: { metric: rate, target: 50/s, min: 4, max: 12 }
    endpoints: { buy: [ wait: 100ms ] }
workloads:
  users:
    arrivals: { kind: stages, process: constant, start: 200/s, stages: [ { target: 200/s, duration: 30s }, { target: 600/s, duration: 1s }, { target: 600/s, duration: 29s } ] }
    requests: [ { call: shop.buy } ]
faults: [ { id: f, kind: freeze, target: shop, what: autoscaling, at: 10s, for: 45s } ]
`;
    expect(kinds(text)).toEqual(['fault f', 'load users']);
    expect(cascade(text).sentence).toContain('the load of users grows from 200/s to 600/s at 30 s');
  });
});

describe('another mix of endpoints', () => {
  const mixed = (nightly: string, faults = ''): readonly string[] =>
    cascade(`
run: { duration: 60s, warmup: 5s, seed: 1, replications: 1 }
services:
  db: { concurrency: 64, endpoints: { read: [ wait: exponential(4ms) ], scan: [ wait: 200ms ] } }
  other: { endpoints: { get: [ wait: 1ms ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: db.read } ] }
  ${nightly}
faults: [ { id: f, kind: crash, target: other, at: 20s, for: 5s }${faults} ]
`)
      .events.filter(({ subject }) => subject === 'db')
      .map(({ kind }) => kind);
  const LATE = 'nightly: { arrivals: constant(50/s), start: 35s, requests: [ { call: db.scan } ] }';
  const USUAL = 'daily: { arrivals: constant(2/s), requests: [ { call: db.scan } ] }';

  it('is not slower', () => {
    expect(mixed(LATE)).toEqual([]);
  });

  it('is not slower either, if more requests go to an endpoint that was slow before', () => {
    expect(mixed(`${LATE}\n  ${USUAL}`)).toEqual([]);
  });

  it('hides no endpoint that is slower', () => {
    const slow = ', { id: slow, kind: slow, target: db, factor: 2, at: 35s, for: 20s }';
    expect(mixed(`${LATE}\n  ${USUAL}`, slow)).not.toEqual([]);
  });
});

describe('the end of a run', () => {
  it('cuts off slow requests, which is no trouble', () => {
    // One in a hundred takes longer than 9.2 s. Of those that arrive 9 s before the end, 3 of 120 are still under way.
    const { sentence } = cascade(`
run: { duration: 30s, warmup: 10s, seed: 11, replications: 1 }
services:
  shop: { runtime: async, endpoints: { find: [ work: exponential(1ms), call: search.query ] } }
  search: { endpoints: { query: [ wait: exponential(2s) ] } }
workloads: { seekers: { arrivals: poisson(100/s), requests: [ { call: shop.find } ] } }
`);
    expect(sentence).toBe('No fault, and nothing degrades.');
  });
});

describe('a load that rises beyond the capacity, without a failure', () => {
  // By hand: 4 cores of 10 ms serve 400/s; 100/s rise to 500/s from 10 to 30 s, and cross 400/s at 25 s. At 50 s
  // 0.5 * 5 s * 100/s + 20 s * 100/s = 2,250 requests wait, and wait 5.6 s.
  const text = `
run: { duration: 80s, warmup: 5s, seed: 1, replications: 1 }
services: { shop: { cpu: 4, endpoints: { get: [ work: 10ms ] } } }
workloads:
  users:
    arrivals:
      kind: stages
      start: 100/s
      stages:
        - { duration: 10s, target: 100/s }
        - { duration: 20s, target: 500/s }
        - { duration: 20s, target: 500/s }
        - { duration: 0s, target: 100/s }
        - { duration: 30s, target: 100/s }
    requests: [ { call: shop.get } ]
`;

  it('hurts users by its slowness, from the instant at which it crosses it until the queue is empty', () => {
    const { events } = cascade(text);
    const own = events.filter(({ subject }) => subject.startsWith('users'));
    expect(own).toHaveLength(2);
    expect(own[0]!.figure).toMatchObject({ metric: 'latency', unit: 'seconds' });
    expect(own[0]!.figure!.value).toBeGreaterThan(1);
    expect(own[0]!.figure!.value).toBeLessThan(6);
    expect(own[0]!.at).toBeGreaterThan(22);
    expect(own[0]!.at).toBeLessThan(27);
    // The queue of 2,250 empties at 300/s: in 7.5 s.
    expect(own[1]!.at).toBeGreaterThan(54);
    expect(own[1]!.at).toBeLessThan(60);
    expect(own.every(({ text }) => !text.includes('failures'))).toBe(true);
  });

  it('hurts nobody where the capacity is enough', () => {
    const { events } = cascade(text.replace('cpu: 4', 'cpu: 8'));
    expect(events.filter(({ subject }) => subject.startsWith('users'))).toEqual([]);
  });
});
