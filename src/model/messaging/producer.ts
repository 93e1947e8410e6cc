import type { Ns } from '../../kernel/time.js';
import { NS_PER_MS } from '../../kernel/time.js';
import { powi } from '../../kernel/math.js';
import { unit } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import type { Producer as ProducerSpec } from '../../spec/messaging.js';
import type { Instance, Resident } from '../instance.js';
import type { Batch, Ticket } from './batch.js';
import { batchBound, recordBytes } from './record-size.js';

/** Messages of one step. */
export interface Parcel {
  /** Each with the partition of its key, or -1: pairs. */
  readonly messages: readonly number[];
  /** How many of these numbers stand for messages that are in batches. */
  next: number;
  readonly acks: Batch['acks'];
  readonly ticket: Ticket;
  /** Who waits for room. */
  readonly waiter: number;
  readonly stamp: number;
  /** Since when its next message is to be sent, which is the time that the record bears. */
  since: Ns;
}

/** What a producer hands on. */
export interface Sending {
  readonly key: StreamKey;
  readonly spec: ProducerSpec;
  readonly partitions: number;
  now(): Ns;
  /** Bytes of key, value and headers of a message. */
  sizeOf(message: number): number;
  /** An empty batch for a first message, with so much memory; its timers run from now on. */
  open(place: Opening, message: number, memory: number): Batch;
  /** Node that a producer sends to for a partition, -1 = none. */
  reach(producer: number, partition: number): number;
  /** Sends batches to a node. */
  send(producer: number, node: number, batches: readonly Batch[]): void;
  /** Something may be sent, in a step of its own. */
  wake(producer: number): void;
  /** Somebody waits for room, and no longer than until this instant. */
  blocks(producer: number, until: Ns): void;
  /** A batch of a producer that lives there is over. */
  eased(home: Instance): void;
  /** There is room for all that had to wait. */
  accepted(parcel: Parcel): void;
  /** There was no room for its next message, which is given up with all behind it. */
  refused(parcel: Parcel): void;
}

/** Whose batch it is, for what. */
export interface Opening {
  readonly producer: number;
  readonly partition: number;
  readonly acks: Batch['acks'];
  readonly since: Ns;
}

/** Requests to one node that are not answered, at most (max.in.flight.requests.per.connection). */
const IN_FLIGHT = 5;
const JITTER = 0.2;

/**
 * The producer of one instance for one topic: batches by partition, sent when they are full or old
 * enough, in order, and again where they failed. A batch that is not confirmed takes up the buffer with
 * all that it may hold, and a full buffer blocks who begins another one (RecordAccumulator.append).
 */
export class Producer {
  /** Where it lives; null = nowhere. */
  private readonly home: Instance | null;
  private readonly sending: Sending;
  private readonly index: number;
  /** By partition: batches that are not confirmed, oldest first. */
  private readonly queues: Batch[][];
  /** By node: requests that are not answered. */
  private readonly inFlight: number[] = [];
  private blocked: Parcel[] = [];
  private used = 0;
  /** Messages without a key go to one partition until a batch of it is full or sent. */
  private sticky = 0;
  private turns = 0;

  constructor(sending: Sending, index: number, home: Instance | null) {
    this.home = home;
    this.sending = sending;
    this.index = index;
    this.queues = Array.from({ length: sending.partitions }, () => []);
    this.stickElsewhere();
  }

