import { describe, expect, it } from 'vitest';
import { answered, begun, ended, golden, instants, latencies, outcomes, times } from './tracing.js';

const server = (fields: string, at: string, steps = 'wait: 10ms', more = ''): string => `
services:
  s: { ${fields}, endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
${more}`;

describe('admission by rate', () => {
  const bucket = 'rateLimit: { rate: 10/s, burst: 2';

  it('answers 429 before the queue, without a worker', () => {
    const fields = `concurrency: 1, queue: { capacity: 0 }, admission: { ${bucket} } }`;
    const { requests, at } = golden(server(fields, '0ms, 1ms, 2ms, 102ms'));
    // The bucket admits the second and the queue refuses it; the third finds the bucket empty.
    expect(outcomes(requests)).toEqual(['ok', 'rejectedOverload', 'throttled', 'ok']);
    expect(begun(at('s.serve'))).toEqual([0, -1, -1, 102]);
  });

  it('refuses with the status that is written: callers, retries and figures see that one', () => {
    const limit = (status: string): string =>
      server(`admission: { ${bucket}${status} } }`, '0ms, 0ms, 0ms').replace(
        'call: s }',
        'call: s, policy: { retry: { attempts: 3, on: [429], respectRetryAfter: false, backoff: { kind: constant, base: 10ms } } } }',
      );
    const usual = golden(limit(''));
    const unavailable = golden(limit(', status: 503'));
    const forbidden = golden(limit(', status: 403'));
    expect([usual, unavailable, forbidden].map(({ requests }) => outcomes(requests))).toEqual([
      ['ok', 'ok', 'throttled'],
      ['ok', 'ok', 'serverError'],
      ['ok', 'ok', 'clientError'],
    ]);
    // Only a 429 is tried again.
    expect([usual, unavailable, forbidden].map(({ at }) => at('s.serve').length)).toEqual([
      5, 3, 3,
    ]);
  });

  it('lets wait before the queue, where no worker is held', () => {
    const fields = `concurrency: 1, admission: { ${bucket}, maxWait: 150ms } }`;
    const { requests, at } = golden(server(fields, times(4, '0ms')));
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok', 'throttled']);
    expect(begun(at('s.serve'))).toEqual([0, 10, 100, -1]);
  });

  it('loses waiting requests when the process ends, and starts with a full bucket', () => {
    const fields = `admission: { ${bucket}, maxWait: 1s } }`;
    const crash = 'faults: [ { id: c, kind: crash, target: s, at: 50ms, for: 10ms } ]\n';
    const { requests } = golden(
      server(fields, `${times(3, '0ms')}, ${times(2, '70ms')}`, 'wait: 10ms', crash),
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'reset', 'ok', 'ok']);
    expect(latencies(requests)).toEqual([10, 10, 50, 10, 10]);
  });

  it('pays what a refusal costs, and answers 429 all the same', () => {
    const fields = `rejectWork: 3ms, admission: { rateLimit: { rate: 1/s, burst: 1 } }`;
    const { requests } = golden(server(fields, '0ms, 1ms'));
    expect(outcomes(requests)).toEqual(['ok', 'throttled']);
    expect(latencies(requests)).toEqual([10, 3]);
  });
});

