import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden, instants, latencies, outcomes, sent, single } from './tracing.js';

const change = (fields: string): string => `faults: [ { id: c, kind: change, ${fields} } ]\n`;

/** A shop that calls a store: its policy is the bundle \`client\`. */
const shop = (at: string, more: string, policy = 'timeout: 200ms'): string => `
policies: { client: { ${policy} } }
services:
  shop: { outbound: { store: client }, endpoints: { buy: [ { wait: 10ms }, { call: store.take } ] } }
  store: { endpoints: { take: [ { wait: 100ms } ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
${more}`;

describe('a changed policy', () => {
  const timeout = change('set: { policies.client.timeout: 50ms }, at: 1s, for: 1s');

  it('applies to the calls that begin from its start to its end', () => {
    // The calls begin 10 ms after the arrivals: at 0.99, 1, 1.98, 1.99 and 2 s.
    const { requests } = golden(shop('980ms, 989.999999ms, 990ms, 1989.999999ms, 1990ms', timeout));
    expect(latencies(requests).map(Math.round)).toEqual([110, 110, 60, 60, 110]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'serverError', 'serverError', 'ok']);
  });

  it('can be added and removed', () => {
    const retry = change(
      'set: { policies.client.retry: { attempts: 2, backoff: { kind: constant, base: 5ms } } }, remove: [ policies.client.timeout ], at: 1s, for: 1s',
    );
    const { requests, at } = golden(shop('0s, 1s, 2s', retry, 'timeout: 50ms'));
    expect(latencies(requests)).toEqual([60, 110, 60]);
    expect(at('store.take').length).toBe(3);
  });

  it('begins with a fresh state each time: a breaker that was open is closed in the new bundle', () => {
    const policy =
      'circuitBreaker: { kind: simple, failureThreshold: 2, openDuration: 60s }, timeout: 50ms';
    const slower = change('set: { policies.client.timeout: 90ms }, at: 1s, for: 1s');
    const { at } = golden(shop('0s, 100ms, 200ms, 1s, 1100ms, 1200ms, 2s', slower, policy));
    // Two failures open the first breaker, two more that of the change; after it the first one is still open.
    expect(sent(at('store.take'))).toEqual([10, 110, 1010, 1110]);
  });
});

describe('a changed program', () => {
  it('is that of executions which begin from then on', () => {
    const steps = change(
      'set: { "services.s.endpoints.serve.steps[wait].wait": 300ms }, at: 1s, for: 1s',
    );
    const { requests } = golden(single('', 'wait: 100ms', '999ms, 1s, 1999ms, 2s', 'none', steps));
    expect(latencies(requests)).toEqual([100, 300, 300, 100]);
  });

  it('moves the weights of a route: all requests from its start go to the new target', () => {
    const body = (faults: string): string => `
gateways:
  edge: { routes: [ { name: all, match: { path: / }, to: { old.get: 90, new.get: 10 } } ] }
services:
  old: { endpoints: { get: [ { wait: exponential(5ms) } ] } }
  new: { endpoints: { get: [ { wait: exponential(5ms) } ] } }
workloads:
  users: { arrivals: constant(1000/s), requests: [ { call: edge } ] }
${faults}`;
    const before = golden(body(''), '3s');
    const after = golden(
      body(
        change(
          'set: { "gateways.edge.routes[all].to": { old.get: 0, new.get: 100 } }, at: 1s, for: 1s',
        ),
      ),
      '3s',
    );
    const count = (from: number, to: number): number =>
      after.at('new.get').filter((row) => row.sent >= from && row.sent < to).length;
    expect(count(1000, 2000)).toBe(1000);
    expect(after.at('old.get').filter(({ sent: at }) => at >= 1000 && at < 2000)).toEqual([]);
    // Outside its time every request goes where it went without the change, and takes as long.
    const outside = (rows: typeof before.rows): unknown[] =>
      rows
        .filter((row) => row.sent < 1000 || row.sent >= 2000)
        .map((row) => [row.part, row.sent, row.answered]);
    expect(outside(after.rows)).toEqual(outside(before.rows));
  });

  it('leaves the draws of the rest as they are: arrivals, and times of the steps that stay', () => {
    const body = (faults: string): string => `
services:
  s: { endpoints: { serve: [ { wait: exponential(5ms) }, { wait: exponential(20ms) } ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: s.serve } ] }
${faults}`;
    const before = golden(body(''), '3s');
    const after = golden(
      body(
        change(
          'set: { "services.s.endpoints.serve.steps[1].wait": exponential(40ms) }, at: 0s, for: none',
        ),
      ),
      '3s',
    );
    // Those of the last moments have no answer yet.
    const first = (rows: typeof before.rows): typeof before.rows => rows.slice(0, 250);
    expect(sent(first(after.requests))).toEqual(sent(first(before.requests)));
    const [a, b] = [before, after].map(({ requests }) => latencies(first(requests)));
    // 5 ms X + 20 ms Y becomes 5 ms X + 40 ms Y with the same X and Y.
    const more = b!.map((latency, k) => latency - a![k]!);
    expect(more.every((extra, k) => extra > 0 && extra < a![k]!)).toBe(true);
  });
});

