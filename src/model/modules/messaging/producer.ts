import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_MS, type Ns } from '../../../kernel/time.js';
import { powi } from '../../../kernel/math.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Producer as ProducerSpec } from '../../../contracts/scenario/producer.js';
import type { Instance, Resident } from '../../data/instances/instance.js';
import type { Batch, Opening, Ticket } from './batch.js';
import { partitionerOf, type Partitioner } from './partitioners.js';
import { batchBound, recordBytes } from './record-size.js';

/** The messages of one step. */
export interface Send {
  readonly messages: readonly number[];
  /** Index of the first message that is not in a batch yet. */
  next: number;
  /** Each message goes to the partition of its key. */
  readonly keyed: boolean;
  readonly acks: Batch['acks'];
  readonly ticket: Ticket;
  /** Waits for buffer space. */
  readonly waiter: number;
  readonly stamp: number;
  /** Time at which its next message was due to be sent, which is the timestamp of the record. */
  since: Ns;
}

export interface Sending {
  readonly key: StreamKey;
  readonly spec: ProducerSpec;
  readonly partitions: number;
  now(): Ns;
  /** Bytes of key, value and headers of a message. */
  sizeOf(message: number): number;
  /** Partition of the key of a message. */
  partitionOf(message: number): number;
  /** Makes an empty batch with that much memory for a first message, and starts its timers. */
  open(place: Opening, message: number, memory: number): Batch;
  /** Node that a producer sends to for a partition; -1 = none. */
  reach(producer: number, partition: number): number;
  send(producer: number, node: number, batches: readonly Batch[]): void;
  /** A producer may be able to send; runs as a separate event. */
  wake(producer: number): void;
  /** A parcel waits for buffer space, at most until this instant. */
  blocks(producer: number, until: Ns): void;
  /** A batch of a producer on this instance is settled. */
  workEnded(home: Instance): void;
  /** A parcel that waited is fully in batches. */
  accepted(request: Send): void;
  /** A parcel waited too long for buffer space; the rest of its messages is abandoned. */
  refused(request: Send): void;
}

/** Batches for one node, at most one of each partition. */
interface Outgoing {
  readonly node: number;
  readonly batches: Batch[];
}

/** Maximum of unacknowledged requests to one node (max.in.flight.requests.per.connection). */
const IN_FLIGHT = 5;
const NOTHING: readonly Outgoing[] = Object.freeze([]);
const JITTER = 0.2;

/**
 * The producer of one instance for one topic.
 *
 * It batches messages by partition, sends a batch when it is full or has lingered, in order, and retries failed ones.
 * An unsettled batch reserves its full capacity in the buffer; a full buffer blocks steps that need a new batch
 * (RecordAccumulator.append).
 */
export class Producer {
  /** By node: unacknowledged requests. */
  private readonly inFlight: number[] = [];
  private blocked: Send[] = [];
  private used = 0;
  /** Chooses the partition of messages without a key. */
  private readonly partitioner: Partitioner;
  /** By partition: unsettled batches, oldest first. */
  private readonly queues: Batch[][] = Array.from({ length: this.sending.partitions }, () => []);

  constructor(
    private readonly sending: Sending,
    private readonly index: number,
    /** The instance that it runs on; null = none. */
    readonly home: Instance | null,
  ) {
    const { key, spec, partitions } = sending;
    this.partitioner = partitionerOf({
      key,
      spec,
      partitions,
      index,
      waiting: (partition) => this.waiting(partition),
    });
  }

  /** Publishes a parcel; false if it waits for buffer space. */
  publish(request: Send): boolean {
    if (this.accept(request, this.blocked.length === 0)) return true;
    // Keeps the ticket open until the rest is in batches.
    request.ticket.left++;
    this.blocked.push(request);
    this.block(request);
    this.sending.wake(this.index);
    return false;
  }

  /** Sends all ready batches, at most one per partition in a request. */
  drain(): void {
    for (;;) {
      const ready = this.collect();
      if (ready.length === 0) return;
      for (const { node, batches } of ready) {
        this.inFlight[node] = (this.inFlight[node] ?? 0) + 1;
        invariant(
          this.inFlight[node] <= IN_FLIGHT,
          'a producer has no more requests to a node than allowed',
        );
        this.sending.send(this.index, node, batches);
      }
    }
  }

