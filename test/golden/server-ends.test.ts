import { describe, expect, it } from 'vitest';
import { line, opened } from './line.js';
import { answered, counted, golden, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const raced = (traced: Traced): number => counted(traced, 'raced');
const closed = (traced: Traced): number => counted(traced, 'goodbyes');
const attempts = (traced: Traced): string[] => outcomes(traced.at('far.get'));

describe('a server that closes idle connections', () => {
  // The server responds to the first request at 65 ms, and the client has it at 80: closed at 1065, known at 1080. A
  // connection open at the end of a run counts as closed; the run takes ten minutes.
  const keep = '{ keepAliveTimeout: 1s }';
  const run = (at: string, more: object = {}): Traced =>
    line({ at, connections: '{}', protocol: keep, ...more });

  it('keep-alive race: resets what is half a round trip away at the close', () => {
    // Sent at 1050 it would arrive at 1065, when the server has just closed; the FIN says so at 1080.
    const traced = run('0ms, 1050ms');
    expect(latencies(traced.requests)).toEqual([80, 30]);
    expect(attempts(traced)).toEqual(['ok', 'reset']);
    expect([closed(traced), raced(traced)]).toEqual([1, 1]);
    const before = run('0ms, 1049ms');
    expect(latencies(before.requests)).toEqual([80, 50]);
    expect([closed(before), raced(before)]).toEqual([1, 0]);
  });

  it('keep-alive race: lasts until the FIN is at the client', () => {
    const last = run('0ms, 1079ms');
    expect(latencies(last.requests)).toEqual([80, 1]);
    expect(attempts(last)).toEqual(['ok', 'reset']);
    const after = run('0ms, 1080ms');
    expect(latencies(after.requests)).toEqual([80, 80]);
    expect([opened(after), closed(after), raced(after)]).toEqual([2, 2, 0]);
  });

  it('counts from its last answer', () => {
    // Answered at 65, 1046 and 2027: each in time, and closed at 3027.
    const traced = run('0ms, 1011ms, 1992ms, 3042ms');
    expect(latencies(traced.requests)).toEqual([80, 50, 50, 80]);
    expect([closed(traced), raced(traced)]).toEqual([2, 0]);
    const raceAt = run('0ms, 1011ms, 1992ms, 3012ms');
    expect(latencies(raceAt.requests)).toEqual([80, 50, 50, 30]);
  });

  it('does not close while it has a request', () => {
    const traced = run('0ms, 3500ms', { steps: '[ wait: 3s ]' });
    expect(latencies(traced.requests)).toEqual([3060, 3030]);
  });

  it('has no limit on a connection that never had a request', () => {
    // The second dials until 90, but takes the one that is free at 80: its own connection stays idle.
    const traced = run('0ms, 60ms, 5s, 5s');
    expect(opened(traced)).toBe(3);
  });

  it('never meets a client that closes first', () => {
    const traced = run('0ms, 1050ms', { connections: '{ idleTimeout: 900ms }' });
    expect(latencies(traced.requests)).toEqual([80, 80]);
    expect([closed(traced), raced(traced)]).toEqual([0, 0]);
  });

  it('does not retry a request that is not idempotent, because its result is unknown', () => {
    const policy = 'retry: { attempts: 2 }';
    expect(attempts(run('0ms, 1050ms', { policy }))).toEqual(['ok', 'reset']);
    const idempotent = 'retry: { attempts: 2, on: [reset] }';
    const traced = run('0ms, 1050ms', { policy: idempotent });
    // Known at 1080, dialled again until 1110.
    expect(latencies(traced.requests)).toEqual([80, 110]);
  });

  it('waits with its close until it is no longer paused', () => {
    // Paused from 1 s to 2 s: closed at 2000, known at 2015. The request of 1020 came before.
    const more = 'faults: [ { id: f, kind: pause, target: far, at: 1s, for: 1s } ]';
    const late = run('0ms, 1990ms', { more });
    expect(attempts(late)).toEqual(['ok', 'reset']);
    expect(latencies(late.requests)).toEqual([80, 25]);
    const held = run('0ms, 1020ms', { more });
    expect(answered(held.requests)).toEqual([80, 2035]);
  });

  it('is known to a caller that was paused when it resumes', () => {
    const more = 'faults: [ { id: f, kind: pause, target: app, at: 1070ms, for: 100ms } ]';
    const traced = run('0ms, 1060ms, 1400ms', { more });
    expect(latencies(traced.requests)).toEqual([80, 110, 80]);
  });

  it('sends a farewell that a partition swallows; the kernel resets what comes then', () => {
    const cut = 'faults: [ { id: f, kind: partition, between: [app, far], at: 1s, for: 500ms } ]';
    const traced = run('0ms, 2s, 3s', { more: cut });
    // The FIN of 1065 is lost: the request of 2 s is answered with a reset, the next one dials.
    expect(latencies(traced.requests)).toEqual([80, 30, 80]);
    expect(attempts(traced)).toEqual(['ok', 'reset', 'ok']);
  });

  it('forgets its limits with the process', () => {
    const more = 'faults: [ { id: f, kind: crash, target: far, at: 500ms, for: 100ms } ]';
    const traced = run('0ms, 1050ms', { more });
    expect(latencies(traced.requests)).toEqual([80, 80]);
    expect([opened(traced), closed(traced)]).toEqual([2, 1]);
  });
});

describe('a server that counts requests', () => {
  it('says with the last answer that the connection ends', () => {
    const protocol = '{ keepAliveRequests: 2 }';
    const { requests } = line({ at: '0ms, 200ms, 400ms', connections: '{}', protocol });
    expect(latencies(requests)).toEqual([80, 50, 80]);
  });

  it('the smaller of both ends counts', () => {
    const protocol = '{ keepAliveRequests: 3 }';
    const connections = '{ maxRequests: 2 }';
    const traced = line({ at: '0ms, 200ms, 400ms, 600ms', connections, protocol });
    expect(latencies(traced.requests)).toEqual([80, 50, 80, 50]);
  });
});

describe('GOAWAY of nginx', () => {
  const protocol = '{ kind: http2, keepAliveRequests: 2 }';

  it('refuses the streams behind the last one, which are safe to retry', () => {
    // Open at 30; streams at the server at 45, 45 and 50. The second makes it send GOAWAY, known at 60. So the third,
    // and the one sent at 55, are refused then; the first two end at 80.
    const traced = line({ at: '0ms, 0ms, 35ms, 55ms', connections: '{}', protocol });
    expect(answered(traced.requests)).toEqual([80, 80, 60, 60]);
    expect(attempts(traced)).toEqual(['ok', 'ok', 'refused', 'refused']);
    expect([closed(traced), raced(traced)]).toEqual([1, 2]);
    // A retry of a request that is not idempotent: at 60 it dials, 90, and has its response at 140.
    const policy = 'retry: { attempts: 2 }';
    const again = line({ at: '0ms, 0ms, 35ms', connections: '{}', protocol, policy });
    expect(answered(again.requests)).toEqual([80, 80, 140]);
    expect(again.at('far.get').filter(({ outcome }) => outcome === 'ok')).toHaveLength(3);
  });

  it('closes an idle connection in the same way', () => {
    // Answered at 65: closed at 1065, known at 1080.
    const idle = '{ kind: http2, keepAliveTimeout: 1s }';
    const traced = line({ at: '0ms, 1050ms', connections: '{}', protocol: idle });
    expect(latencies(traced.requests)).toEqual([80, 30]);
    expect(attempts(traced)).toEqual(['ok', 'refused']);
  });

  it('counts a stream that its caller has given up as over once that is known', () => {
    // Abandoned at 60, known at 75: closed at 1075, known at 1090. Sent at 1059 it is in time.
    const idle = '{ kind: http2, keepAliveTimeout: 1s }';
    const own = {
      connections: '{}',
      protocol: idle,
      policy: 'timeout: 60ms',
      steps: '[ wait: 5s ]',
    };
    const late = line({ ...own, at: '0ms, 1060ms' });
    expect(attempts(late)).toEqual(['timeout', 'refused']);
    const inTime = line({ ...own, at: '0ms, 1059ms' });
    expect(attempts(inTime)).toEqual(['timeout', 'timeout']);
  });
});

describe('GOAWAY of gRPC', () => {
  /** Ages vary by a tenth, so exact cases use an idle limit. */
  it('maxConnectionIdle loses no stream', () => {
    const protocol = '{ kind: grpc, maxConnectionIdle: 1s }';
    // Response at 65, GOAWAY at 1065, known at 1080. A request sent at 1070 is served.
    const traced = line({ at: '0ms, 1070ms, 1090ms', connections: '{}', protocol });
    expect(latencies(traced.requests)).toEqual([80, 50, 80]);
    expect(attempts(traced)).toEqual(['ok', 'ok', 'ok']);
    expect([opened(traced), closed(traced), raced(traced)]).toEqual([2, 2, 0]);
  });

  it('maxConnectionAge ends a connection within a tenth of its age, and no stream with it', () => {
    const at = Array.from({ length: 600 }, (_, k) => `${k * 100}ms`).join(', ');
    const protocol = '{ kind: grpc, maxConnectionAge: 1s }';
    const traced = line({ at, connections: '{}', protocol });
    expect(new Set(outcomes(traced.requests))).toEqual(new Set(['ok']));
    const dialled = traced.requests.filter(({ sent, answered: end }) => end - sent === 80);
    const gaps = dialled.slice(1).map(({ sent }, k) => sent - dialled[k]!.sent);
    // Standing for the server from 45 ms on, known 15 ms later, and seen by the next request: 960 to
    // 1160 ms in steps of 100.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1200);
    expect(new Set(gaps).size).toBeGreaterThan(1);
    expect(opened(traced)).toBe(dialled.length);
  });

  it('maxConnectionAgeGrace closes under the streams that are still there', () => {
    const protocol = '{ kind: grpc, maxConnectionAge: 1s, maxConnectionAgeGrace: 500ms }';
    const own = { connections: '{}', protocol };
    const long = line({ ...own, at: '0ms', steps: '[ wait: 5s ]' });
    expect(attempts(long)).toEqual(['reset']);
    // 45 + 1000 +- 100 + 500 + 15.
    expect(long.requests[0]!.answered).toBeGreaterThanOrEqual(1460);
    expect(long.requests[0]!.answered).toBeLessThan(1660);
    expect(raced(long)).toBe(1);
    const short = line({ ...own, at: '0ms', steps: '[ wait: 1300ms ]' });
    expect(attempts(short)).toEqual(['ok']);
    const patient = line({
      at: '0ms',
      connections: '{}',
      protocol: '{ kind: grpc, maxConnectionAge: 1s }',
      steps: '[ wait: 5s ]',
    });
    expect(attempts(patient)).toEqual(['ok']);
  });

  it('a callee that respects cancellation stops the work of a closed connection', () => {
    const protocol = '{ kind: grpc, maxConnectionAge: 1s, maxConnectionAgeGrace: 0ms }';
    const traced = line({
      at: '0ms',
      connections: '{}',
      protocol,
      steps: '[ wait: 5s ]',
      callee: 'cancellation: immediate,',
    });
    const [attempt] = traced.at('far.get');
    expect(attempt!.ended).toBeLessThan(1200);
  });
});

describe('the idle time of a server', () => {
  it('ends with its connection, whose place a connection to another callee may take', () => {
    const { requests } = golden(`
services:
  app: { endpoints: { ask: [ call: far.get, call: near.get ] }, outbound: { default: { connections: { maxRequests: 1 } } } }
  far: { protocol: { keepAliveTimeout: 1s }, endpoints: { get: [ wait: 20ms ] } }
  near: { endpoints: { get: [ wait: 5s ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: app.ask ] } }
`);
    expect(latencies(requests)).toEqual([5020]);
  });
});
