import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { answered, golden, latencies, outcomes, sent } from './tracing.js';

/**
 * A gateway that combines responses of three services, which take 30, 80 and 50 ms; 5 ms of work before and 2 ms
 * after.
 */
const aggregating = (steps: string, more: { route?: string; rest?: string } = {}): string => `
gateways:
  edge:
    runtime: async
    cpu: 1
    routes:
      - name: page
        match: { path: /page }
        steps: [ work: 5ms, ${steps}, work: 2ms ]
        ${more.route ?? ''}
      - { match: { path: /plain }, to: a.get }
services:
  a: { cancellation: immediate, endpoints: { get: { readOnly: true, steps: [ wait: 30ms ] } } }
  b: { cancellation: immediate, endpoints: { get: { readOnly: true, steps: [ wait: 80ms ] } } }
  c: { cancellation: immediate, endpoints: { get: { readOnly: true, steps: [ wait: 50ms ] } } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: edge, path: /page } ] }
${more.rest ?? ''}`;

const BRANCHES = 'branches: [ call: a.get, call: b.get, call: c.get ]';

describe('G27 fan-out at the gateway', () => {
  it.each([
    ['all', 87, 'ok'],
    ['bestEffort(60ms)', 67, 'degraded'],
    ['quorum(2)', 57, 'ok'],
    ['any', 37, 'ok'],
  ])('join %s: %i, %s', (join, latency, outcome) => {
    const { requests } = golden(aggregating(`parallel: { join: ${join}, ${BRANCHES} }`));
    expect([latencies(requests), outcomes(requests)]).toEqual([[latency], [outcome]]);
  });

  it('sequential: 167', () => {
    const { requests } = golden(aggregating('call: a.get, call: b.get, call: c.get'));
    expect(latencies(requests)).toEqual([167]);
  });

  it('cancels what is still under way at the end of bestEffort', () => {
    const { at } = golden(aggregating(`parallel: { join: bestEffort(60ms), ${BRANCHES} }`));
    expect(answered(at('b.get'))).toEqual([-1]);
    expect(sent(at('b.get'))).toEqual([5]);
  });
});

describe('a route with steps', () => {
  const failing = (steps: string): string =>
    aggregating(steps).replace('steps: [ wait: 50ms ] }', 'steps: [ wait: 50ms, fail: 500 ] }');

  it('fails with a branch that it needs, at once, and not with an optional one', () => {
    const strict = golden(failing(`parallel: { ${BRANCHES} }`));
    expect([latencies(strict.requests), outcomes(strict.requests)]).toEqual([
      [55],
      ['serverError'],
    ]);
    const lax = 'parallel: [ call: a.get, call: b.get, { call: c.get, optional: true } ]';
    const { requests } = golden(failing(lax));
    expect([latencies(requests), outcomes(requests)]).toEqual([[87], ['ok']]);
  });

  it('has one bundle for its calls, which a step may replace', () => {
    const policy = 'policy: { timeout: 40ms, fallback: {} }';
    const all = golden(aggregating(`parallel: { ${BRANCHES} }`, { route: policy }));
    expect([latencies(all.requests), outcomes(all.requests)]).toEqual([[47], ['degraded']]);
    const own = BRANCHES.replace('call: b.get', '{ call: b.get, policy: none }');
    const { requests } = golden(aggregating(`parallel: { ${own} }`, { route: policy }));
    expect(latencies(requests)).toEqual([87]);
  });

  it('runs after the middleware of the gateway, and coexists with routes that have a target', () => {
    const rest =
      '  plain: { arrivals: { at: [ 0ms ] }, requests: [ { call: edge, path: /plain } ] }';
    const body = aggregating(`parallel: { ${BRANCHES} }`, { rest }).replace(
      'cpu: 1',
      'cpu: 2\n    middleware: [ log: { work: 1ms } ]',
    );
    const { requests } = golden(body);
    expect(latencies(requests).sort((a, b) => a - b)).toEqual([31, 88]);
  });

  it('answers with a size of its own', () => {
    const rest = 'network: { links: [ { between: [users, edge], bandwidth: 1MB/s } ] }';
    const { requests } = golden(
      aggregating(`parallel: { ${BRANCHES} }`, { route: 'responseSize: 20KB', rest }),
    );
    expect(latencies(requests)).toEqual([107]);
  });

  it('is safe to repeat where all that it calls is', () => {
    const retrying = (steps: string): string =>
      aggregating(steps).replace(
        'path: /page } ]',
        'path: /page, policy: { timeout: 20ms, retry: { attempts: 2 } } } ]',
      );
    expect(golden(retrying('call: a.get')).at('edge.page').length).toBe(2);
    const unsafe = retrying('call: a.get').replace(
      'readOnly: true, steps: [ wait: 30ms',
      'steps: [ wait: 30ms',
    );
    expect(golden(unsafe).at('edge.page').length).toBe(1);
  });

  it('leads somewhere or does something itself', () => {
    const head = 'faultline: 1\ntitle: t\nrun: { duration: 1s }\n';
    const both = aggregating('call: a.get', { route: 'to: a.get' });
    expect(problemsOf(head + both)).toContain('a route needs exactly one of `to` and `steps`');
    const neither = both.replace(/steps: \[ work: 5ms[^\n]*\n\s+to: a.get/, '');
    expect(problemsOf(head + neither)).toContain('a route needs exactly one of `to` and `steps`');
    const sized = aggregating('call: a.get').replace(
      'to: a.get }',
      'to: a.get, responseSize: 1KB }',
    );
    expect(problemsOf(head + sized)).toContain(
      'a route with `to` passes on the response of its target',
    );
    expect(problemsOf(head + aggregating('call: self.page'))).toContain(
      'expected self.ENDPOINT, another endpoint of the same service',
    );
  });
});
