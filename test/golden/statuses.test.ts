import { describe, expect, it } from 'vitest';
import { golden, latencies } from './tracing.js';

const { ran, requests } = golden(
  `
gateways:
  edge:
    runtime: async
    routes:
      - { name: made, match: { path: /made }, to: api.make }
      - { name: shut, match: { path: /shut }, to: api.make, middleware: [ authorize: { reject: 100% } ] }
      - { name: slow, match: { path: /slow }, to: api.hang }
services:
  api: { endpoints: { make: [ wait: 10ms, respond: 201 ], hang: [ wait: 5s ], stray: [ wait: 10ms, call: { to: edge, path: /nowhere } ] } }
workloads:
  makers: { arrivals: { at: [ 0s, 1s ] }, requests: [ { name: go, call: edge, path: /made } ] }
  strangers: { arrivals: { at: [ 0s ] }, requests: [ { name: go, call: edge, path: /shut } ] }
  typos: { arrivals: { at: [ 0s, 1s, 2s ] }, requests: [ { name: go, call: edge, path: /mode } ] }
  inner: { arrivals: { at: [ 0s ] }, requests: [ { name: go, call: api.stray } ] }
  waiters: { arrivals: { at: [ 0s ] }, policy: { timeout: 1s }, requests: [ { name: go, call: edge, path: /slow } ] }
`,
  '10s',
);

describe('statuses of a run', () => {
  const statusesOf = (name: string): unknown => ran.variant().components[name]!.statuses;

  it('are counted for users, gateways, routes and services', () => {
    expect(statusesOf('makers')).toBeUndefined();
    expect(statusesOf('strangers')).toEqual({ 403: 1 });
    expect(statusesOf('typos')).toEqual({ 404: 3 });
    expect(statusesOf('inner')).toEqual({ 404: 1 });
    // The service made two resources, and passed on the 404 of the gateway.
    expect(statusesOf('api')).toEqual({ 200: 1, 201: 2, 404: 1 });
  });

  it('do not exist where no response came', () => {
    expect(statusesOf('waiters')).toBeUndefined();
    expect(ran.variant().components['waiters']!.outcomes).toEqual({ timeout: 1 });
  });

  it('of calls without a route come at once, from the gateway', () => {
    const typos = requests.filter(({ part }) => part === 'typos.go');
    expect(latencies(typos)).toEqual([0, 0, 0]);
    expect(ran.variant().components['edge']!.parts['unmatched']!.statuses).toEqual({ 404: 4 });
  });
});
