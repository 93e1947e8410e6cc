import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { line, opened } from './line.js';
import { answered, golden, instants, latencies, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

const fault = (target = 'far', at = '1s', more = ''): string =>
  `faults: [ { id: expired, kind: certExpiry, target: ${target}, at: ${at}, for: 1s${more} } ]`;

/** Calls from `app` to `far`, one round trip of 30 ms away, that take 50 ms on an open connection. */
const calls = (at: string, tls: string, connections: string, more = fault()): Traced =>
  line({ at, connections, protocol: `{ ${tls} }`, more });
/** A new connection for each call. */
const ANEW = '{ maxRequests: 1 }';

/** Error of the compilation of a scenario; empty without one. */
function refusal(text: string): string {
  try {
    golden(text, '10s');
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('certExpiry (RFC 8446 section 6.2, certificate_expired)', () => {
  it.each(['tls: tls13', 'tls: tls12', 'tls: mtls'])(
    'refuses new connections with %s after their first round trip',
    (tls) => {
      const { requests } = calls('500ms, 1500ms, 2500ms', tls, ANEW);
      expect(outcomes(requests)).toEqual(['ok', 'serverError', 'ok']);
      // A round trip of TCP, and the one with the certificate; TLS 1.2 has a second one where all is well.
      expect(latencies(requests)[1]).toBe(60);
    },
  );

  it('is a refused connection to the caller, which may try again elsewhere', () => {
    const { ran } = calls('1500ms', 'tls: tls13', ANEW);
    const [edge] = Object.values(ran.variant().edges).filter(
      ({ outcomes: { refused } }) => refused !== undefined,
    );
    expect(edge!.outcomes).toEqual({ refused: 1 });
  });

  it('costs the server its part of each handshake', () => {
    const protocol = '{ tls: tls13, handshakeWork: 10ms }';
    const callee = 'cpu: 1,';
    const { requests } = line({
      at: '1500ms, 1500ms',
      connections: ANEW,
      protocol,
      callee,
      more: fault(),
    });
    // Both at once on one core: 30, half of 30, 20 of work, the other half.
    expect(latencies(requests)).toEqual([80, 80]);
  });

  it('is judged when the certificate comes', () => {
    // It arrives 60 ms after the call, at 0.999 and 2 s: the fault begins before it and ends with it.
    const { requests } = calls('940ms, 939ms, 1940ms, 1939ms', 'tls: tls13', ANEW);
    const byArrival = new Map(sent(requests).map((at, k) => [at, outcomes(requests)[k]]));
    expect([...byArrival].sort(([a], [b]) => a - b)).toEqual([
      [939, 'ok'],
      [940, 'serverError'],
      [1939, 'serverError'],
      [1940, 'ok'],
    ]);
  });

  it('leaves open connections alone, until they are closed', () => {
    const at = instants(100, 2400, 100, 'ms');
    const kept = calls(at, 'tls: tls13', '{ max: 1 }');
    expect(new Set(outcomes(kept.requests))).toEqual(new Set(['ok']));
    expect(opened(kept)).toBe(1);
    // Open at 160 ms, old at 1360: the call of 1300 is through, that of 1400 opens a new one in vain.
    const old = calls(at, 'tls: tls13', '{ max: 1, lifetime: 1200ms }');
    const failed = old.requests.filter(({ outcome }) => outcome !== 'ok');
    expect(sent(failed)).toEqual([1400, 1500, 1600, 1700, 1800, 1900]);
  });

  it('takes streams that wait for one connection with it', () => {
    const { requests } = calls('1500ms, 1510ms, 1520ms', 'kind: http2, tls: tls13', '{ max: 1 }');
    expect(outcomes(requests)).toEqual(['serverError', 'serverError', 'serverError']);
    expect(answered(requests)).toEqual([1560, 1560, 1560]);
  });

  it('hits the instances that it names', () => {
    const traced = line({
      at: '1500ms, 1500ms, 1500ms, 1500ms',
      connections: ANEW,
      policy: 'loadBalancing: { kind: roundRobin },',
      protocol: '{ tls: tls13 }',
      callee: 'replicas: 2,',
      more: fault('"far[1]"'),
    });
    expect(outcomes(traced.requests).filter((one) => one === 'ok')).toHaveLength(2);
  });
});

describe('the certificate of a caller', () => {
  it('is asked for with mtls, and refused behind the handshake of TLS 1.3', () => {
    const { requests, at } = calls('1500ms', 'tls: mtls', ANEW, fault('app'));
    expect(outcomes(requests)).toEqual(['serverError']);
    // 60 ms to open, 15 there and 15 back: the server says so in its first answer.
    expect(latencies(requests)).toEqual([90]);
    const [attempt] = at('far.get');
    expect(attempt).toMatchObject({ outcome: 'reset', begun: -1 });
  });

  it('closes the connection, also with streams', () => {
    const tls = 'kind: http2, tls: mtls';
    const { requests } = calls('1500ms, 1700ms, 2100ms', tls, '{ max: 1 }', fault('app'));
    expect(outcomes(requests)).toEqual(['serverError', 'serverError', 'ok']);
    expect(latencies(requests)).toEqual([90, 90, 110]);
  });

  it('does not affect its callees without mtls', () => {
    const text = (tls: string, target: string): string =>
      refusal(`
services:
  app: { endpoints: { ask: [ call: far.get ] }, outbound: { far: { connections: {} } } }
  far: { protocol: { tls: ${tls} }, endpoints: { get: [ call: last.get ] } }
  last: { protocol: { tls: tls13 }, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: app } ] } }
${fault(target)}
`);
    expect(text('tls13', 'far')).toBe('');
    expect(text('mtls', 'app')).toBe('');
    for (const problem of [
      text('tls13', 'app'),
      text('none', 'far'),
      // No component opens connections to it.
      text('tls13', 'last'),
    ]) {
      expect(problem).toContain('no caller opens a connection');
    }
  });
});

describe('what an expired certificate cannot be', () => {
  const problem = (more: string): string =>
    problemsOf(`
faultline: 1
title: Refused
run: { duration: 10s }
services:
  app: { endpoints: { ask: [ call: far.get ] }, outbound: { far: { connections: {} } } }
  far: { protocol: { tls: tls13 }, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: app } ] } }
${fault('far', '1s', more)}
`);

  it('is in part, or on a ramp', () => {
    expect(problem('')).toBe('');
    expect(problem(', share: 50%')).toContain(
      'certExpiry does not take a share, because it is all or nothing: use instances',
    );
    expect(problem(', ramp: { up: 500ms }')).toContain(
      'is either on or off, so up, down, shape and steps have no effect',
    );
  });

  it('is nameless in the story', () => {
    const text = golden(
      `
services:
  app: { endpoints: { ask: [ call: far.get ] }, outbound: { far: { connections: { maxRequests: 1 } } } }
  far: { protocol: { tls: tls13 }, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: app } ] } }
faults: [ { id: expired, kind: certExpiry, target: far, at: 20s, for: 10s } ]
`,
      '1m',
    ).ran.variant().cascade.sentence;
    expect(text).toMatch(
      /^certificate of far expired at 20 s \(likely\) -> app: errors from far, success 0 %/u,
    );
  });
});