describe('settings of a component', () => {
  it('sets replicas from 2 to 4 and back', () => {
    const replicas = change('set: { services.s.replicas: 4 }, at: 1s, for: 1s');
    const traced = golden(
      single('replicas: 2, ', 'wait: 10ms', instants(0, 3000, 10, 'ms'), 'none', replicas),
    );
    const used = (from: number, to: number): number =>
      new Set(
        traced
          .at('s.serve')
          .filter((row) => row.sent >= from && row.sent < to)
          .map((row) => row.instance),
      ).size;
    expect([used(0, 1000), used(1000, 2000), used(2000, 3001)]).toEqual([2, 4, 2]);
    expect(states(traced, 3)).toContain('wanted 1');
    expect(states(traced, 3)).toContain('absent 2');
  });

  it('moves the bounds of an autoscaler, which follows at its next pass without asking its metrics', () => {
    const bounds = (from: string): string => `faults:
  - { id: more, kind: change, set: { services.s.autoscaling.min: 4, services.s.autoscaling.max: 5 }, at: ${from}, for: 30s }
`;
    const scaler = 'cpu: 1, autoscaling: { metric: cpu, target: 50%, min: 1, max: 2 }, ';
    const traced = golden(
      single(scaler, 'work: 1ms', instants(0, 90, 1, 's'), 'none', bounds('20s')),
      '91s',
    );
    // Passes are at multiples of 15 s: four from 30 s on, and two at 60 s, when the old bounds apply again.
    expect(states(traced, 3).filter((word) => /wanted|absent/.test(word))).toEqual([
      'absent 0',
      'wanted 30',
      'absent 60',
    ]);
    expect(
      states(traced, 1)
        .filter((word) => /wanted|absent/.test(word))
        .slice(0, 2),
    ).toEqual(['absent 0', 'wanted 30']);
  });

  it('moves the bounds of step scaling, which follows at the end of its period without an alarm', () => {
    const bounds = change('set: { services.s.autoscaling.min: 4 }, at: 70s, for: 30s');
    const scaler =
      'cpu: 1, replicas: 2, autoscaling: { kind: step, metric: cpu, steps: [ { above: 90%, add: 1 } ], min: 1, max: 4 }, ';
    const traced = golden(
      single(scaler, 'work: 1ms', instants(0, 200, 1, 's'), 'none', bounds),
      '201s',
    );
    // Periods of one minute: four from 120 s on, when the old bounds already apply again, is too late.
    expect(states(traced, 3).filter((word) => /wanted/.test(word))).toEqual([]);
    const longer = golden(
      single(scaler, 'work: 1ms', instants(0, 200, 1, 's'), 'none', bounds.replace('30s', '60s')),
      '201s',
    );
    expect(states(longer, 3).filter((word) => /wanted/.test(word))).toEqual(['wanted 120']);
  });

  it('gives waiting requests a worker at once if there are more', () => {
    const workers = change('set: { services.s.concurrency: 3 }, at: 1s, for: 1s');
    const { requests } = golden(
      single('concurrency: 1, ', 'wait: 600ms', '900ms, 900ms, 900ms, 900ms', 'none', workers),
    );
    // Workers 2 and 3 begin at 1 s, the fourth request follows the first at 1.5 s.
    expect(latencies(requests)).toEqual([600, 700, 700, 1200]);
  });

  it('bounds the queue from then on, and drops nothing that waits', () => {
    const queue = change('set: { services.s.queue.capacity: 1 }, at: 1s, for: 1s');
    const { requests } = golden(
      single(
        'concurrency: 1, queue: { capacity: 10 }, ',
        'wait: 500ms',
        '900ms, 900ms, 900ms, 1s, 2s',
        'none',
        queue,
      ),
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok', 'rejectedOverload', 'ok']);
  });
});

describe('several steps and several changes', () => {
  it('takes a ramp in equal steps, the last at the end of `up`', () => {
    const ramp = change(
      'set: { "services.s.endpoints.serve.steps[0].wait": 50ms }, at: 1s, for: 2s, ramp: { up: 300ms, down: 300ms, steps: 4 }',
    );
    const { requests } = golden(
      single(
        '',
        'wait: 10ms',
        '999ms, 1s, 1100ms, 1200ms, 1300ms, 2600ms, 2700ms, 2800ms, 2900ms, 3s',
        'none',
        ramp,
      ),
    );
    expect(latencies(requests)).toEqual([10, 20, 30, 40, 50, 50, 40, 30, 20, 10]);
  });

  it('combines two changes of different paths, also in one program', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 10ms, wait: 100ms'.replace(', wait', ' }, { wait').replace(/^/, '{ ').concat(' }'),
        '0s, 1s, 2s, 3s',
        'none',
        `
faults:
  - { id: a, kind: change, set: { "services.s.endpoints.serve.steps[0].wait": 20ms }, at: 1s, for: 2s }
  - { id: b, kind: change, set: { "services.s.endpoints.serve.steps[1].wait": 200ms }, at: 2s, for: 2s }
`,
      ),
    );
    expect(latencies(requests)).toEqual([110, 120, 220, 210]);
  });

  it('knows the configuration of a component, whatever changes elsewhere at the same time', () => {
    const { requests } = golden(
      shop(
        '0s, 1s, 2s',
        `
faults:
  - { id: a, kind: change, set: { policies.client.timeout: 300ms }, at: 1s, for: 1s }
  - { id: b, kind: change, set: { "services.store.endpoints.take.steps[0].wait": 250ms }, at: 1s, for: 1s }
`,
      ),
    );
    expect(latencies(requests)).toEqual([110, 260, 110]);
  });

  it('lets one change follow another without a gap, whatever their ids', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 10ms',
        '999ms, 1s, 1999ms, 2s, 3s',
        'none',
        `
faults:
  - { id: b, kind: change, set: { "services.s.endpoints.serve.steps[0].wait": 20ms }, at: 1s, for: 1s }
  - { id: a, kind: change, set: { "services.s.endpoints.serve.steps[0].wait": 30ms }, after: b, for: 1s }
`,
      ),
    );
    expect(latencies(requests)).toEqual([10, 20, 20, 30, 10]);
  });

  it('reaches instances after their propagation, and leaves them at once or after the rollback', () => {
    const late = (more: string): number[] => {
      const fault = change(
        `set: { "services.s.endpoints.serve.steps[0].wait": 20ms }, at: 1s, for: 1s, propagation: 500ms${more}`,
      );
      const arrivals = '1499ms, 1500ms, 1999ms, 2s, 2299ms, 2300ms';
      return latencies(
        golden(single('replicas: 2, ', 'wait: 10ms', arrivals, 'none', fault)).requests,
      );
    };
    expect(late('')).toEqual([10, 20, 20, 10, 10, 10]);
    expect(late(', rollback: 300ms')).toEqual([10, 20, 20, 20, 20, 10]);
  });

  it('never reaches an instance whose propagation is longer than the change', () => {
    const staged = change(
      'set: { "services.s.endpoints.serve.steps[0].wait": 20ms }, at: 1s, for: 1s, propagation: 1500ms',
    );
    const { requests } = golden(
      single('', 'wait: 10ms', instants(1000, 3000, 100, 'ms'), 'none', staged),
    );
    expect(new Set(latencies(requests))).toEqual(new Set([10]));
  });

  it('changes only the chosen instances', () => {
    const one = change(
      'set: { "services.s.endpoints.serve.steps[0].wait": 20ms }, at: 1s, for: 1s, instances: [1]',
    );
    const { at } = golden(
      single('replicas: 2, ', 'wait: 10ms', '1s, 1s, 1500ms, 1500ms', 'none', one),
    );
    const taken = at('s.serve').map((row) => [row.instance, row.ended - row.begun]);
    expect(taken.filter(([place]) => place === 's[0]').map(([, time]) => time)).toEqual([10, 10]);
    expect(taken.filter(([place]) => place === 's[1]').map(([, time]) => time)).toEqual([20, 20]);
  });
});

