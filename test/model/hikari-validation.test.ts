import { describe, expect, it } from 'vitest';
import { counted, golden, latencies, outcomes } from '../golden/tracing.js';
import { problemsOf } from '../theory/program.js';

/** One connection to a database that is 15 ms away: a query takes 80 ms, a test 30, a connection 10. */
const text = (at: string, pool: string, more: string, wait: string): string => `
network: { links: [ { between: [app, db], latency: 15ms } ] }
services: { app: { endpoints: { ask: [ query: db.get ] } } }
databases:
  db: { connect: 10ms, pool: { kind: hikari, maximumPoolSize: 1, ${pool} }, operations: { get: { wait: ${wait} } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
${more}`;
const run = (at: string, pool = '', more = '', wait = '50ms') =>
  golden(text(at, pool, more, wait), '10m');
const crash = (at: string, length: string, own = ''): string =>
  `faults: [ { id: f, kind: crash, target: db, at: ${at}, for: ${length}${own} } ]`;

describe('the test of a connection of HikariCP', () => {
  it('is made where it was idle for more than 500 ms', () => {
    // Back at 90. At 590 that was 500 ms ago, at 591 one more; parts of a ms do not count.
    expect(latencies(run('0ms, 590ms').requests)).toEqual([90, 80]);
    expect(latencies(run('0ms, 590.9ms').requests)).toEqual([90, 80]);
    expect(latencies(run('0ms, 591ms').requests)).toEqual([90, 110]);
  });

  it('is made after aliveBypassWindow', () => {
    expect(latencies(run('0ms, 91ms', 'aliveBypassWindow: 0ms').requests)).toEqual([90, 110]);
    expect(latencies(run('0ms, 10s', 'aliveBypassWindow: 1m').requests)).toEqual([90, 80]);
  });

  it('closes a connection whose server has died, and waits for the next', () => {
    // Found dead at 2030, dialled until 2040.
    const { requests } = run('0ms, 2s', '', crash('1s', '100ms'));
    expect(latencies(requests)).toEqual([90, 120]);
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
  });

  it('is not made of one that was just in use: that breaks under its statement', () => {
    const { requests } = run('0ms, 300ms, 400ms', '', crash('100ms', '50ms'));
    expect(latencies(requests)).toEqual([90, 30, 80]);
    expect(outcomes(requests)).toEqual(['ok', 'serverError', 'ok']);
  });

  it('takes validationTimeout if the server does not respond, out of connectionTimeout', () => {
    const gone = crash('1s', '20s', ', blackhole: true');
    const some = 'validationTimeout: 1s, connectionTimeout: 1500ms';
    const left = run('0ms, 2s', some, gone);
    expect(latencies(left.requests)).toEqual([90, 1500]);
    expect(counted(left, 'poolTimeouts')).toBe(1);
    const none = run('0ms, 2s', 'validationTimeout: 1s, connectionTimeout: 900ms', gone);
    expect(latencies(none.requests)).toEqual([90, 1000]);
    expect(counted(none, 'poolTimeouts')).toBe(1);
  });

  it('ends with a caller that gives up, and its connection with it', () => {
    const outbound = text('0ms, 1s, 2s', '', '', '50ms').replace(
      'app: {',
      'app: { outbound: { db: { timeout: 100ms } }, ',
    );
    // Tested until 1030 and abandoned in flight at 1100; the call of 2 s gets a new connection.
    const { requests } = golden(outbound, '10m');
    expect(latencies(requests)).toEqual([90, 100, 100]);
    const early = golden(outbound.replace('timeout: 100ms', 'timeout: 20ms'), '10m');
    expect(latencies(early.requests)).toEqual([20, 20, 20]);
  });
});