  /** A request to a node was acknowledged, or never will be. */
  answered(node: number): void {
    this.inFlight[node]--;
    invariant(this.inFlight[node] >= 0, 'a request is answered once');
  }

  /** True if an earlier batch of the partition has not been written. */
  lacks(batch: Batch): boolean {
    for (const earlier of this.queues[batch.partition]) {
      if (earlier === batch) return false;
      if (earlier.copies === 0 && !earlier.visible) return true;
    }
    return false;
  }

  /** A batch is settled, successfully or not: it frees its memory for others. */
  settled(batch: Batch): void {
    const queue = this.queues[batch.partition];
    const at = queue.indexOf(batch);
    if (at < 0) return;
    queue.splice(at, 1);
    this.used -= batch.memory;
    invariant(this.used >= 0, 'a batch returns its memory once');
    this.unblock();
    if (this.home !== null) this.sending.workEnded(this.home);
  }

  /** Refuses parcels that have waited too long for buffer space. */
  expire(): void {
    const now = this.sending.now();
    const late = this.blocked.filter((request) => this.untilOf(request) <= now);
    if (late.length === 0) return;
    this.blocked = this.blocked.filter((request) => this.untilOf(request) > now);
    for (const request of late) this.sending.refused(request);
    this.unblock();
  }

  /** Backoff before a failed batch is sent again. */
  backoffNs({ failures, lineageA, lineageB }: Batch): Ns {
    const { key, spec } = this.sending;
    const delay = Math.min(spec.backoffMaxNs, spec.backoffNs * powi(2, failures - 1));
    const u = unit(key.a, key.b, lineageA, lineageB, failures);
    return Math.round(delay * (1 + JITTER * (2 * u - 1)));
  }

  /** Callbacks for the life of its process. */
  resident(died: () => void): Resident {
    return {
      died,
      started: () => {},
      closing: () => this.flush(),
      isBusy: () => this.queues.some((queue) => queue.length > 0) || this.blocked.length > 0,
    };
  }

  /** Ends the linger time of all batches (KafkaProducer.close). */
  private flush(): void {
    for (const queue of this.queues) for (const batch of queue) batch.ready = true;
    this.sending.wake(this.index);
  }

  /** The process has died; returns its unsettled batches. */
  died(): readonly Batch[] {
    const batches = this.queues.flat();
    for (const queue of this.queues) queue.length = 0;
    this.used = 0;
    const { blocked } = this;
    this.blocked = [];
    for (const request of blocked) this.sending.refused(request);
    return batches;
  }

  /** Adds the messages to batches in order; false when one needs buffer space that is not free. */
  private accept(request: Send, mayOpen: boolean): boolean {
    const { messages, ticket } = request;
    for (; request.next < messages.length; request.next++) {
      const batch = this.batchFor(request, mayOpen);
      if (batch === null) return false;
      const bytes = this.append(batch, messages[request.next], request.since);
      if (!batch.tickets.includes(ticket)) {
        batch.tickets.push(ticket);
        ticket.left++;
      }
      if (batch.bytes >= batch.memory) this.close(batch);
      if (!request.keyed && batch.partition === this.partitioner.current) {
        this.partitioner.took(bytes, batch.full);
      }
      request.since = this.sending.now();
    }
    return true;
  }

  /** Adds a message to a batch; returns its bytes there. */
  private append(batch: Batch, message: number, since: Ns): number {
    invariant(
      !batch.settled && batch.request < 0 && !batch.full,
      'a message joins a batch that is still open',
    );
    const bytes = this.bytesIn(batch, message, since);
    batch.bytes += bytes;
    invariant(batch.bytes <= batch.memory, 'a batch holds no more bytes than it reserved');
    batch.messages.push(message);
    return bytes;
  }

  /** Batches of a partition that are in no request. */
  private waiting(partition: number): number {
    let count = 0;
    for (const { request } of this.queues[partition]) if (request < 0) count++;
    return count;
  }