describe('admission by concurrency', () => {
  it('counts those in the queue too, and lets the next one in when one is answered', () => {
    const fields = `concurrency: 1, admission: { concurrencyLimit: { limit: 2 } }`;
    const { requests } = golden(server(fields, '0ms, 1ms, 2ms, 10ms, 11ms'));
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedOverload', 'ok', 'rejectedOverload']);
    expect(latencies(requests)).toEqual([10, 19, 0, 20, 0]);
  });

  it.each(['ignore', 'onDequeue', 'atSteps', 'immediate'])(
    'releases the place of a request that leaves, with cancellation %s',
    (cancellation) => {
      const fields =
        `concurrency: 1, cancellation: ${cancellation}, ` +
        'admission: { concurrencyLimit: { limit: 2 } }';
      const body = server(fields, '0ms, 1ms, 500ms, 500ms').replace(
        'call: s }',
        'call: s, patience: { after: 5ms, cancel: true } }',
      );
      const { at } = golden(body);
      expect(
        at('s.serve').filter(({ sent, outcome }) => sent >= 500 && outcome === 'rejectedOverload'),
      ).toEqual([]);
    },
  );

  it('releases the place of a request that waited too long, or was lost with the process', () => {
    const fields =
      'concurrency: 1, queue: { maxWait: 5ms }, admission: { concurrencyLimit: { limit: 2 } }';
    const crash = 'faults: [ { id: c, kind: crash, target: s, at: 40ms, for: 1ms } ]\n';
    const { requests } = golden(
      server(fields, '0ms, 1ms, 7ms, 36ms, 37ms, 50ms, 50ms', 'wait: 10ms', crash),
    );
    expect(outcomes(requests)).toEqual([
      ...['ok', 'rejectedOverload', 'ok', 'reset', 'reset', 'ok', 'rejectedOverload'],
    ]);
    expect(answered(requests)).toEqual([10, 6, 20, 40, 40, 60, 55]);
  });

  it('G30 at a server: AIMD grows by answers, shrinks by answers that took too long', () => {
    const fields =
      'concurrency: 1, admission: { concurrencyLimit: ' +
      '{ kind: aimd, initial: 2, min: 1, max: 10, timeout: 20ms } }';
    // Both answers at 10 and 20 found half of the limit in use: 3 at 10, 4 at 20.
    const grown = golden(server(fields, `${times(2, '0ms')}, ${times(6, '20ms')}`));
    expect(outcomes(grown.requests).filter((outcome) => outcome === 'ok')).toHaveLength(2 + 4);
    // They take 10 to 40 ms: the first finds too few, 20 is not above 20: 4, 5, then 4.5 and 3.6.
    const shrunk = golden(
      server(fields, `${times(2, '0ms')}, ${times(4, '20ms')}, ${times(9, '70ms')}`),
    );
    expect(outcomes(shrunk.requests).filter((outcome) => outcome === 'ok')).toHaveLength(6 + 3);
  });

  it('takes a time limit that has passed at what it calls for a drop, an error of it not', () => {
    const body = (steps: string): string => `
policies: { short: { timeout: 10ms } }
services:
  s:
    admission: { concurrencyLimit: { kind: aimd, initial: 4, min: 1, max: 10 } }
    outbound: short
    endpoints: { serve: [ call: back ] }
  back: { endpoints: { get: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ 0ms, ${times(9, '100ms')} ] }, requests: [ { call: s } ] }
`;
    const letIn = (steps: string): number =>
      golden(body(steps))
        .requests.slice(1)
        .filter(({ outcome }) => outcome !== 'rejectedOverload').length;
    // 4 x 0.9 = 3.6, in whole numbers 3; an answer alone at a limit of 4 changes nothing.
    expect(letIn('wait: 20ms')).toBe(3);
    expect(letIn('wait: 5ms, fail: 500')).toBe(4);
  });

  it('of kind envoyGradient measures at three requests first', () => {
    const fields = 'admission: { concurrencyLimit: { kind: envoyGradient } }';
    const { requests } = golden(server(fields, times(5, '0ms')));
    expect(outcomes(requests).filter((outcome) => outcome === 'ok')).toHaveLength(3);
  });
});