describe('leakDetectionThreshold of HikariCP', () => {
  it('counts a connection that is in use for longer, once', () => {
    const pool = 'leakDetectionThreshold: 2s';
    expect(counted(run('0ms', pool, '', '3s'), 'leaks')).toBe(1);
    expect(counted(run('0ms, 1ms', pool, '', '10s'), 'leaks')).toBe(2);
    // Returned at the same instant, and shortly after it.
    expect(counted(run('0ms', pool, '', '1970ms'), 'leaks')).toBe(0);
    expect(counted(run('0ms', pool, '', '1971ms'), 'leaks')).toBe(1);
    expect(counted(run('0ms', '', '', '10s'), 'leaks')).toBe(0);
  });

  it('is dropped above maxLifetime, which is said', () => {
    const pool = 'leakDetectionThreshold: 2m, maxLifetime: 60s';
    const file = `faultline: 1\ntitle: A leak\nrun: { duration: 1s }\n${text('0ms', pool, '', '1ms')}`;
    expect(problemsOf(file)).toContain(
      'HikariCP ignores a leakDetectionThreshold longer than maxLifetime',
    );
  });
});

describe('the test of an idle connection of HikariCP at intervals', () => {
  const KEPT = 'keepaliveTime: 30s, maxLifetime: none';

  it('closes the one whose server has died, so that the next call finds another', () => {
    // Opened at 10 ms; tested 27 s to 30 s later. Found dead by a call it costs a test and a connection.
    const restart = crash('10s', '100ms');
    expect(latencies(run('0ms, 40s', 'maxLifetime: none', restart).requests)).toEqual([90, 120]);
    const kept = run('0ms, 40s', KEPT, restart);
    expect(latencies(kept.requests)).toEqual([90, 110]);
    expect(counted(kept, 'connects')).toBe(2);
  });

  it('leaves alone what is well, and what is in use', () => {
    expect(counted(run('0ms, 5m', KEPT), 'connects')).toBe(1);
    const busy = run('0ms, 1ms', `${KEPT}, connectionTimeout: 2m`, crash('61s', '100ms'), '1m');
    // In use at each test; it breaks under its statement at 61 s, as without them.
    expect(outcomes(busy.requests)).toEqual(['ok', 'serverError']);
  });

  it('ends before the lifetime', () => {
    const own = text('0ms', 'keepaliveTime: 30m', '', '1ms');
    const file = `faultline: 1\ntitle: A test\nrun: { duration: 1s }\n${own}`;
    expect(problemsOf(file)).toContain('HikariCP ignores a keepaliveTime that is not shorter than');
  });
});

describe('the start of a pool of HikariCP without a server', () => {
  const down = crash('0ms', '2500ms');

  it('fails the first call after a second, then the next one after another', () => {
    const { requests } = run('0ms, 100ms, 200ms', '', down);
    // The third tries at 2 s, half a second too early.
    expect(latencies(requests)).toEqual([1000, 1900, 2800]);
    expect(outcomes(requests)).toEqual(['serverError', 'serverError', 'serverError']);
    expect(latencies(run('0ms, 100ms, 2600ms', '', down).requests)).toEqual([1000, 1900, 90]);
  });

  it('tries once a second for the configured time', () => {
    // Tried at 0, 1, 2 and 3 s; the server is there at 2.5 s.
    const { requests } = run('0ms, 100ms', 'initializationFailTimeout: 5s', down);
    expect(latencies(requests)).toEqual([3090, 3070]);
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
    const short = run('0ms', 'initializationFailTimeout: 1500ms', down);
    expect(latencies(short.requests)).toEqual([2000]);
    expect(outcomes(short.requests)).toEqual(['serverError']);
  });

  it('with 0 continues after one try, with none at once: calls wait for connections', () => {
    const wait = 'connectionTimeout: 700ms';
    const zero = run('0ms', `initializationFailTimeout: 0ms, ${wait}`, down);
    expect(latencies(zero.requests)).toEqual([1700]);
    const none = run('0ms', `initializationFailTimeout: none, ${wait}`, down);
    expect(latencies(none.requests)).toEqual([700]);
    expect(counted(none, 'poolTimeouts')).toBe(1);
    // With a server there a connection is opened for the call that waits.
    const calm = run('0ms, 1s', 'initializationFailTimeout: none');
    expect(latencies(calm.requests)).toEqual([90, 110]);
  });
});
