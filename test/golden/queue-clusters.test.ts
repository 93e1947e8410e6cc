import { describe, expect, it } from 'vitest';
import { answered, begun, golden, metered, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly broker?: string;
  readonly queue?: string;
  readonly publish?: string;
  readonly handle?: string;
  readonly consumer?: string;
  readonly at: string;
  readonly faults?: string;
}

/** Messages through a queue on a cluster of three nodes; its first node is node 0. */
const run = (o: Options): Traced =>
  golden(
    `
brokers:
  rabbit: { kind: rabbitmq, nodes: 3, ${o.broker ?? ''} }
queues:
  jobs: { kind: rabbitmq, broker: rabbit, ${o.queue ?? ''} consumers: [ { call: worker.handle, ${o.consumer ?? ''} } ] }
services:
  worker: { endpoints: { handle: [ wait: ${o.handle ?? '1ms'} ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, ${o.publish ?? ''} } ] } }
workloads:
  users: { arrivals: { at: [ ${o.at} ] }, requests: [ { call: api.submit } ] }
faults: [ ${o.faults ?? ''} ]
`,
    '1m',
  );

const confirmed = (traced: Traced): readonly number[] => answered(traced.at('api.submit'));
const handled = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));
/** Nodes that are down from 10 s on. */
const gone = (nodes: readonly number[], kind = 'crash', length = '20s'): string =>
  nodes
    .map((n) => `{ id: f${n}, kind: ${kind}, target: "rabbit[${n}]", at: 10s, for: ${length} }`)
    .join(', ');

/** Share of the minute in which a gauge of a component was 1. */
function shareOf({ ran }: Traced, name: string, component: string): number {
  const { components } = ran.plans[0]!;
  const meter = ran.records[0]![0]!.meters.find(
    (own) => own.name === name && components[own.component]!.name === component,
  );
  if (meter?.form !== 'gauge') return Number.NaN;
  return meter.area.reduce((sum, area) => sum + area, 0) / 60e9;
}

describe('a quorum queue', () => {
  // Consumers connect at once, so that the times are those of the elections.
  const own = 'quorum: true, networkRecoveryInterval: 0s,';
  const quorum = (o: Options): Traced => run({ ...o, queue: `${own} ${o.queue ?? ''}` });

  it('is led by another member after an election; publishers wait meanwhile', () => {
    const traced = quorum({ at: '0s, 10s, 10200ms, 10600ms', faults: gone([0]) });
    expect(confirmed(traced)).toEqual([0, 10_500, 10_500, 10_600]);
    expect(handled(traced)).toEqual([0, 10_500, 10_501, 10_600]);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(0);
    expect(shareOf(traced, 'unavailable', 'jobs')).toBeCloseTo(0.5 / 60, 12);
  });

  it('does not notice the loss of a member that follows', () => {
    expect(confirmed(quorum({ at: '10s, 11s', faults: gone([2]) }))).toEqual([10_000, 11_000]);
  });

  it('takes and gives nothing without a majority (RB-2); what was handed out may be settled afterwards', () => {
    const traced = quorum({ at: '0s, 15s', handle: '12s', faults: gone([1, 2]) });
    expect(confirmed(traced)).toEqual([0, 30_000]);
    expect(handled(traced)).toEqual([0, 30_000]);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(0);
    expect(shareOf(traced, 'unavailable', 'jobs')).toBeCloseTo(20 / 60, 12);
  });

  it('has an election when a majority is back without its leader, and hands out once more', () => {
    const traced = quorum({ at: '0s, 15s', handle: '12s', faults: gone([0, 1]) });
    expect(confirmed(traced)).toEqual([0, 30_500]);
    // The first one was in flight when the connection was lost: it is delivered again, at the head.
    expect(handled(traced)).toEqual([0, 30_500, 42_500]);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(1);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(1);
  });

  it('with two members stops with either of them', () => {
    const queue = 'initialGroupSize: 2,';
    expect(confirmed(quorum({ at: '15s', queue, faults: gone([1]) }))).toEqual([30_000]);
    expect(confirmed(quorum({ at: '15s', queue, faults: gone([2]) }))).toEqual([15_000]);
  });

  it('continues under a leader that was paused for less than an election', () => {
    const pause = (length: string): Traced =>
      quorum({ at: '10100ms', faults: gone([0], 'pause', length) });
    expect(confirmed(pause('300ms'))).toEqual([10_300]);
    expect(confirmed(pause('5s'))).toEqual([10_500]);
  });

  it('gets messages published without confirmation when it has a leader', () => {
    const traced = quorum({ at: '10100ms', publish: 'confirm: false', faults: gone([0]) });
    expect(confirmed(traced)).toEqual([10_100]);
    expect(handled(traced)).toEqual([10_500]);
  });
});

