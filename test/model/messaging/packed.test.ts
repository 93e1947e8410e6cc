import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  PackedMessages,
  packingSettings,
} from '../../../src/model/modules/messaging/packed-messages.js';
import type { Kept } from '../../support/kept.js';
import { runKept } from '../../support/kept.js';
import { scenarioOf } from '../../support/message-scenario.js';
import { messageWorlds } from '../../support/message-worlds.js';
import type { MessageWorld } from '../../support/message-worlds.js';

/** A run, half of its requests traced, whose messages are packed `size` at a time; and how often they were packed. */
function packing(text: string, size: number): { readonly run: Kept; readonly packs: number } {
  const usual = { ...packingSettings };
  Object.assign(packingSettings, { bundle: size, near: size });
  const pack = vi.spyOn(PackedMessages.prototype, 'pack');
  try {
    return { run: runKept(text, 0.5), packs: pack.mock.calls.length };
  } finally {
    pack.mockRestore();
    Object.assign(packingSettings, usual);
  }
}

/** A world whose first group is reset, and whose logs delete messages. */
function textOf(world: MessageWorld, replay: object | null): string {
  const scenario = scenarioOf(world);
  const topics = scenario['topics'] as Record<string, { subscribers: Record<string, unknown>[] }>;
  if (replay !== null) {
    for (const [hop, { kind }] of world.hops.entries()) {
      const [first] = topics[`hop${hop}`]?.subscribers ?? [];
      if (kind === 'kafka' && first !== undefined) first['replay'] = replay;
    }
  }
  return JSON.stringify(scenario);
}

const replays = fc.constantFrom(
  null,
  { at: '400ms', from: 'earliest' },
  { at: '3s', from: 'earliest' },
  { at: '2s', from: '1500ms' },
  { at: '1s', from: 'latest' },
);

/** The entire record, columns as lists, and the objects that the run kept, except the number of slots. */
const told = ({ record, kept }: Kept): string =>
  JSON.stringify(
    [record, [...kept].filter(([name]) => name !== 'messages.slots')],
    (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value),
  );

/**
 * If one message of each key is in flight at a time, a packed message is not known to wait for another: waiting
 * handlers are notified of it, and a handler that is down loses its place in their line a little earlier.
 */
const byKey = ({ hops }: MessageWorld): boolean =>
  hops.some(({ fields }) => fields['fifo'] === true || fields['ordering'] === 'key');

/** Far more messages than are unpacked: some exist at the start, others arrive in two bursts. */
const crowds = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  kind: fc.constantFrom('kafka', 'kafka', 'simple', 'rabbitmq', 'sqs', 'bus'),
  backlog: fc.constantFrom(0, 9, 40),
  partitions: fc.constantFrom(1, 3),
  /** How long each of the readers of a log needs for a message; a queue has the first. */
  readers: fc.array(fc.constantFrom('1ms', '4ms', 'exponential(9ms)'), {
    minLength: 1,
    maxLength: 3,
  }),
  keyed: fc.boolean(),
  lifetime: fc.constantFrom('', '150ms', '700ms'),
  mishap: fc.constantFrom('', 'crash', 'flush', 'poison', 'reorder', 'duplicate'),
  publishers: fc.constantFrom(1, 3),
});
type Crowd = typeof crowds extends fc.Arbitrary<infer T> ? T : never;

function mishapOf({ kind, mishap }: Crowd): string {
  const isLog = kind === 'kafka';
  switch (mishap) {
    case 'crash':
      return '{ id: m, at: 120ms, kind: crash, target: worker, for: 200ms }';
    case 'poison':
      return '{ id: m, at: 50ms, kind: poison, target: jobs, share: 20%, for: 300ms }';
    case 'flush':
      return isLog ? '' : '{ id: m, at: 150ms, kind: flush, target: jobs, share: 40% }';
    case 'reorder':
    case 'duplicate': {
      const gap = mishap === 'reorder' ? ', gap: 15ms' : '';
      return isLog
        ? ''
        : `{ id: m, at: 2ms, kind: ${mishap}, target: jobs, share: 40%, for: 200ms${gap} }`;
    }
    default:
      return '';
  }
}

function crowdText(c: Crowd, replay: object | null): string {
  const isLog = c.kind === 'kafka';
  const isTopic = isLog || c.kind === 'bus';
  const place = [
    `kind: ${c.kind}`,
    ...(c.backlog > 0 ? [`backlog: ${c.backlog}`] : []),
    ...(isLog ? [`partitions: ${c.partitions}`] : []),
    ...(isLog && c.lifetime !== '' ? [`retention: ${c.lifetime}`] : []),
    ...(c.kind === 'rabbitmq' && c.lifetime !== '' ? [`messageTtl: ${c.lifetime}`] : []),
  ];
  const readers = c.readers.map((_, k) => {
    const name = isTopic ? `group: g${k}` : `name: g${k}`;
    const again = isLog && k === 0 && replay !== null ? `, replay: ${JSON.stringify(replay)}` : '';
    const skip = c.kind === 'sqs' ? '' : ', onPoison: skip';
    const start = isLog ? ', autoOffsetReset: earliest' : '';
    return `{ ${name}, call: worker.h${k}${skip}${start}${again} }`;
  });
  return `
faultline: 1
title: More messages than are at hand
run: { duration: 6s, seed: ${c.seed} }
keys: { line: { kind: sequence, count: 4 } }
${isTopic ? 'topics' : 'queues'}:
  jobs: { ${place.join(', ')}, ${isTopic ? 'subscribers' : 'consumers'}: [ ${readers.join(', ')} ] }
services:
  worker: { replicas: 2, endpoints: { ${c.readers.map((work, k) => `h${k}: [ work: ${work} ]`).join(', ')} } }
  shop: { replicas: ${c.publishers}, endpoints: { buy: [ publish: { topic: jobs, count: 5${c.keyed ? ', key: line' : ''} } ] } }
workloads:
  users:
    arrivals: { at: [ ${[0, 1, 2, 3, 4, 5, 6, 7, 300, 301, 302, 303].map((at) => `${at}ms`).join(', ')} ] }
    requests: [ { call: shop.buy } ]
faults: [ ${mishapOf(c)} ]
`;
}

/** Packs messages in groups of this size, and compares the run; returns how often they were packed. */
function compare(text: string, size: number): number {
  const { packs, run } = packing(text, size);
  expect(told(run) === told(runKept(text, 0.5))).toBe(true);
  return packs;
}

describe('messages that are put away', () => {
  it('change nothing of any run', () => {
    fc.assert(
      fc.property(
        messageWorlds.filter((world) => !byKey(world)),
        replays,
        fc.constantFrom(2, 4),
        (world, replay, size) => void compare(textOf(world, replay), size),
      ),
      { numRuns: 14, seed: 21, endOnFailure: true },
    );
  });

  it('change nothing where most are put away, read much later, or never', () => {
    let packs = 0;
    fc.assert(
      fc.property(crowds, replays, fc.constantFrom(2, 4), (crowd, replay, size) => {
        packs += compare(crowdText(crowd, replay), size);
      }),
      { numRuns: Number(process.env['FAULTLINE_WORLDS'] ?? 40), seed: 22, endOnFailure: true },
    );
    expect(packs).toBeGreaterThan(500);
  });
});
