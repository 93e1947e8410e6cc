import { describe, expect, it } from 'vitest';
import { TraceLines } from '../../src/telemetry/trace-lines.js';
import { AMBIGUOUS, OUTCOME, withStatus, writtenStatus } from '../../src/contracts/outcome.js';
import type { Row } from '../theory/program.js';
import type { Traced } from './tracing.js';
import { golden, instants, outcomes } from './tracing.js';

/** Behaviour of the gateways of the products, at times worked out by hand; ms. */

interface Case {
  readonly kind: string;
  readonly at: string;
  readonly fault: string;
  readonly endpoint?: string;
  readonly replicas?: number;
}

/** One route to one service; requests at the given instants, a fault from the beginning on. */
function behind({ kind, at, fault, endpoint = '', replicas = 1 }: Case): readonly Row[] {
  return golden(`
gateways:
  edge: { kind: ${kind}, routes: [ { name: all, match: { path: /* }, to: s.serve } ] }
services:
  s: { replicas: ${replicas}, endpoints: { serve: { ${endpoint}steps: [ wait: 1s ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge, path: /a } ] }
faults: [ { id: f, target: s, at: ${fault}, for: none } ]
`).requests;
}

const answers = (rows: readonly Row[]): unknown[] =>
  rows.map(({ status, sent, answered }) => [status, answered - sent]);

describe('the status of a gateway when no answer comes', () => {
  it.each([
    ['simple', 503],
    ['envoy', 503],
    ['kong', 502],
    ['nginx', 502],
    ['spring', 500],
  ])('%s answers %i when the connection is refused', (kind, status) => {
    expect(answers(behind({ kind, at: '1s', fault: '0s, kind: crash' }))).toEqual([[status, 0]]);
  });

  it.each([
    ['simple', 502],
    ['envoy', 503],
    ['kong', 502],
    ['nginx', 502],
    ['spring', 500],
  ])('%s answers %i when the connection breaks under a request', (kind, status) => {
    // Sent at 1 s, broken at 1.4 s; the endpoint is not idempotent, so there is no retry.
    const rows = behind({ kind, at: '1s', fault: '1.4s, kind: crash' });
    expect(answers(rows)).toEqual([[status, 400]]);
  });

  it.each([
    ['envoy', 15_000],
    ['kong', 60_000],
    ['nginx', 60_000],
  ])('%s answers 504 after its timeout', (kind, after) => {
    const rows = behind({ kind, at: '1s', fault: '0s, kind: hang' });
    expect(answers(rows)).toEqual([[504, after]]);
  });

  it.each(['simple', 'spring'])('%s waits for ever', (kind) => {
    const rows = behind({ kind, at: '1s', fault: '0s, kind: hang' });
    expect(outcomes(rows)).toEqual([]);
  });

  it('is in the traces, which distinguish a refusal from a response', () => {
    expect(writtenStatus(OUTCOME.refused)).toBeNull();
    expect(writtenStatus(OUTCOME.ok)).toBe(200);
    expect(writtenStatus(withStatus(OUTCOME.serverError, 502) | AMBIGUOUS)).toBe(502);
    const { ran } = golden(`
gateways: { edge: { kind: nginx, routes: [ { name: all, to: s.serve } ] } }
services: { s: { endpoints: { serve: [ wait: 1s ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: edge } ] } }
faults: [ { id: f, kind: crash, target: s, at: 0s, for: none } ]
`);
    const [plan, record] = [ran.plans[0]!, ran.records[0]![0]!];
    const lines = new TraceLines(plan, 0).text(record.traces).trimEnd().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { part: string; status: number | null });
    expect(told.map(({ part, status }) => [part, status])).toEqual([
      ['s.serve', null],
      ['edge.all', 502],
      ['users.all', 502],
    ]);
    const spans = ran.variant().exemplars[0]!.spans;
    expect(spans.map(({ name, status }) => [name, status])).toContainEqual(['edge.all', 502]);
  });

  it('is passed on where the target has answered', () => {
    const fault = '0s, kind: error, status: 500';
    for (const kind of ['simple', 'envoy', 'kong', 'nginx', 'spring']) {
      expect(behind({ kind, at: '1s', fault })[0]!.status).toBe(500);
    }
  });

  it('is that of a service where a policy of the user refuses', () => {
    const { requests } = golden(`
policies: { narrow: { bulkhead: { maxConcurrent: 1 } } }
gateways:
  edge: { kind: kong, routes: [ { match: { path: /* }, to: s.serve, policy: narrow } ] }
services: { s: { endpoints: { serve: [ wait: 1s ] } } }
workloads: { users: { arrivals: { at: [ 0s, 0s ] }, requests: [ { call: edge, path: /a } ] } }
`);
    expect(requests.map(({ status }) => status)).toEqual([200, 503]);
  });
});

