import type { Ns } from '../../kernel/time.js';
import { powi } from '../../kernel/math.js';
import { unit } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Producer as ProducerSpec } from '../../spec/messaging.js';
import type { Batch, Ticket } from './batch.js';

/** Messages of one step. */
export interface Parcel {
  /** Each with the partition of its key, or -1: pairs. */
  readonly messages: readonly number[];
  /** Bytes of each. */
  readonly size: number;
  readonly acks: Batch['acks'];
  readonly ticket: Ticket;
  /** Who waits for room. */
  readonly waiter: number;
  readonly stamp: number;
  /** Until when it waits for room. */
  readonly until: Ns;
}

/** What a producer hands on. */
export interface Sending {
  readonly key: StreamKey;
  readonly spec: ProducerSpec;
  readonly partitions: number;
  now(): Ns;
  /** A batch with a first message; its timers run from now on. */
  open(producer: number, partition: number, acks: Batch['acks'], message: number): Batch;
  /** Node that takes writes for the partition, -1 = none. */
  reach(partition: number): number;
  /** Sends batches to a node. */
  send(producer: number, node: number, batches: readonly Batch[]): void;
  /** Something may be sent, in a step of its own. */
  wake(producer: number): void;
  /** There is room for what had to wait. */
  accepted(parcel: Parcel): void;
  /** There was no room for it. */
  refused(parcel: Parcel): void;
}

/** Requests to one node that are not answered, at most (max.in.flight.requests.per.connection). */
const IN_FLIGHT = 5;
const JITTER = 0.2;

/**
 * The producer of one instance for one topic: batches by partition, sent when they are full or old
 * enough, in order, and again where they failed. What is not confirmed takes up the buffer, and a full
 * buffer blocks who publishes (KF-13).
 */
export class Producer {
  private readonly sending: Sending;
  private readonly index: number;
  /** By partition: batches that are not confirmed, oldest first. */
  private readonly queues: Batch[][];
  /** By node: requests that are not answered. */
  private readonly inFlight: number[] = [];
  private blocked: Parcel[] = [];
  private used = 0;
  /** Messages without a key go to one partition until a batch of it is full or sent (KF-1). */
  private sticky = 0;
  private turns = 0;

  constructor(sending: Sending, index: number) {
    this.sending = sending;
    this.index = index;
    this.queues = Array.from({ length: sending.partitions }, () => []);
    this.stickElsewhere();
  }

  /** False when the parcel waits for room in the buffer. */
  publish(parcel: Parcel): boolean {
    if (this.blocked.length > 0 || !this.fits(parcel)) {
      this.blocked.push(parcel);
      this.sending.wake(this.index);
      return false;
    }
    this.accept(parcel);
    return true;
  }

  /** Sends what is ready, one batch of a partition with each request. */
  drain(): void {
    for (;;) {
      const byNode = this.collect();
      if (byNode.size === 0) return;
      for (const [node, batches] of byNode) {
        this.inFlight[node] = (this.inFlight[node] ?? 0) + 1;
        this.sending.send(this.index, node, batches);
      }
    }
  }

  /** A request to a node has been answered, or never will be. */
  answered(node: number): void {
    this.inFlight[node]--;
  }

  /** A batch is through, whichever way; there may be room for others. */
  settled(batch: Batch): void {
    const queue = this.queues[batch.partition];
    const at = queue.indexOf(batch);
    if (at < 0) return;
    queue.splice(at, 1);
    this.used -= batch.bytes;
    this.unblock();
  }

  /** Those that have waited too long for room are refused. */
  expire(): void {
    const now = this.sending.now();
    const late = this.blocked.filter(({ until }) => until <= now);
    this.blocked = this.blocked.filter(({ until }) => until > now);
    for (const parcel of late) this.sending.refused(parcel);
  }

  /** Wait before a batch that has failed is sent again. */
  backoffNs({ failures, lineageA, lineageB }: Batch): Ns {
    const { key, spec } = this.sending;
    const delay = Math.min(spec.backoffMaxNs, spec.backoffNs * powi(2, failures - 1));
    const u = unit(key.a, key.b, lineageA, lineageB, failures);
    return Math.round(delay * (1 + JITTER * (2 * u - 1)));
  }

  /** Its process has died, and with it all that was not sent. */
  died(): readonly Batch[] {
    const batches = this.queues.flat();
    for (const queue of this.queues) queue.length = 0;
    this.used = 0;
    const { blocked } = this;
    this.blocked = [];
    for (const parcel of blocked) this.sending.refused(parcel);
    return batches;
  }

  private accept(parcel: Parcel): void {
    const { messages, size, acks, ticket } = parcel;
    this.used += bytesOf(parcel);
    for (let k = 0; k < messages.length; k += 2) {
      const keyed = messages[k + 1];
      const partition = keyed < 0 ? this.sticky : keyed;
      const batch = this.batchFor(partition, acks, messages[k], size);
      batch.bytes += size;
      if (!batch.tickets.includes(ticket)) {
        batch.tickets.push(ticket);
        ticket.left++;
      }
      if (batch.bytes >= this.sending.spec.batchBytes) {
        batch.ready = true;
        this.sending.wake(this.index);
        if (keyed < 0) this.stickElsewhere();
      }
    }
  }

  private batchFor(partition: number, acks: Batch['acks'], message: number, size: number): Batch {
    const queue = this.queues[partition];
    const last = queue.length === 0 ? null : queue[queue.length - 1];
    // Who is told that a batch was given up may publish at once: not into that batch.
    const isOpen = last !== null && !last.settled && last.request < 0 && last.failures === 0;
    if (isOpen && last.acks === acks) {
      if (last.bytes + size <= this.sending.spec.batchBytes) {
        last.messages.push(message);
        return last;
      }
      last.ready = true;
    }
    const batch = this.sending.open(this.index, partition, acks, message);
    queue.push(batch);
    return batch;
  }

  /** The first batch of each partition that may be sent, by the node it goes to. */
  private collect(): ReadonlyMap<number, readonly Batch[]> {
    const byNode = new Map<number, Batch[]>();
    const now = this.sending.now();
    this.queues.forEach((queue, partition) => {
      const next = queue.find(({ request }) => request < 0);
      if (next === undefined || next.readyAt > now) return;
      // Whoever is blocked waits for room: nothing lingers then.
      if (!next.ready && this.blocked.length === 0) return;
      const node = this.sending.reach(partition);
      if (node < 0 || (this.inFlight[node] ?? 0) >= IN_FLIGHT) return;
      const batches = byNode.get(node);
      if (batches === undefined) byNode.set(node, [next]);
      else batches.push(next);
      if (partition === this.sticky) this.stickElsewhere();
    });
    return byNode;
  }

  private unblock(): void {
    while (this.blocked.length > 0) {
      if (!this.fits(this.blocked[0])) return;
      const parcel = this.blocked.shift()!;
      this.accept(parcel);
      this.sending.accepted(parcel);
    }
  }

  /** Into an empty buffer everything fits. */
  private fits(parcel: Parcel): boolean {
    return this.used === 0 || this.used + bytesOf(parcel) <= this.sending.spec.bufferBytes;
  }

  private stickElsewhere(): void {
    const { key, partitions } = this.sending;
    this.sticky = Math.floor(unit(key.a, key.b, this.index, -1, this.turns++) * partitions);
  }
}

function bytesOf({ messages, size }: Parcel): number {
  return (messages.length / 2) * size;
}
