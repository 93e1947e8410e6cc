import { describe, expect, it } from 'vitest';
import { golden, latencies, outcomes, sent, single } from './tracing.js';

/** One instance that responds 500 until a time, behind Linkerd's breaker, which shuts it at once. */
const shut = (at: string, until: string, penalty: string, more = ''): string =>
  single(
    '',
    'work: 0ms',
    at,
    `{ circuitBreaker: { kind: linkerd, maxFailures: 1, minPenalty: ${penalty}, jitterRatio: 0${more} } }`,
    `faults: [ { id: e, kind: error, target: s, at: 0s, for: ${until} } ]\n`,
  );

describe('calls that find every instance shut by Linkerd', () => {
  it('wait for one, in the order of coming, and each probe takes one of them', () => {
    const { requests, at, ran } = golden(shut('0ms, 500ms, 600ms, 700ms', '1500ms', '1s'));
    // The probe of 1 s fails and costs 2 s more; that of 3 s succeeds and lets all others in.
    expect(sent(at('s.serve'))).toEqual([0, 1000, 3000, 3000]);
    expect(latencies(requests)).toEqual([0, 500, 2400, 2300]);
    expect(outcomes(requests)).toEqual(['serverError', 'serverError', 'ok', 'ok']);
    expect(ran.variant().edges['users->s']!.counters['breakerRejected']).toBeUndefined();
  });

  it('are refused after 3 s, and from then on at once, until an instance can be had', () => {
    const at5 = shut('0ms, 1s, 3500ms, 4500ms, 5500ms', '4s', '5s');
    const { requests, at } = golden(at5);
    expect(latencies(requests)).toEqual([0, 3000, 500, 0, 0]);
    const refused = new Array<string>(3).fill('rejectedBreaker');
    expect(outcomes(requests)).toEqual(['serverError', ...refused, 'ok']);
    expect(sent(at('s.serve'))).toEqual([0, 5500]);
  });

  it('wait again after one that was served, and not less because another left', () => {
    const body = single(
      '',
      'wait: 4s',
      '0ms, 4500ms, 5000ms, 5100ms',
      '{ circuitBreaker: { kind: linkerd, maxFailures: 1, minPenalty: 1500ms, jitterRatio: 0 } }',
      'faults: [ { id: e, kind: error, target: s, afterWork: true, at: 0s, for: 4500ms } ]\n',
    );
    const { requests, at } = golden(body);
    // Shut by the failure of 4 s until 5.5 s; its probe is the first of the waiting calls.
    expect(sent(at('s.serve'))).toEqual([0, 5500]);
    expect(latencies(requests)).toEqual([4000, 5000, 3500, 3400]);
    expect(outcomes(requests).slice(1)).toEqual(['ok', 'rejectedBreaker', 'rejectedBreaker']);
  });

  it('leave when their deadline ends, and the others keep waiting', () => {
    const body = shut('0ms, 1s, 2s', '4s', '5s').replace(
      '{ circuitBreaker',
      '{ deadline: 2500ms, circuitBreaker',
    );
    const { requests } = golden(body);
    // The second leaves at 3.5 s; at 4 s no instance was available for 3 s.
    expect(latencies(requests)).toEqual([0, 2500, 2000]);
    expect(outcomes(requests).slice(1)).toEqual(['deadlineExceeded', 'rejectedBreaker']);
  });

  it('take the wait that is written', () => {
    const { requests } = golden(shut('0ms, 1s', '4s', '5s', ', failfastTimeout: 200ms'));
    expect(latencies(requests)).toEqual([0, 200]);
  });
});

describe('calls that find every instance shut by Finagle', () => {
  it('divergence 33: are sent all the same', () => {
    const body = shut('0ms, 1s, 2s', '4s', '5s').replace(
      'kind: linkerd, maxFailures: 1, minPenalty: 5s, jitterRatio: 0',
      'kind: finagle, consecutiveFailures: 1',
    );
    const { requests, at } = golden(body);
    expect(sent(at('s.serve'))).toEqual([0, 1000, 2000]);
    expect(latencies(requests)).toEqual([0, 0, 0]);
  });
});

describe('instances shut by Linkerd and Finagle', () => {
  const of = (policy: string): string => `
services:
  s: { replicas: 3, endpoints: { get: [ work: 0ms ] } }
workloads:
  users:
    arrivals: { at: [ ${Array.from({ length: 20 }, (_, k) => `${k * 100}ms`).join(', ')} ] }
    requests: [ { call: s.get } ]
    policy: { circuitBreaker: ${policy} }
faults: [ { id: e, kind: error, target: 's[0]', at: 0s, for: 900ms } ]
`;

  it.each([
    ['linkerd', '{ kind: linkerd, maxFailures: 2, minPenalty: 1s, jitterRatio: 0 }'],
    ['finagle', '{ kind: finagle, consecutiveFailures: 2, minPenalty: 1s }'],
  ])('%s: the others take its load, and its probe is a call like any other', (_kind, policy) => {
    const { requests, at, ran } = golden(of(policy));
    const times = at('s.get').filter(({ instance }) => instance === 's[0]');
    // Round robin picks it at 0 and 300, and after 1.3 s with its probe.
    expect(sent(times).slice(0, 2)).toEqual([0, 300]);
    expect(sent(times)[2]).toBeGreaterThanOrEqual(1300);
    expect(outcomes(requests).filter((outcome) => outcome !== 'ok')).toHaveLength(2);
    const machines = ran.variant().journal.filter(({ kind }) => kind === 'breaker');
    expect(machines.map(({ subject, value }) => [subject, value])).toEqual([
      ['users[0]->s[0]', 'open'],
      ['users[0]->s[0]', 'halfOpen'],
      ['users[0]->s[0]', 'closed'],
    ]);
    expect(machines.slice(0, 2).map(({ at: when }) => when)).toEqual([0.3, 1.3]);
  });
});