  /** False when the parcel waits for room in the buffer. */
  publish(parcel: Parcel): boolean {
    if (this.accept(parcel, this.blocked.length === 0)) return true;
    // It is not over before the rest is sent.
    parcel.ticket.left++;
    this.blocked.push(parcel);
    this.block(parcel);
    this.sending.wake(this.index);
    return false;
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

  /** Whether one that was to be written before this batch is not. */
  lacks(batch: Batch): boolean {
    for (const earlier of this.queues[batch.partition]) {
      if (earlier === batch) return false;
      if (earlier.copies === 0 && !earlier.visible) return true;
    }
    return false;
  }

  /** A batch is through, whichever way; there may be room for others. */
  settled(batch: Batch): void {
    const queue = this.queues[batch.partition];
    const at = queue.indexOf(batch);
    if (at < 0) return;
    queue.splice(at, 1);
    this.used -= batch.memory;
    this.unblock();
    if (this.home !== null) this.sending.eased(this.home);
  }

  /** Those that have waited too long for room are refused. */
  expire(): void {
    const now = this.sending.now();
    const late = this.blocked.filter((parcel) => this.untilOf(parcel) <= now);
    if (late.length === 0) return;
    this.blocked = this.blocked.filter((parcel) => this.untilOf(parcel) > now);
    for (const parcel of late) this.sending.refused(parcel);
    this.unblock();
  }

  /** Wait before a batch that has failed is sent again. */
  backoffNs({ failures, lineageA, lineageB }: Batch): Ns {
    const { key, spec } = this.sending;
    const delay = Math.min(spec.backoffMaxNs, spec.backoffNs * powi(2, failures - 1));
    const u = unit(key.a, key.b, lineageA, lineageB, failures);
    return Math.round(delay * (1 + JITTER * (2 * u - 1)));
  }

  /** What its process has to do with it. */
  resident(died: () => void): Resident {
    return {
      died,
      started: () => {},
      closing: () => this.flush(),
      isBusy: () => this.queues.some((queue) => queue.length > 0) || this.blocked.length > 0,
    };
  }

  /** Nothing lingers any more (KafkaProducer.close). */
  private flush(): void {
    for (const queue of this.queues) for (const batch of queue) batch.ready = true;
    this.sending.wake(this.index);
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

  /** Its messages go into batches, one after the other; false when one needs room that is not there. */
  private accept(parcel: Parcel, mayOpen: boolean): boolean {
    const { messages, ticket } = parcel;
    for (; parcel.next < messages.length; parcel.next += 2) {
      const batch = this.batchFor(parcel, mayOpen);
      if (batch === null) return false;
      this.append(batch, messages[parcel.next], parcel.since);
      if (!batch.tickets.includes(ticket)) {
        batch.tickets.push(ticket);
        ticket.left++;
      }
      if (batch.bytes >= batch.memory) this.close(batch);
      parcel.since = this.sending.now();
    }
    return true;
  }

  private append(batch: Batch, message: number, since: Ns): void {
    batch.bytes += this.bytesIn(batch, message, since);
    batch.messages.push(message);
  }

  /** What the message takes up as the next record of a batch. */
  private bytesIn(batch: Batch, message: number, since: Ns): number {
    const age = Math.floor(since / NS_PER_MS) - Math.floor(batch.since / NS_PER_MS);
    return recordBytes(this.sending.sizeOf(message), batch.messages.length, age);
  }

  /** The batch that the next message goes into; null when it would be a new one, and there is no room for it. */
  private batchFor(parcel: Parcel, mayOpen: boolean): Batch | null {
    const { messages, next, acks, since } = parcel;
    const message = messages[next];
    const keyed = messages[next + 1];
    const open = this.openFor(parcel, keyed < 0 ? this.sticky : keyed);
    if (open !== null) return open;
    // That may have been full: it is another one now.
    const partition = keyed < 0 ? this.sticky : keyed;
    const other = keyed < 0 ? this.openFor(parcel, partition) : null;
    if (other !== null) return other;
    const { spec } = this.sending;
    const memory = Math.max(spec.batchBytes, batchBound(this.sending.sizeOf(message)));
    // Into an empty buffer everything fits.
    const fits = this.used === 0 || this.used + memory <= spec.bufferBytes;
    if (!mayOpen || !fits) return null;
    this.used += memory;
    const place = { producer: this.index, partition, acks, since };
    const batch = this.sending.open(place, message, memory);
    this.queues[partition].push(batch);
    return batch;
  }

  /** The batch of a partition that has room for the next message; null = none. */
  private openFor({ messages, next, acks, since }: Parcel, partition: number): Batch | null {
    const last = this.queues[partition].at(-1);
    // Who is told that a batch was given up may publish at once: not into that batch.
    if (last === undefined || last.full || last.settled) return null;
    if (last.request >= 0 || last.failures > 0 || last.acks !== acks) return null;
    if (last.bytes + this.bytesIn(last, messages[next], since) <= last.memory) return last;
    this.close(last);
    return null;
  }

  /** A batch takes no more, and need not linger. */
  private close(batch: Batch): void {
    batch.full = batch.ready = true;
    this.sending.wake(this.index);
    if (batch.partition === this.sticky) this.stickElsewhere();
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
      const node = this.sending.reach(this.index, partition);
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
      const [parcel] = this.blocked;
      const { next } = parcel;
      if (!this.accept(parcel, true)) {
        if (parcel.next > next) this.block(parcel);
        return;
      }
      this.blocked.shift();
      parcel.ticket.left--;
      this.sending.accepted(parcel);
    }
  }

  private block(parcel: Parcel): void {
    this.sending.blocks(this.index, this.untilOf(parcel));
  }

  /** Until when its next message waits for room. */
  private untilOf({ since }: Parcel): Ns {
    return since + this.sending.spec.maxBlockNs;
  }

  private stickElsewhere(): void {
    const { key, partitions } = this.sending;
    this.sticky = Math.floor(unit(key.a, key.b, this.index, -1, this.turns++) * partitions);
  }
}
