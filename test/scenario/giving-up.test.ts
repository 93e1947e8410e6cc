import { describe, expect, it } from 'vitest';
import { Source } from '../../src/scenario/load.js';
import { plain } from '../../src/scenario/located.js';
import { editsFor, wholeOf } from '../../src/scenario/tuning/change.js';
import { rangeOf, sizeOf } from '../../src/scenario/tuning/range.js';
import { settingsOf } from '../../src/scenario/tuning/settings.js';
import { flow } from '../../src/text/flow.js';

/** A holder of messages with its consumer, in a scenario. */
const text = (holder: string): string => `
faultline: 1
title: giving up
run: { duration: 10s }
services:
  web: { endpoints: { put: [ work: 1ms ] } }
  mail: { endpoints: { send: [ work: 1ms ] } }
keys: { who: { kind: sequence, count: 2 } }
eventStores: { events: { kind: eventStoreDb, stream: { key: who, initialLength: 2 } } }
${holder}
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: web.put } ] }
`;

/** The changes of what a consumer gives up, each with what it needs; each must be valid. */
function changes(holder: string): readonly string[] {
  const source = new Source('a.yaml', () => ({ text: text(holder) }));
  const { file, texts, problems } = source.load();
  expect(file === null ? problems : null).toBe(null);
  const { written, patched } = texts.get('base')!;
  const moves = settingsOf(written)
    .flatMap((own) => own.moves)
    .filter(({ path }) =>
      /onPoison|retry|axReceiveCount|axDeliver|deliveryLimit|axRetry/.test(path),
    );
  return moves.map((move) => {
    const changed = source.with({ variants: ['base'], ...editsFor([move], patched.at) });
    expect(changed.file === null ? changed.problems : null).toBe(null);
    return wholeOf([move])
      .map(({ path, value }) => `${path}: ${flow(plain(value!))}`)
      .join(', ');
  });
}

const consumers = (rest = ''): string => `consumers: [ { call: mail.send${rest} } ]`;

describe('giving up a message that no consumer can handle', () => {
  it('takes a new queue of the same kind, and attempts before it', () => {
    for (const kind of ['simple', 'rabbitmq']) {
      expect(changes(`queues: { jobs: { kind: ${kind}, ${consumers()} } }`)[0]).toBe(
        'queues.jobs.consumers[0].onPoison: deadLetter, ' +
          'queues.jobs.consumers[0].deadLetter: jobs-dead, ' +
          `queues.jobs-dead: { kind: ${kind} }, queues.jobs.consumers[0].retry: { attempts: 10 }`,
      );
    }
  });

  it('takes the dead letter queue that there is, and the attempts that are written', () => {
    const own = `jobs: { kind: rabbitmq, deadLetter: lost, ${consumers(', retry: { attempts: 3 }')} }`;
    // Rejected messages may also come from a limit of the queue, which a classic one does not have.
    const holder = `queues: { ${own.replace('kind: rabbitmq', 'kind: rabbitmq, capacity: 5, overflow: dropHead')}, lost: { kind: simple } }`;
    expect(changes(holder)[0]).toBe('queues.jobs.consumers[0].onPoison: deadLetter');
  });

  it('is a limit of deliveries where the queue delivers a failed message again', () => {
    const own = (kind: string) => changes(`queues: { jobs: { kind: ${kind}, ${consumers()} } }`);
    const needs = (kind: string): string =>
      `queues.jobs.deadLetter: jobs-dead, queues.jobs-dead: { kind: ${kind} }`;
    expect(own('sqs')).toEqual([
      `queues.jobs.maxReceiveCount: 5, ${needs('sqs')}`,
      `queues.jobs.maxReceiveCount: 2, ${needs('sqs')}`,
    ]);
    expect(own('nats')).toEqual([
      `queues.jobs.maxDeliver: 5, ${needs('nats')}`,
      `queues.jobs.maxDeliver: 2, ${needs('nats')}`,
    ]);
  });

  it('is another limit where there is one, with another name where that of the queue is taken', () => {
    const jobs = `jobs: { kind: sqs, maxReceiveCount: 4, deadLetter: jobs-dead, ${consumers()} }`;
    expect(changes(`queues: { ${jobs}, jobs-dead: { kind: sqs } }`)).toEqual([
      'queues.jobs.maxReceiveCount: 8',
      'queues.jobs.maxReceiveCount: 2',
    ]);
    const free = changes(
      `queues: { jobs: { kind: sqs, ${consumers()} }, jobs-dead: { kind: sqs } }`,
    );
    expect(free[0]).toContain('queues.jobs-dead-letters: { kind: sqs }');
    const quorum = changes(`queues: { jobs: { kind: rabbitmq, quorum: true, ${consumers()} } }`);
    expect(quorum.some((own) => own.includes('onPoison'))).toBe(true);
    const sub = `jobs: { kind: persistentSubscription, from: events, maxRetryCount: 8, ${consumers()} }`;
    expect(changes(`queues: { ${sub} }`)).toEqual(
      expect.arrayContaining([
        'queues.jobs.maxRetryCount: 16',
        expect.stringContaining('queues.jobs-dead: { kind: simple }'),
      ]),
    );
  });

  it('is a topic of dead letters for subscribers of topics', () => {
    for (const kind of ['kafka', 'bus']) {
      const holder = `topics: { jobs: { kind: ${kind}, subscribers: [ { group: mail, call: mail.send } ] } }`;
      expect(changes(holder)[0]).toBe(
        'topics.jobs.subscribers[0].onPoison: deadLetter, topics.jobs.subscribers[0].deadLetter: jobs-dead, ' +
          `topics.jobs-dead: { kind: ${kind} }, topics.jobs.subscribers[0].retry: { attempts: 10 }`,
      );
    }
  });

  it('leaves the retries before it: how many, how far apart, and where the message waits', () => {
    const retry = 'retry: { attempts: 4, backoff: { kind: constant, base: 2s } }';
    const holder = `queues: { jobs: { kind: simple, ${consumers(`, onPoison: skip, ${retry}`)} } }`;
    expect(changes(holder)).toEqual([
      'queues.jobs.consumers[0].retry.attempts: 8',
      'queues.jobs.consumers[0].retry.attempts: 2',
      'queues.jobs.consumers[0].retry.backoff.base: 4s',
      'queues.jobs.consumers[0].retry.backoff.base: 1s',
      'queues.jobs.consumers[0].retry.mode: delayed',
    ]);
  });

  it('is the smallest change: it concerns only messages that cannot be handled', () => {
    const { texts } = new Source('a.yaml', () => ({
      text: text(`queues: { jobs: { kind: simple, ${consumers()} } }`),
    })).load();
    const moves = settingsOf(texts.get('base')!.written).flatMap((own) => own.moves);
    const [poison, more] = ['onPoison', 'concurrency'].map((field) =>
      moves.find(({ path }) => path.endsWith(field))!,
    );
    expect(rangeOf(poison!)).toBe(null);
    expect([sizeOf(poison!), sizeOf(more!)]).toEqual([1, 2]);
  });
});
