import { describe, expect, it } from 'vitest';
import { golden, outcomes } from './tracing.js';

/** Outcomes of the attempts at a callee that fails with 503. */
function attempts(retry: string, endpoint: string, target = 'bank.charge'): readonly string[] {
  const traced = golden(
    `
gateways: { edge: { routes: [ { name: pay, match: { method: POST }, to: bank.charge } ], outbound: { retry: null } } }
services:
  shop: { endpoints: { buy: [ { call: ${target === 'edge' ? '{ to: edge, method: POST }' : target}, policy: { retry: { attempts: 3, on: [ 503 ], ${retry} } } } ] } }
  bank: { endpoints: { charge: { ${endpoint} steps: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: error, target: bank, status: 503, at: 0s, for: 10s } ]
`,
    '10s',
  );
  return outcomes(traced.at('bank.charge'));
}

describe('retries of some methods', () => {
  it.each([
    ['', 'method: POST,', 3],
    ['methods: [GET, HEAD]', 'method: POST,', 1],
    ['methods: [GET, post]', 'method: POST,', 3],
    ['methods: [POST]', 'method: post,', 3],
    // Without a method an endpoint counts as GET.
    ['methods: [GET]', '', 3],
    ['methods: [POST]', '', 1],
    ['kind: envoy, methods: [GET]', 'method: POST,', 1],
    ['kind: envoy, methods: [GET]', 'method: GET,', 3],
    // nginx does not send a POST to the next server once it was sent (ngx_http_upstream_next).
    ['kind: nginx', 'method: POST,', 1],
    ['kind: nginx', 'method: patch,', 1],
    ['kind: nginx', 'method: PUT,', 3],
    ['kind: nginx', '', 3],
    ['kind: nginx, nonIdempotent: true', 'method: POST,', 3],
  ])('%s, callee %s: %i attempts', (retry, endpoint, count) => {
    expect(attempts(retry, endpoint).length).toBe(count);
  });

  it('counts a route by the method that it matches', () => {
    expect(attempts('methods: [GET]', '', 'edge').length).toBe(1);
    expect(attempts('methods: [POST]', '', 'edge').length).toBe(3);
  });
});
