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

  it('takes validationTimeout where nobody answers, out of connectionTimeout', () => {
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
    // Tested until 1030 and given up at 1100, under way; the one of 2 s has a new connection.
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
    // Back in the very instant, and just behind it.
    expect(counted(run('0ms', pool, '', '1970ms'), 'leaks')).toBe(0);
    expect(counted(run('0ms', pool, '', '1971ms'), 'leaks')).toBe(1);
    expect(counted(run('0ms', '', '', '10s'), 'leaks')).toBe(0);
  });

  it('is dropped above maxLifetime, which is said', () => {
    const pool = 'leakDetectionThreshold: 2m, maxLifetime: 60s';
    const file = `faultline: 1\ntitle: A leak\nrun: { duration: 1s }\n${text('0ms', pool, '', '1ms')}`;
    expect(problemsOf(file)).toContain('drops a leakDetectionThreshold above maxLifetime');
  });
});
