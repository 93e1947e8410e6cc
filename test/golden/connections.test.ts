import { describe, expect, it } from 'vitest';
import { line, opened } from './line.js';
import { answered, counted, latencies, outcomes } from './tracing.js';

describe('connections of a service edge', () => {
  it('G25: dials, makes the others wait, and keeps as many idle as it may', () => {
    const at = '0ms, 0ms, 0ms, 0ms, 200ms, 200ms';
    const one = line({ at, connections: '{ max: 2, maxIdle: 1 }' });
    expect(latencies(one.requests).slice(0, 4)).toEqual([80, 80, 130, 130]);
    expect(one.requests.slice(4).map((row) => row.answered)).toEqual([250, 280]);
    const two = line({ at, connections: '{ max: 2, maxIdle: 2 }' });
    expect(latencies(two.requests).slice(0, 4)).toEqual([80, 80, 130, 130]);
    expect(two.requests.slice(4).map((row) => row.answered)).toEqual([250, 250]);
  });

  it('cost nothing where nothing is written about them', () => {
    expect(latencies(line({ at: '0ms, 0ms', protocol: '{ tls: tls12 }' }).requests)).toEqual([
      50, 50,
    ]);
  });

  it.each([
    ['{ kind: http1 }', 1],
    ['{ kind: http1, tls: tls13 }', 2],
    ['{ kind: http1, tls: mtls }', 2],
    ['{ kind: http1, tls: tls12 }', 3],
    ['{ kind: grpc, tls: tls13 }', 2],
  ])(
    'divergence 37: opening one with %s takes %d round trips, a warm one none',
    (protocol, trips) => {
      const { requests } = line({ at: '0ms, 1s', connections: '{}', protocol });
      expect(latencies(requests)).toEqual([30 * trips + 50, 50]);
    },
  );

  it('divergence 37: the work of a handshake uses the cores of the server', () => {
    // Two handshakes share one core: 10 ms each take 20. TCP 30, half a trip 15, work 20, half 15.
    const protocol = '{ tls: tls13, handshakeWork: 10ms }';
    const { requests } = line({ at: '0ms, 0ms', connections: '{}', protocol, callee: 'cpu: 1,' });
    expect(latencies(requests)).toEqual([130, 130]);
  });

  it('divergence 37: an idle limit of 2 makes 3 of 5 dial again', () => {
    const at = '0ms, 0ms, 0ms, 0ms, 0ms, 1s, 1s, 1s, 1s, 1s';
    const traced = line({ at, connections: '{ maxIdle: 2 }' });
    expect(latencies(traced.requests).slice(5)).toEqual([50, 50, 80, 80, 80]);
    expect(opened(traced)).toBe(8);
  });

  it('the connection used last is used first', () => {
    // Both are idle at 80 ms. The one that came back last is used at 500 and 900, and lives on; the
    // other has been idle for 1 s at 1080, so of the two requests at 1200 one has to dial.
    const at = '0ms, 0ms, 500ms, 900ms, 1200ms, 1200ms';
    const { requests } = line({ at, connections: '{ idleTimeout: 1s }' });
    expect(latencies(requests)).toEqual([80, 80, 50, 50, 50, 80]);
  });

  it('closes an idle one at exactly idleTimeout', () => {
    // Idle from 80 ms: closed at 1080, before the request of that instant.
    const just = line({ at: '0ms, 1079ms', connections: '{ idleTimeout: 1s }' });
    expect(latencies(just.requests)).toEqual([80, 50]);
    const late = line({ at: '0ms, 1080ms', connections: '{ idleTimeout: 1s }' });
    expect(latencies(late.requests)).toEqual([80, 80]);
  });

  it('lets an old connection finish what is on it', () => {
    // Open at 30 ms, old at 70, closed at 80 with its request. The second then waits for a new one
    // (80-110) and ends at 160; the third for the one after that.
    const { requests } = line({ at: '0ms, 60ms, 90ms', connections: '{ max: 1, lifetime: 40ms }' });
    expect(answered(requests)).toEqual([80, 160, 240]);
  });

  it('closes a connection after maxRequests', () => {
    const { requests } = line({ at: '0ms, 200ms, 400ms', connections: '{ maxRequests: 2 }' });
    expect(latencies(requests)).toEqual([80, 50, 80]);
  });

  it('refuses what would be one too many in line, at once', () => {
    const at = '0ms, 0ms, 0ms';
    const traced = line({ at, connections: '{ max: 1, maxPending: 1 }' });
    expect(latencies(traced.requests)).toEqual([80, 130, 0]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'serverError']);
    expect(counted(traced, 'poolOverflows')).toBe(1);
  });

  it('ends the wait in line after acquireTimeout; opening does not count', () => {
    // The first needs 30 ms to dial and 50 in service: one that arrived with it waits 80 ms.
    const patient = line({ at: '0ms, 0ms', connections: '{ max: 1, acquireTimeout: 80ms }' });
    expect(outcomes(patient.requests)).toEqual(['ok', 'ok']);
    const hasty = line({ at: '0ms, 0ms', connections: '{ max: 1, acquireTimeout: 79ms }' });
    expect(latencies(hasty.requests)).toEqual([80, 79]);
    expect(counted(hasty, 'poolTimeouts')).toBe(1);
  });

  it('gives a connection that comes free to the head of the line, whoever dials', () => {
    // At 60 the second dials (until 90), but the first one's connection is free at 80.
    const { requests } = line({ at: '0ms, 60ms', connections: '{ max: 2 }' });
    expect(answered(requests)).toEqual([80, 130]);
  });

  it('closes the connection of an attempt that was given up: its answer would still come', () => {
    const at = '0ms, 100ms';
    const policy = 'timeout: 60ms';
    const traced = line({ at, connections: '{ max: 1 }', policy, protocol: 'http1' });
    // The timeout is the outer layer and includes the dial: 30 + 50 are too long, 50 on a warm connection are not.
    expect(latencies(traced.requests)).toEqual([60, 60]);
    expect(opened(traced)).toBe(2);
    const streams = line({ at, connections: '{ max: 1 }', policy, protocol: 'http2' });
    expect(latencies(streams.requests)).toEqual([60, 50]);
    expect(opened(streams)).toBe(1);
  });
});

