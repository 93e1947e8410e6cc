import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, outcomes, sent, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** A provider that works 1 s on each request, one at a time, two may wait; called at these instants. */
function psp(at: string, faults: string, more = ''): Traced {
  return golden(
    `
services: { psp: { concurrency: 1, queue: { capacity: 2 }, endpoints: { charge: [ wait: 1s ] }${more} } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: psp.charge } ] } }
faults: [ ${faults} ]
`,
    '1m',
  );
}

/** The same with room for all, and answers at once. */
function outcomesOf(at: string, faults: string, replicas = 1): string[] {
  const traced = golden(
    `
services: { psp: { replicas: ${replicas}, endpoints: { charge: [ wait: 0ms ], refund: [ wait: 0ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: psp.charge } ] } }
faults: [ ${faults} ]
`,
    '1m',
  );
  return outcomes(traced.requests).map((name) => (name === 'throttled' ? '429' : name));
}

const fault = (own: string, id = 'quota', target = 'psp'): string =>
  `{ id: ${id}, kind: throttle, target: ${target}, ${own}, at: 1s, for: 10s }`;

describe('throttle (a token bucket at the door, RFC 6585)', () => {
  it('begins full, with what its rate brings in a second or as much as is written', () => {
    const at = times(5, '1s');
    expect(outcomesOf(at, fault('rate: 3/s'))).toEqual(['ok', 'ok', 'ok', '429', '429']);
    expect(outcomesOf(at, fault('rate: 3/s, burst: 1'))).toEqual(['ok', ...Array(4).fill('429')]);
    // Less than one a second: one at least.
    expect(outcomesOf(at, fault('rate: 6/min'))).toEqual(['ok', ...Array(4).fill('429')]);
  });

  it('is full at its start also without earlier requests, and at each of its starts', () => {
    const twice =
      '{ id: quota, kind: throttle, target: psp, rate: 1/min, burst: 2, at: 1s, for: 1s';
    const again = `${twice}, every: 10s, count: 2 }`;
    const at = `${times(3, '1500ms')}, ${times(3, '11500ms')}`;
    expect(outcomesOf(at, again)).toEqual(['ok', 'ok', '429', 'ok', 'ok', '429']);
  });

  it('has the next token at the ns at which it is whole', () => {
    // Whole at 2 + 1/3, 2 + 2/3 and 3 s, rounded up.
    const at =
      '2s, 2s, 2s, 2333333333ns, 2333333334ns, 2666666666ns, 2666666667ns, 2999999999ns, 3s, 3s';
    const passes = [true, true, false, false, true, false, true, false, true, false];
    expect(outcomesOf(at, fault('rate: 3/s, burst: 2'))).toEqual(
      passes.map((ok) => (ok ? 'ok' : '429')),
    );
  });

  it('answers at once, with no worker and no place in the queue', () => {
    const traced = psp(times(6, '2s'), fault('rate: 1/s, burst: 4'));
    // Four pass: one works, two wait, one finds the queue full; two are refused before it.
    const names = outcomes(traced.requests);
    expect(names).toEqual(['ok', 'ok', 'ok', 'rejectedOverload', 'throttled', 'throttled']);
    const refused = traced.at('psp.charge').filter(({ outcome }) => outcome === 'throttled');
    expect(latencies(refused)).toEqual([0, 0]);
    expect(refused.map(({ begun, status }) => [begun, status])).toEqual(Array(2).fill([-1, 429]));
  });

  it('leaves alone what came before it, and lets all through again after it', () => {
    const at = `500ms, ${times(2, '999999999ns')}, ${times(2, '1s')}, ${times(2, '10999999999ns')}, ${times(2, '11s')}`;
    expect(outcomesOf(at, fault('rate: 1/min'))).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
      '429',
      '429',
      '429',
      'ok',
      'ok',
    ]);
    const traced = psp('999ms, 1s, 1s', fault('rate: 1/min'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'throttled']);
    expect(traced.requests.map(({ answered }) => answered)).toEqual([1999, 2999, 1000]);
  });

  it('is one limit for all instances, and one for each target', () => {
    const at = times(6, '2s');
    const twoPass = ['ok', 'ok', '429', '429', '429', '429'];
    expect(outcomesOf(at, fault('rate: 2/s'), 3)).toEqual(twoPass);
    const each = golden(
      `
services: { psp: { endpoints: { charge: [ wait: 0ms ] } }, bank: { endpoints: { pay: [ wait: 0ms ] } } }
workloads:
  a: { arrivals: { at: [ ${at} ] }, requests: [ { call: psp.charge } ] }
  b: { arrivals: { at: [ ${at} ] }, requests: [ { call: bank.pay } ] }
faults: [ { id: quota, kind: throttle, target: [ psp, bank ], rate: 2/s, at: 1s, for: 10s } ]
`,
      '1m',
    );
    for (const part of ['psp.charge', 'bank.pay']) {
      expect(outcomes(each.at(part)).filter((name) => name === 'ok')).toHaveLength(2);
    }
  });

  it('admits calls that both of them admit; a refusal by one takes nothing from the other', () => {
    const small = fault('rate: 1/s, burst: 1');
    // At 2 s the small bucket lets one of four through, and the large one has three of its four left.
    const large = fault('rate: 1/min, burst: 4', 'other');
    const at = `${times(4, '2s')}, 3s, 4s, 5s, 6s`;
    const both = ['ok', '429', '429', '429', 'ok', 'ok', 'ok', '429'];
    expect(outcomesOf(at, `${small}, ${large}`)).toEqual(both);
    expect(outcomesOf(at, `${large}, ${small}`)).toEqual(both);
    // One at the door of the service and one at that of its endpoint, too.
    const inner = fault('rate: 1/min, burst: 4', 'other', 'psp.charge');
    expect(outcomesOf(at, `${small}, ${inner}`)).toEqual(both);
  });

  it('keeps what is left while another fault comes and goes', () => {
    const other = '{ id: other, kind: throttle, target: psp, rate: 100/s, at: 3s, for: 1s }';
    const at = `${times(2, '2s')}, 3500ms, 5s, 6s`;
    expect(outcomesOf(at, `${fault('rate: 1/min, burst: 3')}, ${other}`)).toEqual([
      'ok',
      'ok',
      'ok',
      '429',
      '429',
    ]);
  });

  it('counts requests that fail by another fault too: they have passed the door', () => {
    const broken = '{ id: broken, kind: error, target: psp, at: 1s, for: 2s }';
    const at = `${times(3, '2s')}, 4s`;
    expect(outcomesOf(at, `${fault('rate: 1/min, burst: 2')}, ${broken}`)).toEqual([
      'serverError',
      'serverError',
      '429',
      '429',
    ]);
  });
});

