import type { Channel } from './channel.js';
import type { Deliveries } from './deliveries.js';
import type { StoredQueue } from './stored-queue.js';

/** The operations of the dispatch for the consumer side of a queue. */
export interface DispatchPort {
  readonly queue: StoredQueue;
  readonly deliveries: Deliveries;
  readonly channels: readonly Channel[];
  send(delivery: number, verdict: number): void;
  settleFirst(delivery: number): void;
  loseSettled(delivery: number): void;
  idle(channel: Channel): void;
  pause(channel: Channel): void;
  resume(channel: Channel): void;
}