describe('HTTP/2', () => {
  it('shares one connection, and opens another one when all streams are taken', () => {
    const at = '0ms, 0ms, 0ms, 0ms, 0ms';
    const connections = '{ maxStreams: 2 }';
    const many = line({ at, connections, protocol: 'http2' });
    expect(latencies(many.requests)).toEqual([80, 80, 80, 80, 80]);
    expect(opened(many)).toBe(3);
    const one = line({ at, connections: '{ maxStreams: 2, max: 1 }', protocol: 'http2' });
    expect(latencies(one.requests)).toEqual([80, 80, 130, 130, 180]);
    expect(opened(one)).toBe(1);
  });

  it('keeps the order of messages on a connection', () => {
    const at = Array.from({ length: 40 }, (_, k) => `${100 + k}ms`).join(', ');
    const latency = 'uniform(min=1ms max=60ms)';
    const ordered = line({ at: `0ms, ${at}`, connections: '{}', protocol: 'http2', latency });
    const arrivals = ordered.at('far.get').map((row) => row.begun);
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    const ends = ordered.at('far.get').map((row) => row.answered);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    const free = line({ at: `0ms, ${at}`, connections: '{}', latency });
    const loose = free.at('far.get').map((row) => row.begun);
    expect(loose).not.toEqual([...loose].sort((a, b) => a - b));
  });

  it('loses all streams with the process at the other end', () => {
    const crash = 'faults: [ { id: f, kind: crash, target: far, at: 100ms, for: 1s } ]';
    const steps = '[ wait: 200ms ]';
    const traced = line({
      at: '0ms, 0ms, 2s',
      connections: '{}',
      protocol: 'http2',
      steps,
      more: crash,
    });
    // Open at 30, at the server at 45, dead at 100, known at 115.
    expect(latencies(traced.requests)).toEqual([115, 115, 260]);
    expect(traced.at('far.get').map(({ outcome }) => outcome)).toEqual(['reset', 'reset', 'ok']);
  });
});