describe('a change that is refused', () => {
  const refused = (fields: string): string =>
    problemsOf(`
faultline: 1
title: Refused
run: { duration: 10s }
${shop('0s', change(fields))}
databases: { db: { pool: { maxIdle: 4 }, operations: { read: 1ms } } }`);

  it.each([
    ['set: { services.store.cpu: 2 }', 'FL405', 'cpuStress and slow'],
    ['set: { workloads.users.arrivals: constant(5/s) }', 'FL405', 'the fault load'],
    [
      'set: { services.store.endpoints.give: [ { wait: 1ms } ] }',
      'FL405',
      'cannot change during a run',
    ],
    ['set: { databases.db.pool: { maxLifetime: 1m } }', 'FL405', 'only the size of a pool'],
    ['set: { databases.db.pools.shop: { maxOpen: 2 } }', 'FL405', 'has `pool`'],
    ['set: { databases.db.pool.maxOpen: 2 }', 'FL405', 'write maxOpen in the file too'],
    ['set: { policies.client.timeout: soon }', 'FL205', 'soon'],
    ['set: { policies.client.timeot: 1s }', 'FL201', 'timeot'],
    ['set: { policies.client.timeout: 200ms }', 'FL410', 'has no effect'],
    ['set: { services.shops.concurrency: 2 }', 'FL302', 'shops'],
    ['remove: [ policies.client.retry ]', 'FL302', 'retry'],
    ['set: {}', 'FL208', 'changes nothing'],
    ['set: { policies.client.timeout: 1s }, target: shop', 'FL208', 'remove target'],
    ['remove: [ policies.client.timeout ], ramp: { up: 1s }', 'FL208', 'has no steps'],
    ['set: { services.store.replicas: 2 }, instances: 1', 'FL405', 'all its instances'],
  ])('%s', (fields, code, words) => {
    const problems = refused(`${fields}, at: 1s, for: 1s`);
    expect(problems.match(/ FL\d+ /g)).toEqual([` ${code} `]);
    expect(problems).toContain(words);
  });

  it('changes the same path as another at the same time', () => {
    const twice = `
  - { id: d, kind: change, set: { policies.client.timeout: 70ms }, at: 1500ms, for: 1s }`;
    const text = shop(
      '0s',
      `
faults:
  - { id: c, kind: change, set: { policies.client.timeout: 60ms }, at: 1s, for: 1s }${twice}`,
    );
    const problems = problemsOf(`
faultline: 1
title: Refused
run: { duration: 10s }
${text}`);
    expect(problems).toContain('at the same time');
  });
});
