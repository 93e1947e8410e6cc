import type { Ns } from '../../../kernel/time.js';
import { BATCH_OVERHEAD } from './record-size.js';

/** A publish step or an outbox relay that waits until its batches are settled. */
export interface Ticket {
  readonly waiter: number;
  readonly stamp: number;
  /** Batches that are not settled, plus one while messages wait for buffer space. */
  left: number;
}

/** Messages for one partition that are sent, written and confirmed together. */
export interface Batch {
  /** Slot for its timers; -1 = its timers no longer count. */
  slot: number;
  readonly partition: number;
  readonly acks: 0 | 1 | 'all';
  readonly messages: number[];
  readonly tickets: Ticket[];
  /** Lineage of its first message. */
  readonly lineageA: number;
  readonly lineageB: number;
  /** Index of the producer. */
  readonly producer: number;
  /** Time at which its first message was due to be sent. */
  readonly since: Ns;
  /** Bytes that it reserves in the buffer, which is also its capacity; and bytes in use. */
  readonly memory: number;
  bytes: number;
  /** It takes no more messages. */
  full: boolean;
  /** It may be sent: it is full or its linger time is over. */
  ready: boolean;
  /** Id of the request that carries it; -1 = none. */
  request: number;
  /** Failed tries, and the earliest time of the next one. */
  failures: number;
  readyAt: Ns;
  /** Writes by the leader that some in-sync replica does not have yet. */
  copies: number;
  /** Consumers can read it. */
  visible: boolean;
  /** The publisher was notified of success. */
  confirmed: boolean;
  /** The publisher was notified, of success or failure. */
  settled: boolean;
}

/** The producer, partition and settings of a new batch. */
export type Opening = Pick<Batch, 'producer' | 'partition' | 'acks' | 'since'>;

/** A new batch without messages, with the lineage of the message that it is opened for. */
export function emptyBatch(
  { producer, partition, acks, since }: Opening,
  { lineageA, lineageB }: Pick<Batch, 'lineageA' | 'lineageB'>,
  memory: number,
): Batch {
  return {
    slot: -1,
    producer,
    partition,
    acks,
    since,
    messages: [],
    tickets: [],
    lineageA,
    lineageB,
    memory,
    bytes: BATCH_OVERHEAD,
    full: false,
    ready: false,
    request: -1,
    failures: 0,
    readyAt: 0,
    copies: 0,
    visible: false,
    confirmed: false,
    settled: false,
  };
}