describe('a callee that is not there', () => {
  const down = (kind: string): string =>
    `faults: [ { id: f, kind: crash, target: far, at: 0ms, for: 3s${kind} } ]`;

  it('divergence 40: refuses a connection after one round trip', () => {
    const { requests } = line({ at: '1s', connections: '{}', more: down('') });
    expect(latencies(requests)).toEqual([30]);
  });

  it.each([
    [undefined, 'http1'],
    ['{}', 'http1'],
    ['{}', 'http2'],
  ])('counts attempts that get no connection (connections %s, %s)', (connections, protocol) => {
    // Two calls of three attempts each, all refused.
    const policy = 'retry: { attempts: 3, backoff: { kind: constant, base: 100ms } }';
    const traced = line({ at: '0ms, 0ms', protocol, policy, connections, more: down('') });
    const edge = traced.ran.variant().edges['app->far']!;
    expect([edge.calls, edge.attempts, edge.amplification]).toEqual([2, 6, 3]);
  });

  it('divergence 40: answers nothing where the host has vanished, until connectTimeout', () => {
    const silent = down(', blackhole: true');
    const limited = line({ at: '1s', connections: '{ connectTimeout: 500ms }', more: silent });
    expect(latencies(limited.requests)).toEqual([500]);
    // SYNs at 1 s, 2 s and 4 s: the host is back at 3 s, so the third one is answered.
    const patient = line({ at: '1s', connections: '{}', more: silent });
    expect(latencies(patient.requests)).toEqual([3080]);
  });

  it('divergence 40: TCP gives up after 127 s', () => {
    const gone = 'faults: [ { id: f, kind: partition, between: [app, far], at: 0ms, for: 300s } ]';
    const { requests } = line({ at: '1s', connections: '{}', more: gone });
    expect(latencies(requests)).toEqual([127_000]);
  });

  it('resets what is on its way to a process that has died', () => {
    // Sent at 200, would arrive at 215; dead at 210, known as the end of the connection.
    const more = 'faults: [ { id: f, kind: crash, target: far, at: 210ms, for: 1s } ]';
    const traced = line({ at: '0ms, 200ms', connections: '{}', more });
    expect(traced.at('far.get').map(({ outcome }) => outcome)).toEqual(['ok', 'reset']);
    expect(latencies(traced.requests)).toEqual([80, 30]);
  });

  it('resets what comes over a connection that a firewall refuses, and refuses new ones', () => {
    const more =
      'faults: [ { id: f, kind: partition, between: [app, far], mode: reject, at: 150ms, for: 1s } ]';
    const traced = line({ at: '0ms, 200ms, 400ms', connections: '{}', more });
    expect(latencies(traced.requests)).toEqual([80, 30, 30]);
    expect(traced.at('far.get').map(({ outcome }) => outcome)).toEqual(['ok', 'refused']);
    expect(traced.ran.variant().edges['app->far']!.outcomes).toEqual({
      ok: 1,
      refused: 1,
      reset: 1,
    });
  });

  it('waits for a caller that is paused when its connection opens', () => {
    // The SYN-ACK of 30 ms is for the kernel; the process sees it at its thaw.
    const more = 'faults: [ { id: f, kind: pause, target: app, at: 20ms, for: 80ms } ]';
    expect(latencies(line({ at: '0ms', connections: '{}', more }).requests)).toEqual([150]);
  });

  it('accepts TCP while its process hangs, and finishes TLS when it resumes', () => {
    // SYN at 15, TLS there at 45, answered at 100, open at 115.
    const more = 'faults: [ { id: f, kind: hang, target: far, at: 10ms, for: 90ms } ]';
    const protocol = '{ tls: tls13 }';
    const { requests } = line({ at: '0ms', connections: '{}', protocol, more });
    expect(latencies(requests)).toEqual([165]);
  });

  it('forgets the connections of a caller that has restarted', () => {
    const more = 'faults: [ { id: f, kind: crash, target: app, at: 500ms, for: 100ms } ]';
    const { requests } = line({ at: '0ms, 300ms, 1s', connections: '{}', more });
    expect(latencies(requests)).toEqual([80, 50, 80]);
  });
});

describe('loss on the wire', () => {
  it('divergence 39: a lost SYN delays by 1 s, doubling; nothing fails', () => {
    const connections = '{ maxRequests: 1 }';
    const at = Array.from({ length: 200 }, (_, k) => `${k}s`).join(', ');
    const more =
      'faults: [ { id: f, kind: loss, target: app->far, share: 20%, at: 0ms, for: 300s } ]';
    const { requests } = line({ at, connections, more });
    expect(new Set(outcomes(requests))).toEqual(new Set(['ok']));
    const slow = latencies(requests).filter((latency) => latency > 1000);
    expect(slow.length).toBeGreaterThan(20);
    // The time above 80 ms is whole seconds of SYNs and retransmission time-outs of 200 ms, doubling.
    for (const latency of latencies(requests)) expect((latency - 80) % 200).toBe(0);
  });
});

describe('a balancer in front of connections', () => {
  const two = 'replicas: 2,';

  it('picks before a layer with a state for each instance, and the pool is that of the instance', () => {
    const policy = 'bulkhead: { maxConcurrent: 1, per: target }';
    const traced = line({ at: '0ms, 0ms, 0ms', connections: '{ max: 1 }', policy, callee: two });
    expect(latencies(traced.requests)).toEqual([80, 80, 0]);
    expect(opened(traced)).toBe(2);
  });

  it('divergence 29: by request it deals out every attempt, by connection every connection', () => {
    const at = '0ms, 200ms, 400ms, 600ms';
    const request = line({ at, connections: '{}', callee: two });
    expect(request.at('far.get').map(({ instance }) => instance)).toEqual([
      'far[0]',
      'far[1]',
      'far[0]',
      'far[1]',
    ]);
    expect(latencies(request.requests)).toEqual([80, 80, 50, 50]);
    const policy = 'loadBalancing: { kind: roundRobin, level: connection }';
    const connection = line({ at, connections: '{}', policy, callee: two });
    expect(connection.at('far.get').map(({ instance }) => instance)).toEqual([
      'far[0]',
      'far[0]',
      'far[0]',
      'far[0]',
    ]);
    expect(latencies(connection.requests)).toEqual([80, 50, 50, 50]);
  });

  it('sends nothing to an instance that is back while the others keep their connections', () => {
    const at = Array.from({ length: 20 }, (_, k) => `${k * 100}ms`).join(', ');
    const policy = 'loadBalancing: { kind: roundRobin, level: connection }';
    const more = 'faults: [ { id: f, kind: crash, target: "far[0]", at: 450ms, for: 200ms } ]';
    const traced = line({ at, connections: '{}', policy, callee: two, more });
    const places = traced.at('far.get').map(({ instance }) => instance);
    expect(places.slice(0, 5)).toEqual(Array(5).fill('far[0]'));
    expect(new Set(places.slice(5))).toEqual(new Set(['far[1]']));
  });
});
