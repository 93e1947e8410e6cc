import type { Ns } from '../../kernel/time.js';
import { BATCH_OVERHEAD } from './record-size.js';

/** A step, or a relay, that waits for the batches its messages are in. */
export interface Ticket {
  readonly waiter: number;
  readonly stamp: number;
  /** Batches that are not settled; one more while messages wait for room. */
  left: number;
}

/** Messages for one partition that are sent, written and confirmed together. */
export interface Batch {
  /** Its number as long as its timers count, -1 = no longer. */
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
  /** When its first message was to be sent. */
  readonly since: Ns;
  /** What it takes up of the buffer, which is what it may hold; and what it holds. */
  readonly memory: number;
  bytes: number;
  /** It takes no more messages. */
  full: boolean;
  /** It has lingered or is full: it may be sent. */
  ready: boolean;
  /** Request that it is in, or -1. */
  request: number;
  /** Tries that have failed, and when the next may begin. */
  failures: number;
  readyAt: Ns;
  /** Times that the leader has written it, and not all in sync have it yet. */
  copies: number;
  /** Consumers see it. */
  visible: boolean;
  /** Its publisher has been told that it is. */
  confirmed: boolean;
  /** Its publisher has been told. */
  settled: boolean;
}

/** A batch without messages, to begin with the one whose lineage it has. */
export function emptyBatch(
  { producer, partition, acks, since }: Pick<Batch, 'producer' | 'partition' | 'acks' | 'since'>,
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