describe('admission by shedding', () => {
  const people = (name: string, priority: number, at: string): string =>
    `  ${name}: { priority: ${priority}, arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }\n`;
  const two = (shed: string, fields: string, low: string, high: string): string => `
services:
  s: { ${fields}, admission: { shed: ${shed} }, endpoints: { serve: [ work: 10ms ] } }
workloads:
${people('low', 0, low)}${people('high', 1, high)}`;
  const of = (rows: ReturnType<typeof golden>['requests'], part: string): readonly string[] =>
    outcomes(rows.filter((row) => row.part === part));

  it('by priority refuses the lower ones from the share of the queue on', () => {
    const { requests } = golden(
      two(
        '{ kind: priority, above: 50%, below: 1 }',
        'concurrency: 1, queue: { capacity: 4 }',
        `${times(4, '0ms')}, 11ms`,
        times(3, '1ms'),
      ),
    );
    // One begins, two wait: half of four. The higher ones fill the rest. At 11 three wait.
    expect(of(requests, 'low.serve')).toEqual([
      ...['ok', 'ok', 'ok', 'rejectedOverload', 'rejectedOverload'],
    ]);
    expect(of(requests, 'high.serve')).toEqual(['ok', 'ok', 'rejectedOverload']);
  });

  it('by cpu refuses from the first look on that saw the cores that busy', () => {
    const shed = '{ kind: cpu, above: 50%, interval: 100ms }';
    // 5 of 10 ms are used: at exactly 100 a look sees 50 % of the time since 0.
    const at = instants(0, 80, 20, 'ms');
    const { requests } = golden(two(shed, 'cpu: 1', `${at}, 100ms, 150ms, 200ms, 201ms`, '0s'));
    // At 0 two share the core: 60 ms of work up to 100, none of it refused; 40 % in the next window.
    const low = requests.filter(({ part }) => part === 'low.serve');
    expect(outcomes(low)).toEqual([
      ...['ok', 'ok', 'ok', 'ok', 'ok'],
      ...['rejectedOverload', 'rejectedOverload', 'ok', 'ok'],
    ]);
  });

  it('by cpu takes exactly the share for too much, and a quota for what there is', () => {
    const shed = (above: string): string => `{ kind: cpu, above: ${above}, interval: 100ms }`;
    const last = (above: string, cpu: string): string =>
      of(
        golden(two(shed(above), `cpu: ${cpu}`, '0ms, 100ms', '20ms, 40ms')).requests,
        'low.serve',
      )[1];
    expect(last('30%', '1')).toBe('rejectedOverload');
    expect(last('31%', '1')).toBe('ok');
    expect(last('60%', '{ cores: 4, quota: { limit: 0.5 } }')).toBe('rejectedOverload');
    expect(last('61%', '{ cores: 4, quota: { limit: 0.5 } }')).toBe('ok');
  });

  it('by queueDelay refuses while no request of the last interval started within the target', () => {
    const shed = '{ kind: queueDelay, target: 15ms, interval: 50ms, below: 1 }';
    // Begun at 0, 10, 20, ... 90: the wait at 10 is short, that at 20 is longer than 15.
    const { requests } = golden(
      two(shed, 'concurrency: 1', `${times(10, '0ms')}, 59ms, 60ms, 149ms, 150ms`, '61ms'),
    );
    // 10 + 50 = 60: active from then on. Those admitted at 59 and 61 start at 100 and 110, after 41 and 49 ms.
    expect(of(requests, 'low.serve').slice(10)).toEqual([
      ...['ok', 'rejectedOverload', 'rejectedOverload', 'rejectedOverload'],
    ]);
    expect(of(requests, 'high.serve')).toEqual(['ok']);
    // No request has started since 100: after 50 ms there is no measurement left.
    const later = golden(two(shed, 'concurrency: 1', `${times(10, '0ms')}, 149ms, 150ms`, '0s'));
    expect(of(later.requests, 'low.serve').slice(10)).toEqual(['rejectedOverload', 'ok']);
  });
});

describe('middleware admit', () => {
  it('limits what is under way behind it, and answers 503', () => {
    const body = `
gateways:
  edge:
    middleware: [ { admit: { limit: 2, work: 1ms } } ]
    routes: [ { name: api, to: s } ]
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${times(3, '0ms')}, 11ms, 12ms ] }, requests: [ { call: edge } ] }
`;
    const { requests } = golden(body);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedOverload', 'ok', 'ok']);
    expect(answered(requests)).toEqual([11, 11, 1, 22, 23]);
  });
});

