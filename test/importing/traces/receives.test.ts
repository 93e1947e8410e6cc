import { describe, expect, it } from 'vitest';
import type { TraceModel } from '../../../src/importing/traces/model.js';
import { dangling, endpoint, modelOf, ownMs, shape } from './read.js';
import { otlpLines, root, type TestSpan } from './spans.js';

const KAFKA = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
const RECEIVE = { ...KAFKA, 'messaging.operation.type': 'receive' };
const PROCESS = { ...KAFKA, 'messaging.operation.type': 'process' };

/** Requests 100 ms apart of `web`, each of which sends a message; `more`: spans of what handles it 20 ms later. */
function sent(
  more: (trace: string, from: number, k: number) => readonly TestSpan[],
  n = 60,
  took = 1,
): string {
  return otlpLines(
    Array.from({ length: n }, (_, k) => {
      const [trace, at] = [`t${k}`, 100 * k];
      const sending: TestSpan = {
        ...{ trace, id: 'p', parent: 'r', service: 'web', kind: 4, name: 'send orders' },
        ...{ from: at + 2, to: at + 2 + took, attributes: KAFKA },
      };
      return [root(trace, at, at + 10), sending, ...more(trace, at + 20, k)];
    }).flat(),
  );
}

const worker = (
  trace: string,
  id: string,
  [from, to]: readonly [number, number],
  more: Partial<TestSpan> = {},
): TestSpan => ({ trace, id, service: 'worker', kind: 5, name: 'poll orders', from, to, ...more });

/** A query of the database of `worker`. */
const query = (trace: string, parent: string, from: number): TestSpan => ({
  ...{ trace, id: `q${from}`, parent, service: 'worker', kind: 3, name: 'INSERT' },
  ...{ from, to: from + 2, attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'db' } },
});

const loads = ({ entries }: TraceModel): readonly string[] =>
  entries.map(({ to, endpoint: name }) => `${to} ${name}`);

const queue = (model: TraceModel): string =>
  shape(model.components.find(({ name }) => name === 'orders')!.endpoints[0]!.steps);

describe('a span of the wait for messages', () => {
  it('is no work where the spans of their handling are below it, as of the agent for Java', async () => {
    const model = await modelOf(
      [
        sent((trace, at) => [
          worker(`w${trace}`, 'r', [at - 80, at], { attributes: RECEIVE }),
          worker(`w${trace}`, 'h', [at, at + 4], {
            ...{ parent: 'r', name: 'process orders', attributes: PROCESS },
          }),
          query(`w${trace}`, 'h', at + 1),
        ]),
      ],
      { cores: { worker: 1 } },
    );
    expect(queue(model)).toBe('worker process orders');
    const { steps } = endpoint(model, 'worker', 'process orders');
    expect(shape(steps)).toBe('work, db INSERT, work');
    expect(ownMs(steps)).toBeCloseTo(2, 1);
    expect(loads(model)).toEqual(['web GET /']);
    expect(dangling(model)).toEqual([]);
    expect(model.leftOut).toContainEqual({
      reason: 'spans of the wait for messages, which are no work',
      count: 60,
    });
  });

  it('is no work where what follows it in a loop handles the message', async () => {
    const model = await modelOf(
      [
        sent((trace, at) => [
          worker(`w${trace}`, 'l', [at - 80, at + 6], { kind: 1, name: 'loop' }),
          worker(`w${trace}`, 'c', [at - 80, at], {
            ...{ parent: 'l', kind: 3, attributes: RECEIVE },
          }),
          query(`w${trace}`, 'l', at + 1),
        ]),
      ],
      { cores: { worker: 1 } },
    );
    expect(queue(model)).toBe('worker loop');
    const { steps } = endpoint(model, 'worker', 'loop');
    expect(shape(steps)).toBe('work, db INSERT, work');
    expect(ownMs(steps)).toBeCloseTo(4, 1);
    expect(loads(model)).toEqual(['web GET /']);
  });

  it('does not say how long a message takes where nothing else does, as of Kafka for .NET', async () => {
    const model = await modelOf(
      [sent((trace, at) => [worker(`w${trace}`, 'r', [at - 80, at], { attributes: RECEIVE })])],
      { cores: { worker: 1 } },
    );
    expect(queue(model)).toBe('worker poll orders');
    expect(endpoint(model, 'worker', 'poll orders').steps).toEqual([]);
    expect(loads(model)).toEqual(['web GET /']);
    expect(model.unknown).toContainEqual({
      path: 'services.worker.endpoints',
      reason:
        'not identifiable: 60 spans show how long it waits for messages of orders, and none how it handles one',
      question: 'How long does worker work on a message of orders, and what does it call?',
    });
  });

  it.each([
    ['it begins after its message was sent', 'p', false],
    ['it makes calls', undefined, true],
  ])('handles a message in spite of its name where %s', async (_, parent, calls) => {
    const model = await modelOf(
      [
        sent((trace, at) => [
          worker(parent === undefined ? `w${trace}` : trace, 'h', [at, at + 4], {
            ...{ parent, attributes: { ...KAFKA, 'messaging.operation': 'receive' } },
          }),
          ...(calls ? [query(`w${trace}`, 'h', at + 1)] : []),
        ]),
      ],
      { cores: { worker: 1 } },
    );
    expect(queue(model)).toBe('worker poll orders');
    expect(ownMs(endpoint(model, 'worker', 'poll orders').steps)).toBeCloseTo(calls ? 2 : 4, 1);
    expect(loads(model)).toEqual(['web GET /']);
  });

  it('is no message to the queue that it reads, and neither is a confirmation', async () => {
    const model = await modelOf(
      [
        sent((trace, at) => [
          worker(trace, 'h', [at, at + 5], {
            ...{ parent: 'p', name: 'process orders', attributes: PROCESS },
          }),
          worker(trace, 'a', [at + 4, at + 5], {
            ...{ parent: 'h', kind: 3, name: 'ack orders' },
            attributes: { ...KAFKA, 'messaging.operation.type': 'settle' },
          }),
        ]),
      ],
      { cores: { worker: 1 } },
    );
    expect(shape(endpoint(model, 'worker', 'process orders').steps)).toBe('work');
    expect(queue(model)).toBe('worker process orders');
  });
});

