import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden } from './tracing.js';
import type { Traced } from './tracing.js';

const text = (probe: string, faults = '', more = ''): string => `
services:
  s:
    probes: { readiness: { period: 10s, failureThreshold: 2, ${probe} } }
    outbound: { default: { timeout: 500ms } }
    endpoints: { serve: [ wait: 1ms ] }
    ${more}
  mail: { endpoints: { health: [ wait: 2ms ], send: [ wait: 5ms ] } }
databases:
  db: { operations: { ping: { wait: 3ms } } }
workloads:
  users: { arrivals: constant(1/s), requests: [ { call: s.serve } ] }
faults: [ ${faults} ]
`;

const probed = (probe: string, faults = ''): Traced => golden(text(probe, faults), '100s');

describe('the checks of a probe', () => {
  const both = 'checks: [ mail.health, db ]';

  it('are calls of each component, one after the other', () => {
    const traced = probed(both);
    const health = traced.at('mail.health');
    const pings = traced.at('db.ping');
    // The first probe of the only replica is at 0 s.
    expect(states(traced)).toEqual([]);
    expect(health.length + pings.length).toBe(0);
    const cells = traced.ran.records[0]![0]!.edges.map(({ outcomes }) =>
      [...outcomes].reduce((a, b) => a + b, 0),
    );
    expect(cells.filter((calls) => calls === 10)).toHaveLength(2);
  });

  it('fail the probe with the first failure', () => {
    const crash = '{ id: db-down, kind: crash, target: db, at: 15s, for: 40s }';
    // Refused at 20 s and 30 s; the ping at 60 s succeeds again.
    expect(states(probed(both, crash))).toEqual(['unready 30.002', 'ready 60.005']);
    // A check of the other component notices nothing.
    expect(states(probed('checks: [ mail.health ]', crash))).toEqual([]);
  });

  it('take the policies of the service', () => {
    const hang = '{ id: hung, kind: hang, target: mail, at: 15s, for: 40s }';
    // The time limit of the call is 500 ms; that of the probe is 1 s.
    expect(states(probed(both, hang))).toEqual(['unready 30.5', 'ready 60.005']);
    expect(states(probed(`${both}, timeout: 100ms`, hang))[0]).toBe('unready 30.1');
  });
});

describe('the checks of a probe of one version', () => {
  const versions = (first: string): string => `
services:
  s:
    replicas: { v1: 1, v2: 1 }
    endpoints: { serve: [ wait: 1ms ] }
    versions: { v1: { ${first} }, v2: { probes: { readiness: { period: 10s, failureThreshold: 1, checks: [ db ] } } } }
  mail: { endpoints: { health: [ wait: 2ms ] } }
databases:
  db: { operations: { ping: { wait: 3ms } } }
workloads:
  users: { arrivals: constant(1/s), requests: [ { call: s.serve } ] }
faults: [ { id: db-down, kind: crash, target: db, at: 15s, for: 40s } ]
`;

  it('are run by its instances only', () => {
    const traced = golden(versions(''), '100s');
    expect(states(traced, 0)).toEqual([]);
    // The second instance is probed half a period later: refused at 15 s, and a ping of 3 ms at 55 s.
    expect(states(traced, 1)).toEqual(['unready 15', 'ready 55.003']);
  });

  it('are those of each version', () => {
    const own =
      'probes: { readiness: { period: 10s, failureThreshold: 1, checks: [ mail.health ] } }';
    const traced = golden(versions(own), '100s');
    expect(states(traced, 0)).toEqual([]);
    expect(states(traced, 1)).toEqual(['unready 15', 'ready 55.003']);
  });
});

describe('wrong checks', () => {
  const of = (probe: string, more = ''): string =>
    problemsOf(`
faultline: 1
title: Wrong
run: { duration: 10s }
${text(probe, '', more)}`);

  it('say what to write', () => {
    expect(of('checks: [ mail ]')).toContain(
      'mail has 2 endpoints: write mail.health or mail.send',
    );
    expect(of('checks: [ mali.health ]')).toContain('there is no component mali');
    expect(of('checks: [ db.pong ]')).toContain('db has no operation pong; it has ping');
    expect(of('checks: [ db ], call: serve')).toContain(
      'checks are what the probe asks: remove call',
    );
  });
});
