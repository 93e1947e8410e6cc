import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { scenarioOf } from '../../support/message-scenario.js';
import { messageWorlds } from '../../support/message-worlds.js';
import type { MessageWorld } from '../../support/message-worlds.js';
import type * as program from '../../theory/program.js';

type Program = typeof program;

/** The program as it is, and one that puts messages away two by two, as soon as a queue is two long. */
async function programs(): Promise<readonly [Program, Program]> {
  const usual = await import('../../theory/program.js');
  vi.resetModules();
  const shelf = '../../../src/model/messaging/shelf.js';
  const backlog = '../../../src/model/messaging/queues/backlog.js';
  vi.doMock(shelf, async (original) => ({ ...(await original<object>()), SHELF: 2 }));
  vi.doMock(backlog, async (original) => ({ ...(await original<object>()), NEAR: 2 }));
  const packing = await import('../../theory/program.js');
  return [usual, packing];
}

/** A world whose first group is sent back, and whose logs forget. */
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

/** All of a record, columns as lists. */
const told = (records: unknown): string =>
  JSON.stringify(records, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value,
  );

/**
 * Where one of each key is under way at a time, a message that is put away is not known to stand behind another:
 * handlers that wait are told of it, and one that is down loses its place in their line a little sooner.
 */
const byKey = ({ hops }: MessageWorld): boolean =>
  hops.some(({ fields }) => fields['fifo'] === true || fields['ordering'] === 'key');

describe('messages that are put away', () => {
  it('change nothing of any run', async () => {
    const [usual, packing] = await programs();
    let events = 0;
    fc.assert(
      fc.property(
        messageWorlds.filter((world) => !byKey(world)),
        replays,
        (world, replay) => {
          const text = textOf(world, replay);
          const [one, other] = [usual, packing].map((program) => program.run(text).records);
          events += one![0]![0]!.totals.events;
          expect(told(other) === told(one)).toBe(true);
        },
      ),
      { numRuns: 14, seed: 21, endOnFailure: true },
    );
    expect(events).toBeGreaterThan(5_000);
    vi.doUnmock('../../../src/model/messaging/shelf.js');
  });
});
