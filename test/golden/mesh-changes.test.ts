import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, outcomes, sent } from './tracing.js';

const change = (fields: string): string => `faults: [ { id: c, kind: change, ${fields} } ]\n`;

/** Proxies without cost. */
const FREE = 'kind: custom, proxy: { work: 0ms, latency: 0ms }';

/** `a` takes 10 ms and calls `b`, which takes 100 ms. */
const called = (mesh: string, at: string, more: string): string => `
policies: { client: { timeout: 200ms } }
mesh: { ${FREE}, ${mesh} }
services:
  a: { endpoints: { get: [ wait: 10ms, call: b.get ] } }
  b: { endpoints: { get: [ wait: 100ms ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ call: a.get ] } }
${more}`;

const times = (mesh: string, at: string, fields: string): number[] =>
  latencies(golden(called(mesh, at, change(fields))).requests).map(Math.round);

/** The calls begin at 0.99, 1, 1.98, 1.99 and 2 s. */
const AROUND = '980ms, 989.999999ms, 990ms, 1989.999999ms, 1990ms';

describe('a change of the policies of a mesh', () => {
  it('acts on the proxies of the callers, at once', () => {
    const expected = [110, 110, 60, 60, 110];
    const shared = 'set: { policies.client.timeout: 50ms }, at: 1s, for: 1s';
    expect(times('policy: client', AROUND, shared)).toEqual(expected);
    expect(times('outbound: { b: client }', AROUND, shared)).toEqual(expected);
    const own = 'set: { mesh.policy.timeout: 50ms }, at: 1s, for: 1s';
    expect(times('policy: { timeout: 200ms }', AROUND, own)).toEqual(expected);
    const one = 'set: { mesh.outbound.b.timeout: 50ms }, at: 1s, for: 1s';
    expect(times('outbound: { b: { timeout: 200ms } }', AROUND, one)).toEqual(expected);
  });

  it('reaches a proxy after configPropagation, and so does its end', () => {
    const at = '1289.999999ms, 1290ms, 2289.999999ms, 2290ms';
    const mesh = 'policy: client, configPropagation: 300ms';
    const set = 'set: { policies.client.timeout: 50ms }, at: 1s, for: 1s';
    expect(times(mesh, at, set)).toEqual([110, 60, 60, 110]);
  });

  it('has its own propagation and rollback instead', () => {
    const at = '1089.999999ms, 1090ms, 2189.999999ms, 2190ms';
    const mesh = 'policy: client, configPropagation: 300ms';
    const set = 'set: { policies.client.timeout: 50ms }, at: 1s, for: 1s';
    expect(times(mesh, at, `${set}, propagation: 100ms, rollback: 200ms`)).toEqual([
      110, 60, 60, 110,
    ]);
  });

  it('begins with a fresh state of the proxy, and leaves that of the application', () => {
    const breaker = (own: string, proxy: string): number[] => {
      const { at } = golden(`
policies:
  breaking: { circuitBreaker: { kind: simple, failureThreshold: 2, openDuration: 60s } }
  limited: { timeout: 50ms }
  both: { timeout: 50ms, circuitBreaker: { kind: simple, failureThreshold: 2, openDuration: 60s } }
mesh: { ${FREE}, policy: ${proxy} }
services:
  a: { outbound: { b: ${own} }, endpoints: { get: [ call: b.get ] } }
  b: { endpoints: { get: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0s, 0.1s, 0.2s, 1s, 1.1s, 1.2s, 2s ] }, requests: [ call: a.get ] }
${change(`set: { policies.${proxy}.timeout: 60ms }, at: 1s, for: 1s`)}`);
      return sent(at('b.get'));
    };
    expect(breaker('none', 'both')).toEqual([0, 100, 1000, 1100]);
    expect(breaker('breaking', 'limited')).toEqual([0, 100]);
  });
});

/** `b[0]` runs v1 and `b[1]` runs v2. */
const versions = (mesh: string, at: string, more: string, a = ''): string => `
mesh: { ${FREE}, ${mesh} }
services:
  a: { ${a} endpoints: { get: [ call: b.get ] } }
  b: { replicas: { v1: 1, v2: 1 }, endpoints: { get: [ wait: 10ms ] }, versions: { v1: {}, v2: {} } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ call: a.get ] } }
${more}`;