  /** Bytes of the message as the next record of a batch. */
  private bytesIn(batch: Batch, message: number, since: Ns): number {
    const age = Math.floor(since / NS_PER_MS) - Math.floor(batch.since / NS_PER_MS);
    return recordBytes(this.sending.sizeOf(message), batch.messages.length, age);
  }

  /** The batch for the next message; null if that needs a new batch and the buffer has no space for it. */
  private batchFor(request: Send, mayOpen: boolean): Batch | null {
    const { messages, next, keyed, acks, since } = request;
    const message = messages[next];
    let partition = keyed ? this.sending.partitionOf(message) : this.partitioner.current;
    let open = this.openFor(request, partition);
    if (open === null && !keyed && partition !== this.partitioner.current) {
      // The old batch was full, which has changed the sticky partition.
      partition = this.partitioner.current;
      open = this.openFor(request, partition);
    }
    if (open !== null) return open;
    const { spec } = this.sending;
    const memory = Math.max(spec.batchBytes, batchBound(this.sending.sizeOf(message)));
    // An empty buffer takes a batch of any size.
    const fits = this.used === 0 || this.used + memory <= spec.bufferBytes;
    if (!mayOpen || !fits) return null;
    this.used += memory;
    const place = { producer: this.index, partition, acks, since };
    const batch = this.sending.open(place, message, memory);
    this.queues[partition].push(batch);
    return batch;
  }

  /** The batch of a partition that has room for the next message; null = none. */
  private openFor({ messages, next, acks, since }: Send, partition: number): Batch | null {
    const last = this.queues[partition].at(-1);
    // A publisher that is notified of a failed batch may publish at once, but not into that batch.
    if (last === undefined || last.full || last.settled) return null;
    if (last.request >= 0 || last.failures > 0 || last.acks !== acks) return null;
    if (last.bytes + this.bytesIn(last, messages[next], since) <= last.memory) return last;
    this.close(last);
    return null;
  }

  /** Closes a batch to further messages; it is ready to be sent. */
  private close(batch: Batch): void {
    batch.full = batch.ready = true;
    this.sending.wake(this.index);
    this.partitioner.left(batch.partition);
  }

  /** The first sendable batch of each partition, by the node it goes to. */
  private collect(): readonly Outgoing[] {
    let found: Outgoing[] | null = null;
    const now = this.sending.now();
    for (let partition = 0; partition < this.queues.length; partition++) {
      const next = this.nextOf(partition);
      if (next === null || next.readyAt > now) continue;
      // Linger times do not apply while a parcel waits for buffer space.
      if (!next.ready && this.blocked.length === 0) continue;
      const node = this.sending.reach(this.index, partition);
      if (node < 0 || (this.inFlight[node] ?? 0) >= IN_FLIGHT) continue;
      if (found === null) found = [{ node, batches: [next] }];
      else addTo(found, node, next);
      this.partitioner.left(partition);
    }
    return found ?? NOTHING;
  }

  /** The oldest batch of a partition that is in no request; null = none. */
  private nextOf(partition: number): Batch | null {
    const queue = this.queues[partition];
    for (let k = 0; k < queue.length; k++) if (queue[k].request < 0) return queue[k];
    return null;
  }

  private unblock(): void {
    while (this.blocked.length > 0) {
      const [request] = this.blocked;
      const { next } = request;
      if (!this.accept(request, true)) {
        if (request.next > next) this.block(request);
        return;
      }
      this.blocked.shift();
      request.ticket.left--;
      invariant(request.ticket.left >= 0, 'a publisher waits for buffer space once');
      this.sending.accepted(request);
    }
  }

  private block(request: Send): void {
    this.sending.blocks(this.index, this.untilOf(request));
  }

  /** Until when its next message waits for buffer space. */
  private untilOf({ since }: Send): Ns {
    return since + this.sending.spec.maxBlockNs;
  }
}

/** Adds a batch to those for a node. */
function addTo(found: Outgoing[], node: number, batch: Batch): void {
  for (const own of found) {
    if (own.node !== node) continue;
    own.batches.push(batch);
    return;
  }
  found.push({ node, batches: [batch] });
}
