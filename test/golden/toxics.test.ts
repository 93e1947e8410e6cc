import { describe, expect, it } from 'vitest';
import { line, opened } from './line.js';
import { counted, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const results = (traced: Traced): string[] => outcomes(traced.at('far.get'));

describe('limitData', () => {
  const run = (at: string, fault: string, more: object = {}): Traced =>
    line({
      at,
      connections: '{}',
      steps: '{ responseSize: 40KB, steps: [ wait: 20ms ] }',
      more: `faults: [ { id: cut, kind: limitData, target: app->far, for: 60s, ${fault} } ]`,
      ...more,
    });
  const FOUR = '0s, 1s, 2s, 3s';

  it('cuts the response that exceeds the limit, and the next request opens a connection', () => {
    const traced = run(FOUR, 'at: 0s, bytes: 100KB');
    // A round trip takes 30 ms, the work 20 ms; the third response would be 120 KB in total.
    expect(results(traced)).toEqual(['ok', 'ok', 'reset', 'ok']);
    expect(latencies(traced.requests)).toEqual([80, 50, 50, 80]);
    expect(opened(traced)).toBe(2);
  });

  it('lets exactly the limit pass', () => {
    expect(results(run(FOUR, 'at: 0s, bytes: 160KB'))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(results(run(FOUR, 'at: 0s, bytes: 159KB'))).toEqual(['ok', 'ok', 'ok', 'reset']);
  });

  it('never delivers a response larger than the limit', () => {
    expect(results(run(FOUR, 'at: 0s, bytes: 39KB'))).toEqual(Array(4).fill('reset'));
  });

  it('counts from the start of the fault', () => {
    const traced = run('0s, 1s, 2s, 3s, 4s', 'at: 1500ms, bytes: 100KB');
    expect(results(traced)).toEqual(['ok', 'ok', 'ok', 'ok', 'reset']);
  });

  it('closes connections of HTTP/2 too', () => {
    const traced = run(FOUR, 'at: 0s, bytes: 100KB', { protocol: '{ kind: http2 }' });
    expect(results(traced)).toEqual(['ok', 'ok', 'reset', 'ok']);
    expect(opened(traced)).toBe(2);
  });

  it('is refused where no sized response uses a connection', () => {
    const at = 'at: 0s, bytes: 1KB';
    expect(() => run('0s', at, { steps: '[ wait: 20ms ]' })).toThrow('write `responseSize`');
    expect(() => run('0s', at, { connections: undefined })).toThrow('no responses with a size');
  });
});

describe('slowClose', () => {
  // The server responds at 65 ms and closes at 1065; its callers know at 1080, or 500 ms later.
  const run = (at: string, fault: string, protocol = '{ keepAliveTimeout: 1s }'): Traced =>
    line({
      at,
      connections: '{}',
      protocol,
      more: `faults: [ { id: late, kind: slowClose, target: app->far, at: 0s, for: 60s, ${fault} } ]`,
    });

  it('makes callers use a closed connection until they know', () => {
    const traced = run('0ms, 1400ms, 1579ms', 'add: 500ms');
    expect(results(traced)).toEqual(['ok', 'reset', 'ok']);
    // The second one learns at 1580 ms; the third opens a connection, because the first is in use.
    expect(latencies(traced.requests)).toEqual([80, 180, 80]);
    expect(counted(traced, 'raced')).toBe(1);
  });

  it('lasts until the news arrives', () => {
    expect(results(run('0ms, 1579ms', 'add: 500ms'))).toEqual(['ok', 'reset']);
    expect(results(run('0ms, 1580ms', 'add: 500ms'))).toEqual(['ok', 'ok']);
  });

  it('is refused where callees do not close', () => {
    expect(() => run('0ms', 'add: 500ms', '{}')).toThrow('no callee there closes connections');
  });
});
