import type { QueueKindRules } from '../../contracts/scenario/queues.js';

/** What ends the life of a message in a queue of a product, and what a dead letter takes with it. */
export type MessageEnds = Pick<
  QueueKindRules,
  | 'keepsSpent'
  | 'capacityOf'
  | 'deadLettersExpired'
  | 'deadLettersOverflow'
  | 'sincePublished'
  | 'lettersStartAnew'
  | 'cutsCycles'
  | 'refusesLetters'
>;

/** A message that ends leaves its queue, to the dead letters if there is a place; it counts its age in each queue. */
const PLAIN_ENDS: MessageEnds = {
  keepsSpent: false,
  capacityOf: 'waiting',
  deadLettersExpired: true,
  deadLettersOverflow: true,
  sincePublished: false,
  lettersStartAnew: false,
  cutsCycles: false,
  refusesLetters: false,
};

/**
 * The ends of messages by product; `test/scenario/message-ends.test.ts` compares each row with the documents.
 *
 * The kinds of queues take their rules from here, so a difference between two products is a difference of two rows.
 */
export const ENDS = {
  simple: PLAIN_ENDS,
  // rabbit_dead_letter.erl (is_cycle) drops a letter that comes back without a rejection on its way.
  // A classic queue checks its limit on each message (rabbit_amqqueue_process.erl, maybe_deliver_or_enqueue).
  rabbitmq: { ...PLAIN_ENDS, cutsCycles: true, refusesLetters: true },
  // Publishers of a quorum queue refuse for it (rabbit_fifo_client.erl), but not those that send dead letters at most
  // once (untracked_enqueue).
  rabbitmqQuorum: { ...PLAIN_ENDS, cutsCycles: true },
  // Retention deletes. A dead letter of a standard queue keeps the time at which it was sent.
  sqs: { ...PLAIN_ENDS, deadLettersExpired: false, sincePublished: true },
  // One of a FIFO queue gets a new time when it is moved.
  sqsFifo: {
    ...PLAIN_ENDS,
    deadLettersExpired: false,
    sincePublished: true,
    lettersStartAnew: true,
  },
  // A stream keeps what its consumer has given up, and counts all that it stores. Limits delete. A message
  // that a client sends to another stream is new there.
  nats: {
    keepsSpent: true,
    capacityOf: 'stored',
    deadLettersExpired: false,
    deadLettersOverflow: false,
    sincePublished: true,
    lettersStartAnew: true,
    cutsCycles: false,
    refusesLetters: false,
  },
  // A parked event leaves the subscription.
  persistentSubscription: PLAIN_ENDS,
} as const satisfies Readonly<Record<string, MessageEnds>>;