describe('a consumer without a connection', () => {
  const faults = `${gone([0], 'crash', '1s')}, { id: again, kind: crash, target: worker, at: 12s, for: 500ms }`;

  it('connects after its interval, and at once if its process starts', () => {
    // The queue is back at 11 s. The client of the process that goes on comes at 15 s, that of a new one at 12.5 s.
    const at = '11500ms';
    expect(handled(run({ at, faults: gone([0], 'crash', '1s') }))).toEqual([15_000]);
    expect(handled(run({ at, faults }))).toEqual([12_500]);
  });

  it('leaves its place as the single active one to the first that connects', () => {
    const queue = 'singleActiveConsumer: true,';
    expect(handled(run({ at: '11500ms', queue, faults: gone([0], 'crash', '1s') }))).toEqual([
      15_000,
    ]);
  });
});

describe('a classic queue', () => {
  it('refuses while its node is down, and comes back with what it held', () => {
    const traced = run({ at: '8s, 9s, 15s', handle: '12s', faults: gone([0]) });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'ok', 'serverError']);
    expect(confirmed(traced)).toEqual([8_000, 9_000, 15_000]);
    // The connection is lost at 10 s with the first one in hand: its work is done twice.
    expect(handled(traced)).toEqual([8_000, 30_000, 42_000]);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(1);
    expect(metered(traced, 'publishRejected', 'jobs')).toBe(1);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(0);
  });

  it('loses messages without confirmation', () => {
    const traced = run({ at: '15s, 30s', publish: 'confirm: false', faults: gone([0]) });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'ok']);
    expect(handled(traced)).toEqual([30_000]);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(1);
  });

  it('has let go of what was acknowledged when it was pushed, and is lost with the connection', () => {
    const traced = run({
      at: '9s, 9s, 9s',
      handle: '5s',
      consumer: 'commit: before',
      faults: gone([0]),
    });
    // The first one is in flight at 10 s and completes; the others wait in the consumer.
    expect(handled(traced)).toEqual([9_000]);
    expect(metered(traced, 'consumed', 'jobs')).toBe(1);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(2);
  });

  it('does not notice the loss of other nodes', () => {
    expect(confirmed(run({ at: '15s', faults: gone([1, 2]) }))).toEqual([15_000]);
  });
});

describe('a memory alarm', () => {
  const filled = (o: Partial<Options> = {}): Traced =>
    run({
      broker: 'memoryLimit: 10KiB,',
      handle: '10s',
      publish: `size: 4KiB, ${o.publish ?? ''}`,
      at: `${times(3, '0s')}, 500ms, 1500ms`,
      ...(o.queue === undefined ? {} : { queue: o.queue }),
    });

  it('is raised and cleared at full seconds; publishers wait meanwhile, consumers continue', () => {
    // 16 KiB from 0.5 s on, 12 from 10 s, 8 from 20 s: the alarm ends at 21 s. The message that waited makes
    // 12 of them again, so there is one more from 22 to 31 s.
    const traced = filled();
    expect(confirmed(traced)).toEqual([0, 0, 0, 500, 21_000]);
    expect(handled(traced)).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
    expect(shareOf(traced, 'alarmed', 'rabbit')).toBeCloseTo(29 / 60, 12);
  });

  it('also holds publishers without confirmation', () => {
    expect(confirmed(filled({ publish: 'confirm: false' }))).toEqual([0, 0, 0, 500, 21_000]);
  });

  it('is one of every node that holds a quorum queue', () => {
    expect(confirmed(filled({ queue: 'quorum: true,' }))[4]).toBe(21_000);
  });

  it('of one node keeps publishers from all queues of the cluster', () => {
    const traced = golden(
      `
brokers:
  rabbit: { kind: rabbitmq, nodes: 2, memoryLimit: 1KiB }
queues:
  large: { kind: rabbitmq, broker: rabbit }
  small: { kind: rabbitmq, broker: rabbit, consumers: [ { call: worker.handle } ] }
services:
  worker: { endpoints: { handle: [ wait: 1ms ] } }
  api: { endpoints: { fill: [ publish: { topic: large, size: 2KiB } ], submit: [ publish: small ] } }
workloads:
  filler: { arrivals: { at: [ 0s ] }, requests: [ { call: api.fill } ] }
  users: { arrivals: { at: [ 900ms, 1100ms ] }, requests: [ { call: api.submit } ] }
faults: [ { id: purged, kind: crash, target: 'rabbit[0]', at: 5500ms, for: 10s } ]
`,
      '1m',
    );
    // A node that is down has no alarm: the other one notices at the next full second.
    expect(confirmed(traced)).toEqual([900, 6_000]);
  });
});

describe('messages in flight when their consumer is lost', () => {
  it.each([
    ['quorum', 'the worker', 'worker'],
    ['quorum', 'the leader', "'rabbit[0]'"],
    ['classic', 'the worker', 'worker'],
  ])('come back to a %s queue in their order after a crash of %s', (kind, _what, target) => {
    const traced = run({
      queue: kind === 'quorum' ? 'quorum: true,' : '',
      handle: '500ms',
      at: '1s, 1100ms, 1200ms, 1300ms, 1400ms, 4s',
      faults: `{ id: dies, kind: crash, target: ${target}, at: 1700ms, for: 1s }`,
    });
    const order = traced.requests.map(({ id }) => id);
    const handled = traced.at('worker.handle').map(({ root }) => order.indexOf(root));
    // The second one was in its handler, the next three were prefetched.
    expect(handled).toEqual([0, 1, 1, 2, 3, 4, 5]);
  });
});