describe('what throttle hits', () => {
  it('hits one operation of a database alone, with the status that is written', () => {
    const traced = golden(
      `
databases: { items: { operations: { read: { wait: 1ms }, write: { wait: 1ms, write: true } } } }
services:
  shop: { runtime: async, endpoints: { show: [ query: items.read ], buy: [ query: items.write ] } }
workloads:
  readers: { arrivals: { at: [ ${times(3, '2s')} ] }, requests: [ { call: shop.show } ] }
  buyers: { arrivals: { at: [ ${times(3, '2s')} ] }, requests: [ { call: shop.buy } ] }
faults: [ ${fault('rate: 1/s, status: 400', 'quota', 'items.write')} ]
`,
      '1m',
    );
    expect(outcomes(traced.at('items.read'))).toEqual(['ok', 'ok', 'ok']);
    const writes = traced.at('items.write');
    expect(outcomes(writes)).toEqual(['ok', 'throttled', 'throttled']);
    expect(writes.map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(outcomes(traced.at('shop.buy'))).toEqual(['ok', 'throttled', 'throttled']);
  });

  it('hits a gateway before its routes', () => {
    const traced = golden(
      `
gateways: { edge: { routes: [ { name: api, to: api.get } ] } }
services: { api: { endpoints: { get: [ wait: 5ms ] } } }
workloads: { users: { arrivals: { at: [ ${times(3, '2s')} ] }, requests: [ { call: edge, method: GET, path: / } ] } }
faults: [ ${fault('rate: 2/s', 'quota', 'edge')} ]
`,
      '1m',
    );
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'throttled']);
    expect(traced.at('api.get')).toHaveLength(2);
  });

  it('hits deliveries of messages to the endpoint that handles them', () => {
    const traced = golden(
      `
topics: { jobs: { kind: kafka, subscribers: [ { group: mails, call: mailer.send } ] } }
services:
  shop: { endpoints: { buy: [ publish: { topic: jobs, count: 3 } ] } }
  mailer: { endpoints: { send: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 2s ] }, requests: [ { call: shop.buy } ] } }
faults: [ ${fault('rate: 2/s', 'quota', 'mailer.send')} ]
`,
      '1m',
    );
    const sends = traced.rows.filter(({ part }) => part === 'mailer.send');
    expect(outcomes(sends).slice(0, 3)).toEqual(['ok', 'ok', 'throttled']);
  });

  it('has the outcome of its status from 500 on', () => {
    expect(outcomesOf(times(2, '2s'), fault('rate: 1/s, status: 503'))).toEqual([
      'ok',
      'serverError',
    ]);
  });

  it('gives a Retry-After if configured: in whole seconds, or to the ns', () => {
    const tries = (own: string): number[] =>
      sent(
        golden(
          `
services: { psp: { endpoints: { charge: [ wait: 0ms ] } } }
workloads:
  users: { arrivals: { at: [ 2s, 2s ] }, requests: [ { call: psp.charge } ], policy: { retry: { attempts: 2, backoff: { kind: constant, base: 1ms, jitter: none } } } }
faults: [ ${fault(`rate: 2/s, burst: 1${own}`)} ]
`,
          '1m',
        ).at('psp.charge'),
      );
    expect(tries('')).toEqual([2000, 2000, 2001]);
    expect(tries(', retryAfter: true')).toEqual([2000, 2000, 3000]);
    expect(tries(', retryAfter: exact')).toEqual([2000, 2000, 2500]);
  });

  const refused = (target: string, own = ''): string =>
    problemsOf(`
faultline: 1
title: Refused
run: { duration: 1m }
brokers: { cluster: { kind: kafka, nodes: 1 } }
topics: { orders: { kind: kafka, subscribers: [ { group: mail, call: psp.charge } ] } }
services: { psp: { endpoints: { charge: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: psp.charge } ] } }
faults: [ ${fault(`rate: 5/s${own}`, 'quota', target)} ]
`);

  it('cannot hit workloads, topics or edges', () => {
    for (const target of ['users', 'orders', 'users->psp']) {
      expect(refused(target)).toContain(`throttle cannot target ${target}`);
    }
  });

  it('cannot hit brokers of kind kafka, which make clients wait over their quota', () => {
    expect(refused('cluster')).toContain(
      'cluster is a broker of kind kafka: above a quota it makes its clients wait',
    );
  });

  it('has no share and no ramp', () => {
    expect(refused('psp')).toBe('');
    expect(refused('psp', ', share: 50%')).toContain(
      'throttle does not take a share, because it is all or nothing: use instances',
    );
    expect(refused('psp', ', ramp: { up: 1s }')).toContain(
      'is either on or off, so up, down, shape and steps have no effect',
    );
    expect(refused('psp', ', burst: 0')).toContain('must be');
  });
});