describe('an endpoint', () => {
  const shop = (slow: string, at: string, more = ''): string => `
services:
  s:
    concurrency: 4
    cancellation: ignore
    endpoints:
      slow: { ${slow}, steps: [ wait: 100ms ] }
      fast: [ wait: 10ms ]
workloads:
  some: { arrivals: { at: [ ${at} ] }, requests: [ { call: s.slow } ] }
  others: { arrivals: { at: [ 5ms ] }, requests: [ { call: s.fast } ] }
${more}`;

  it('with concurrency takes no more workers than that', () => {
    const free = golden(shop('concurrency: 4', times(6, '0ms')));
    expect(latencies(free.requests.filter(({ part }) => part === 'others.fast'))).toEqual([105]);
    const { requests } = golden(shop('concurrency: 2', times(6, '0ms')));
    expect(outcomes(requests.slice(0, 6))).toEqual([
      ...['ok', 'ok', 'rejectedOverload', 'rejectedOverload', 'rejectedOverload'],
      'rejectedOverload',
    ]);
    expect(latencies(requests.filter(({ part }) => part === 'others.fast'))).toEqual([10]);
  });

  it('gives its places back at the answer, and is empty after a restart', () => {
    const crash = 'faults: [ { id: c, kind: crash, target: s, at: 250ms, for: 1ms } ]\n';
    const { requests } = golden(shop('concurrency: 1', '0ms, 99ms, 100ms, 210ms, 260ms', crash));
    expect(outcomes(requests.filter(({ part }) => part === 'some.slow'))).toEqual([
      ...['ok', 'rejectedOverload', 'ok', 'reset', 'ok'],
    ]);
  });

  it('with timeLimit answers 503 at its end and frees the worker', () => {
    const { requests, at } = golden(
      shop('timeLimit: 30ms', times(5, '0ms')).replace('concurrency: 4', 'concurrency: 1'),
    );
    const slow = requests.filter(({ part }) => part === 'some.slow');
    // The clock starts with the worker, not in the queue.
    expect(latencies(slow)).toEqual([30, 60, 90, 120, 150]);
    expect(outcomes(slow)).toEqual(Array.from({ length: 5 }, () => 'serverError'));
    expect(ended(at('s.fast'))).toEqual([160]);
  });

  it('with timeLimit lets an answer of the same instant through', () => {
    const { requests } = golden(shop('timeLimit: 100ms', '0ms'));
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
  });

  it('with timeLimit gives its own calls up, and tells them', () => {
    const body = `
services:
  s: { endpoints: { serve: { timeLimit: 30ms, steps: [ call: back ] } } }
  back: { cancellation: immediate, endpoints: { get: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: s } ] }
`;
    const { requests, at } = golden(body);
    expect(latencies(requests)).toEqual([30]);
    expect(ended(at('back.get'))).toEqual([30]);
  });

  it('with timeLimit does not end work after a response that was sent', () => {
    const body = `
services:
  s: { endpoints: { serve: { timeLimit: 30ms, steps: [ respond: { status: 200, then: [ wait: 100ms ] } ] } } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: s } ] }
`;
    const { requests, at } = golden(body);
    expect(outcomes(requests)).toEqual(['ok']);
    expect(ended(at('s.serve'))).toEqual([100]);
  });

  it('of a paused process ends when the process resumes', () => {
    const pause = 'faults: [ { id: p, kind: pause, target: s, at: 10ms, for: 50ms } ]\n';
    const { requests } = golden(shop('timeLimit: 30ms', '0ms', pause));
    expect(latencies(requests.filter(({ part }) => part === 'some.slow'))).toEqual([60]);
  });
});