describe('the retries of a gateway', () => {
  it('are five of Kong, one after the other, for what may be asked again', () => {
    const fault = '0s, kind: hang';
    const rows = behind({ kind: 'kong', at: '1s', fault, endpoint: 'readOnly: true, ' });
    expect(answers(rows)).toEqual([[504, 6 * 60_000]]);
  });

  it('ask each server of nginx once', () => {
    const endpoint = 'readOnly: true, ';
    const rows = behind({
      kind: 'nginx',
      at: '1s',
      fault: '0s, kind: hang',
      endpoint,
      replicas: 3,
    });
    expect(answers(rows)).toEqual([[504, 3 * 60_000]]);
  });

  it('of nginx leave out the servers that have been tried', () => {
    // Two requests at once take turns: each would meet the other's server again, were it not avoided.
    const { at, requests } = golden(`
gateways:
  edge: { kind: nginx, routes: [ { to: s.serve } ] }
services: { s: { replicas: 2, endpoints: { serve: { readOnly: true, steps: [ wait: 1s ] } } } }
workloads: { users: { arrivals: { at: [ 1s, 1s, 1s ] }, requests: [ { call: edge } ] } }
faults: [ { id: f, kind: hang, target: "s[0]", at: 0s, for: none } ]
`);
    expect(at('s.serve').map(({ instance }) => instance)).toEqual(['s[1]', 's[1]', 's[1]']);
    expect(requests.map(({ status, answered }) => [status, answered])).toEqual([
      [200, 62_000],
      [200, 2_000],
      [200, 62_000],
    ]);
  });

  it('are none of Envoy and Spring Cloud Gateway', () => {
    const { at } = golden(`
gateways:
  a: { kind: envoy, routes: [ { to: s.serve } ] }
  b: { kind: spring, routes: [ { to: s.serve } ] }
services: { s: { replicas: 2, endpoints: { serve: { readOnly: true, steps: [ wait: 1s ] } } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { steps: [ { call: a, optional: true }, { call: b } ], name: both } ] } }
faults: [ { id: f, kind: crash, target: s, at: 0s, for: none } ]
`);
    expect(at('s.serve').map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it('are those of the nearest bundle where the user has one, whole', () => {
    const { requests } = golden(`
policies: { short: { timeout: 2s } }
gateways:
  edge: { kind: kong, outbound: short, routes: [ { match: { path: /* }, to: s.serve } ] }
services: { s: { endpoints: { serve: { readOnly: true, steps: [ wait: 1s ] } } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: edge, path: /a } ] } }
faults: [ { id: f, kind: hang, target: s, at: 0s, for: none } ]
`);
    expect(answers(requests)).toEqual([[504, 2000]]);
  });
});

describe('the middleware of Kong', () => {
  const chain = `
    - rateLimit: { kind: fixedWindow, limit: 1, window: 10s }
    - authenticate: { kind: jwt, work: 3ms }
    - correlate: { work: 1ms }`;

  const through = (kind: string, own = ''): readonly Row[] =>
    golden(`
gateways:
  edge:
    kind: ${kind}
    middleware:${chain}
    routes: [ { match: { path: /* }, to: s.serve${own} } ]
services: { s: { endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 1s, 2s ] }, requests: [ { call: edge, path: /a } ] } }
`).requests;

  it('runs by the priority of the plugins: who is refused has paid for the token', () => {
    expect(answers(through('kong'))).toEqual([
      [200, 14],
      [429, 4],
    ]);
    expect(answers(through('nginx'))).toEqual([
      [200, 14],
      [429, 0],
    ]);
  });

  it('runs of one plugin only what is configured nearest to the route', () => {
    const own = ', middleware: [ rateLimit: { kind: fixedWindow, limit: 5, window: 10s } ]';
    expect(answers(through('kong', own))).toEqual([
      [200, 14],
      [200, 14],
    ]);
    expect(answers(through('simple', own))).toEqual([
      [200, 14],
      [429, 0],
    ]);
  });
});

describe('a mirror', () => {
  const mirrored = (share: string, shadow: string) =>
    golden(`
gateways:
  edge: { runtime: async, routes: [ { name: all, to: s.serve, mirror: { to: shadow.serve, share: ${share} } } ] }
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
  shadow: { endpoints: { serve: [ ${shadow} ] } }
workloads: { users: { arrivals: { at: [ ${instants(1, 200, 1, 's')} ] }, requests: [ { call: edge } ] } }
`);

  const copies = (ran: Traced['ran']) => ran.variant().edges['edge->shadow']!;

  it('gets a copy without waiting for it, and its failure has no effect', () => {
    const { requests, ran } = mirrored('100%', 'wait: 5s, fail: 500');
    expect(answers(requests)).toEqual(requests.map(() => [200, 10]));
    expect(requests).toHaveLength(200);
    expect(copies(ran)).toMatchObject({ attempts: 200, outcomes: { serverError: 200 } });
    // One a second, 5 s each.
    expect(ran.variant().components['shadow']!.concurrency!.max).toBe(5);
  });

  it('gets its share of the requests', () => {
    const { ran } = mirrored('25%', 'wait: 10ms');
    // 200 x 25 %, plus or minus four standard deviations of 6.1.
    expect(Math.abs(copies(ran).attempts - 50)).toBeLessThan(25);
  });

  it('is under the bundle of the product, not under that of the route', () => {
    const { ran } = golden(`
gateways:
  edge: { kind: envoy, runtime: async, routes: [ { to: s.serve, policy: none, mirror: { to: shadow.serve } } ] }
services:
  s: { endpoints: { serve: [ wait: 20s ] } }
  shadow: { endpoints: { serve: [ wait: 20s ] } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: edge } ] } }
`);
    const { edges } = ran.variant();
    expect(edges['edge->s']).toMatchObject({ outcomes: { ok: 1 } });
    expect(edges['edge->shadow']).toMatchObject({ outcomes: { timeout: 1 } });
  });
});

describe('a sticky route', () => {
  const { at, requests } = golden(
    `
keys: { user: sequence(count=40) }
gateways:
  edge: { routes: [ { name: all, to: { s.old: 75, s.new: 25 }, sticky: user } ] }
services:
  s: { endpoints: { old: [ wait: 1ms ], new: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: edge } ] } }
`,
    '40s',
  );
  const moved = new Set(at('s.new').map(({ root }) => root));

  it('sends all requests of one value to one target', () => {
    // Request n has the value n mod 40.
    const targets = requests.map(({ id, arrival }) => `${arrival % 40} ${moved.has(id)}`);
    expect(new Set(targets).size).toBe(40);
  });

  it('goes by a built-in key too: one client meets one version', () => {
    const { ran } = golden(`
gateways: { edge: { routes: [ { name: all, to: { s.old: 50, s.new: 50 }, sticky: client } ] } }
services: { s: { endpoints: { old: [ wait: 1ms ], new: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { at: [ ${instants(1, 50, 1, 's')} ] }, clients: 1, requests: [ { call: edge } ] } }
`);
    const { old, new: young } = ran.variant().components['s']!.parts!;
    expect([old!.outcomes['ok'] ?? 0, young!.outcomes['ok'] ?? 0].sort()).toEqual([0, 50]);
  });

  it('sends about its share of the values to each target', () => {
    // 40 values at 25 %: plus or minus three standard deviations of 6.8 %.
    expect(Math.abs(moved.size / requests.length - 0.25)).toBeLessThan(0.21);
    expect(moved.size).toBeGreaterThan(0);
  });
});

describe('headers and lines on their way', () => {
  const asked = (front: string) =>
    golden(`
gateways:
  front: { routes: [ { name: all, to: ${front} } ] }
  inner:
    routes:
      - { name: gold, match: { headers: { tier: [gold, platinum] } }, to: s.fast }
      - { name: reports, match: { path: "~/reports/[0-9]{4}" }, to: s.slow }
      - { name: rest, match: { path: /* }, to: s.plain }
services:
  page: { endpoints: { show: [ { call: { to: inner, path: /page } } ] } }
  s: { endpoints: { fast: [ wait: 1ms ], slow: [ wait: 2ms ], plain: [ wait: 3ms ] } }
workloads:
  users:
    arrivals: { at: [ ${instants(1, 60, 1, 's')} ] }
    requests:
      - { name: rich, call: front, path: /a, headers: { Tier: platinum } }
      - { name: report, call: front, path: /reports/2024 }
      - { name: other, call: front, path: /reports/latest }
`).ran.variant();

  it('lead through a gateway to the routes of the one behind it', () => {
    const { components } = asked('inner');
    const means = ['rich', 'report', 'other'].map(
      (name) => components['users']!.parts![name]!.latency.max! * 1000,
    );
    expect(means.map(Math.round)).toEqual([1, 2, 3]);
  });

  it('lead through a service as far as headers are concerned', () => {
    const { components } = asked('page.show');
    const means = ['rich', 'report', 'other'].map(
      (name) => components['users']!.parts![name]!.latency.max! * 1000,
    );
    expect(means.map(Math.round)).toEqual([1, 3, 3]);
  });
});
