import { describe, expect, it } from 'vitest';
import { ENDS } from '../../src/scenario/queues/ends.js';
import type { MessageEnds } from '../../src/scenario/queues/ends.js';

type Product = keyof typeof ENDS;

/** What the documents of a product say about the end of a message, and the row of ENDS that says the same. */
interface Statement {
  readonly product: Product;
  readonly source: string;
  /** In our words; the source has the original. */
  readonly says: string;
  readonly rules: Partial<MessageEnds>;
}

const STATEMENTS: readonly Statement[] = [
  {
    product: 'rabbitmq',
    source: 'rabbitmq-website docs/dlx.md, Safety; rabbit_dead_letter.erl (is_cycle)',
    says: 'a letter that reaches a queue twice is dropped if nobody rejected it in the entire cycle',
    rules: { cutsCycles: true },
  },
  {
    product: 'rabbitmqQuorum',
    source: 'rabbit_dead_letter.erl (is_cycle); rabbit_fifo_client.erl (untracked_enqueue)',
    says: 'the same, and a full queue takes the dead letters of a sender that forgets them',
    rules: { cutsCycles: true, refusesLetters: false },
  },
  {
    product: 'rabbitmq',
    source: 'rabbit_amqqueue_process.erl (maybe_deliver_or_enqueue)',
    says: 'a classic queue with reject-publish drops each message for which it has no room',
    rules: { refusesLetters: true },
  },
  {
    product: 'rabbitmq',
    source: 'rabbitmq-website docs/dlx.md; docs/ttl.md',
    says: 'expired messages and those dropped by a length limit are dead-lettered; each queue has its own time to live',
    rules: { deadLettersExpired: true, deadLettersOverflow: true, sincePublished: false },
  },
  {
    product: 'rabbitmq',
    source: 'rabbitmq-website docs/maxlength.md',
    says: 'only ready messages count towards the limit, not unacknowledged ones',
    rules: { capacityOf: 'waiting' },
  },
  {
    product: 'rabbitmq',
    source: 'rabbitmq-website docs/quorum-queues.md, Poison Message Handling',
    says: 'a message returned more often than the limit is dropped or dead-lettered',
    rules: { keepsSpent: false },
  },
  {
    product: 'sqs',
    source: 'SQS developer guide, Setting up dead-letter queue retention',
    says: 'the expiry of a message in a standard queue counts from its original time, also after its move',
    rules: { sincePublished: true, lettersStartAnew: false },
  },
  {
    product: 'sqsFifo',
    source: 'SQS developer guide, Setting up dead-letter queue retention',
    says: 'in a FIFO queue the time is reset when the message moves to the dead-letter queue',
    rules: { sincePublished: true, lettersStartAnew: true },
  },
  ...(['sqs', 'sqsFifo'] as const).map((product) => ({
    product,
    source: 'SQS API reference, MessageRetentionPeriod; RedrivePolicy',
    says: 'retention deletes messages; only maxReceiveCount moves them to the dead-letter queue',
    rules: { deadLettersExpired: false, keepsSpent: false, cutsCycles: false } as const,
  })),
  {
    product: 'nats',
    source:
      'nats-server#5564, #4998 (works as designed); server/consumer.go (notifyDeliveryExceeded)',
    says: 'a message past max_deliver stays in the stream, so that users can decide what to do with it',
    rules: { keepsSpent: true },
  },
  {
    product: 'nats',
    source: 'nats-server server/filestore.go (enforceMsgLimit); docs.nats.io, Streams, MaxMsgs',
    says: 'max_msgs counts the messages of the stream, and discard old deletes the oldest of them',
    rules: { capacityOf: 'stored', deadLettersOverflow: false },
  },
  {
    product: 'nats',
    source: 'docs.nats.io, Streams, MaxAge',
    says: 'max_age counts from the time at which the stream stored the message, and deletes it',
    rules: { deadLettersExpired: false, lettersStartAnew: true, sincePublished: true },
  },
  {
    product: 'persistentSubscription',
    source: 'EventStore docs/server/features/persistent-subscriptions.md, Parked messages',
    says: 'an event that used up its retries is parked in another stream',
    rules: { keepsSpent: false },
  },
];

describe('the ends of messages', () => {
  it.each(STATEMENTS)('$product: $says ($source)', ({ product, rules }) => {
    expect(ENDS[product]).toMatchObject(rules);
  });

  it('have a statement for every rule in which a product differs from a plain queue', () => {
    const names = Object.keys(ENDS.simple) as (keyof MessageEnds)[];
    const differing = (Object.keys(ENDS) as Product[]).flatMap((product) =>
      names
        .filter((name) => ENDS[product][name] !== ENDS.simple[name])
        .map((name) => `${product}.${name}`),
    );
    const said = new Set(
      STATEMENTS.flatMap(({ product, rules }) =>
        Object.keys(rules).map((name) => `${product}.${name}`),
      ),
    );
    expect(differing.filter((name) => !said.has(name))).toEqual([]);
  });
});