describe('a change of the routes of a mesh', () => {
  const ROUTES = 'routes: { b: [ { name: all, to: { b@v1: 100, b@v2: 0 } } ] }';
  const served = (mesh: string, at: string, more: string): string[] =>
    golden(versions(mesh, at, more))
      .at('b.get')
      .map(({ instance }) => instance);

  it('moves the calls of executions that begin from then on', () => {
    const at = '999.999999ms, 1s, 1999.999999ms, 2s';
    const moved = 'set: { "mesh.routes.b[all].to": { b@v1: 0, b@v2: 100 } }, at: 1s, for: 1s';
    expect(served(ROUTES, at, change(moved))).toEqual(['b[0]', 'b[1]', 'b[1]', 'b[0]']);
    const later = '1299.999999ms, 1300ms, 2299.999999ms, 2300ms';
    const slow = `${ROUTES}, configPropagation: 300ms`;
    expect(served(slow, later, change(moved))).toEqual(['b[0]', 'b[1]', 'b[1]', 'b[0]']);
  });

  it('adds routes of a service that had none', () => {
    const added = change('set: { mesh.routes: { b: [ { to: b@v2 } ] } }, at: 1s, for: none');
    expect(served('mtls: false', '1s, 2s, 3s', added)).toEqual(['b[1]', 'b[1]', 'b[1]']);
  });

  it('leaves the bundle of the application to a change of its own', () => {
    const own = change('set: { services.a.outbound.b.timeout: 5ms }, at: 1s, for: 1s');
    const traced = golden(
      versions(ROUTES, '0.5s, 1.5s, 2.5s', own, 'outbound: { b: { timeout: 20ms } },'),
    );
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'ok']);
  });

  it('moves weights in steps', () => {
    const ramp =
      'set: { "mesh.routes.b[all].to": { b@v1: 0, b@v2: 100 } }, at: 0s, for: none, ramp: { up: 2s, steps: 2 }';
    const at = Array.from({ length: 1000 }, (_, k) => `${k + 1}ms`).join(', ');
    const half = served(ROUTES, at, change(ramp));
    const share = half.filter((one) => one === 'b[1]').length / half.length;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
    expect(served(ROUTES, '2s, 3s', change(ramp))).toEqual(['b[1]', 'b[1]']);
  });
});

describe('changes that a mesh cannot make', () => {
  it('are routes that a fallback takes', () => {
    const fallback = 'outbound: { b: { fallback: { steps: [ call: b.get ] } } },';
    const moved = change('set: { mesh.routes: { b: [ { to: b@v2 } ] } }, at: 1s, for: 1s');
    const body = versions('routes: { b: [ { to: b@v1 } ] }', '1s', moved, fallback);
    expect(problemsOf(`faultline: 1\ntitle: Wrong\nrun: { duration: 5s }\n${body}`)).toContain(
      'a fallback calls b, and its routes stay the same',
    );
  });

  const wrong = (mesh: string, fields: string, more = ''): string =>
    problemsOf(
      `faultline: 1\ntitle: Wrong\nrun: { duration: 5s }\n${called(mesh, '1s', change(fields))}${more}`,
    );
  const AT = 'at: 1s, for: 1s';

  it('are refused with the reason', () => {
    const same = 'proxies, members and propagation of the mesh are the same for the entire run';
    expect(wrong('policy: client', `set: { mesh.configPropagation: 1s }, ${AT}`)).toContain(same);
    expect(wrong('policy: client', `set: { mesh.proxy.work: 1ms }, ${AT}`)).toContain(same);
    expect(wrong('policy: client', `set: { mesh.services: [ b ] }, ${AT}`)).toContain(same);
    const both = `set: { mesh.policy.timeout: 1s, services.b.concurrency: 3 }, ${AT}`;
    const delayed = 'policy: { timeout: 200ms }, configPropagation: 1s';
    expect(wrong(delayed, both)).toContain('write propagation and rollback, or a change for each');
    expect(wrong(delayed, `${both}, propagation: 1s, rollback: 1s`)).toBe('');
    expect(
      wrong('outbound: { a: client }', `set: { mesh.outbound.a.timeout: 1s }, ${AT}`),
    ).toContain('no call from inside the mesh');
  });
});