describe('a message that is sent', () => {
  const publish = (model: TraceModel): string | undefined =>
    model.components.find(({ name }) => name === 'orders')!.publish?.text;

  it('takes its sender as long as the span of the sending', async () => {
    const model = await modelOf([sent(() => [])]);
    expect(publish(model)).toBe('1ms');
    // What is before and after it is the time of the sender.
    expect(ownMs(endpoint(model, 'web', 'GET /').steps)).toBeCloseTo(9, 1);
  });

  it('takes none where its sender ends before it is confirmed, or at once', async () => {
    for (const took of [20, 0.05])
      expect(publish(await modelOf([sent(() => [], 60, took)]))).toBeUndefined();
  });
});

describe('messages that are handled together', () => {
  const batches = (more: Partial<TestSpan>): Promise<TraceModel> =>
    modelOf([
      sent((trace, at, k) =>
        k % 5 < 4
          ? []
          : [worker(`w${trace}`, 'h', [at, at + 4], { name: 'process orders', ...more })],
      ),
    ]);
  const batch = (model: TraceModel): unknown => {
    const [step] = model.components.find(({ name }) => name === 'orders')!.endpoints[0]!.steps;
    return step?.kind === 'call' ? step.batch : step;
  };

  it('are a batch of as many as its links, or as its attribute says', async () => {
    const seen = { text: '5', n: 12, interval: null };
    expect(batch(await batches({ attributes: PROCESS, links: 5 }))).toEqual(seen);
    const attributes = { ...PROCESS, 'messaging.batch.message_count': 5 };
    expect(batch(await batches({ attributes }))).toEqual(seen);
    expect(batch(await batches({ attributes: PROCESS, links: 1 }))).toBeUndefined();
  });

  it.each([
    ['one handler', 1, '5'],
    ['five handlers', 5, undefined],
  ])('are those of their receipt where %s is below it', async (_, handlers, most) => {
    const received = (trace: string, at: number): readonly TestSpan[] => [
      worker(`w${trace}`, 'r', [at - 80, at], { attributes: RECEIVE, links: 5 }),
      ...Array.from({ length: handlers }, (__, k) =>
        worker(`w${trace}`, `h${k}`, [at + 4 * k, at + 4 * k + 4], {
          ...{ parent: 'r', name: 'process orders', attributes: PROCESS },
        }),
      ),
    ];
    const model = await modelOf([sent((trace, at, k) => (k % 5 < 4 ? [] : received(trace, at)))]);
    expect(batch(model)).toEqual(most && { text: most, n: 12, interval: null });
  });
});
