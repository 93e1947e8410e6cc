import { describe, expect, it } from 'vitest';
import { begun, ended, golden, instants, metered } from './tracing.js';
import type { Traced } from './tracing.js';

/** One message a second from 0 s to 19 s into one partition, handled in 10 ms. */
const run = (group: string, topic = '', more = '', length = '40s', kind = ''): Traced =>
  golden(
    `
topics:
  jobs: { kind: kafka, ${topic} subscribers: [ { group: worker, call: worker.handle, ${group} } ] }
services:
  worker: { endpoints: { handle: { steps: [ work: 10ms ], ${kind} } } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 19, 1, 's')} ] }, requests: [ { call: api.submit } ] }
${more}`,
    length,
  );

const figures = (traced: Traced): readonly number[] =>
  ['consumed', 'redeliveries', 'duplicateEffects', 'lostEffects'].map((name) =>
    metered(traced, name, 'jobs.worker'),
  );
const at = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));

describe('a group that starts later', () => {
  // Its first member joins at 5 s; an empty group waits 3 s for others, and deals for 3 s: 11 s.
  it('skips what was there, and what comes until it has its partitions', () => {
    const traced = run('startAt: 5s');
    expect(at(traced)[0]).toBe(11_000);
    expect(figures(traced)).toEqual([9, 0, 0, 0]);
  });

  it('reads everything with autoOffsetReset: earliest', () => {
    const traced = run('startAt: 5s, autoOffsetReset: earliest');
    expect(at(traced).slice(0, 3)).toEqual([11_000, 11_010, 11_020]);
    expect(figures(traced)).toEqual([20, 0, 0, 0]);
  });

  it('finds only what retention has left', () => {
    const traced = run('startAt: 5s, autoOffsetReset: earliest', 'retention: 4500ms,');
    // At 11 s the messages published from 7 s on are kept; no group had wanted the rest.
    expect(figures(traced)).toEqual([13, 0, 0, 0]);
  });

  it('has no lag before it is there', () => {
    const before = run('startAt: 30s, autoOffsetReset: earliest', '', '', '20s');
    const lag = before.ran.records[0]![0]!.meters.find(({ name }) => name === 'lag')!;
    expect(lag.form === 'gauge' && Math.max(...lag.max)).toBe(0);
  });

  it('is started again with its process, but not before its time', () => {
    const traced = run(
      'startAt: 5s',
      '',
      'faults: [ { id: dies, kind: crash, target: worker, at: 1s, for: 1s } ]',
    );
    expect(at(traced)[0]).toBe(11_000);
  });
});

describe('a group that is sent back', () => {
  it('has every effect twice', () => {
    const traced = run('replay: { at: 9500ms }');
    // Ten were handled by then.
    expect(figures(traced)).toEqual([30, 10, 10, 0]);
    expect(at(traced).slice(10, 13)).toEqual([9500, 9510, 9520]);
  });

  it('goes back so far in time', () => {
    expect(figures(run('replay: { at: 9500ms, from: 3s }'))).toEqual([23, 3, 3, 0]);
  });

  it('has no effect twice with an inbox', () => {
    expect(figures(run('replay: { at: 9500ms }, inbox: {}'))).toEqual([20, 10, 0, 0]);
  });

  it('has no effect twice where repeating it does no harm', () => {
    const figuresOf = (kind: string) => figures(run('replay: { at: 9500ms }', '', '', '40s', kind));
    expect(figuresOf('idempotent: true')).toEqual([30, 10, 0, 0]);
    expect(figuresOf('readOnly: true')).toEqual([30, 10, 0, 0]);
  });

  it('goes back no further than the topic keeps', () => {
    expect(figures(run('replay: { at: 9500ms }', 'retention: 5200ms,'))).toEqual([25, 5, 5, 0]);
  });

  it('handles its records in flight first', () => {
    const traced = golden(
      `
topics:
  jobs: { kind: kafka, subscribers: [ { group: worker, call: worker.handle, replay: { at: 35ms } } ] }
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 5 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '1m',
    );
    expect(ended(traced.at('worker.handle'))).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(figures(traced)).toEqual([10, 5, 5, 0]);
  });

  it('leaps over what waits with from: latest', () => {
    const traced = run(
      'replay: { at: 15500ms, from: latest }, rebalance: { staticMembership: true }',
      '',
      'faults: [ { id: dies, kind: crash, target: worker, at: 5500ms, for: 10500ms } ]',
    );
    // Ten of 6 s to 15 s had not been read.
    expect(figures(traced)).toEqual([10, 0, 0, 10]);
  });

  it('does not disturb other groups', () => {
    const traced = golden(
      `
topics:
  jobs:
    kind: kafka
    subscribers:
      - { group: worker, call: worker.handle, replay: { at: 10s } }
      - { group: other, call: worker.handle }
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 5 } ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: api.submit } ] }
`,
      '1m',
    );
    expect(metered(traced, 'consumed', 'jobs.worker')).toBe(10);
    expect(metered(traced, 'consumed', 'jobs.other')).toBe(5);
  });
});

describe('a group without members', () => {
  // Dies at 5.5 s, its session ends at 48 s; without a member for 1 min it has no offset any more.
  const away = (reset: string, retention: string, extra = ''): Traced =>
    run(
      `autoOffsetReset: ${reset}, offsetsRetention: ${retention}${extra}`,
      '',
      'faults: [ { id: dies, kind: crash, target: worker, at: 5500ms, for: 2m } ]',
      '4m',
    );

  it('continues at its old position before its offsets are too old', () => {
    expect(figures(away('latest', '2m'))).toEqual([20, 0, 0, 0]);
  });

  it('loses what it has not read, when it begins at the end', () => {
    expect(figures(away('latest', '1m'))).toEqual([6, 0, 0, 14]);
  });

  it('has every effect twice, when it begins at the beginning', () => {
    expect(figures(away('earliest', '1m'))).toEqual([26, 6, 6, 0]);
  });

  it('keeps its offsets for ever with none', () => {
    expect(figures(away('latest', 'none'))).toEqual([20, 0, 0, 0]);
  });
});
