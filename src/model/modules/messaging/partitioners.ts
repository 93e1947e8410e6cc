import { invariant } from '../../../kernel/invariant.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Producer as ProducerSpec } from '../../../contracts/scenario/producer.js';

/** Chooses the partition of messages without a key. */
export interface Partitioner {
  readonly current: number;
  /** A batch of a partition is full, or was sent. */
  left(partition: number): void;
  /** A message without a key was added to the last batch of the present partition, which is full now or not. */
  took(bytes: number, isFull: boolean): void;
}

/** What a partitioner is made from. */
export interface PartitionerPlace {
  readonly key: StreamKey;
  readonly spec: Pick<ProducerSpec, 'version' | 'batchBytes'>;
  readonly partitions: number;
  /** Index of the producer. */
  readonly index: number;
  /** Batches of a partition that wait to be sent. */
  waiting(partition: number): number;
}

/** The partitioner of a client's version. */
export function partitionerOf(place: PartitionerPlace): Partitioner {
  const { version } = place.spec;
  return version === '3.3' || version === '4.0' ? new BySize(place) : new ByBatch(place);
}

/** Moves on when a batch is full or sent, so that a slow node, whose batches wait longest, gets most (KIP-480). */
class ByBatch implements Partitioner {
  current = 0;
  private turns = 0;

  constructor(private readonly place: PartitionerPlace) {
    this.move();
  }

  left(partition: number): void {
    if (partition === this.current) this.move();
  }

  took(): void {
    // Only the end of a batch counts.
  }

  private move(): void {
    const { key, index, partitions } = this.place;
    this.current = Math.floor(unit(key.a, key.b, index, -1, this.turns++) * partitions);
  }
}

/**
 * Moves on after the bytes of a batch, and prefers partitions with fewer batches that wait (KIP-794;
 * BuiltInPartitioner.java, updatePartitionInfo, nextPartition and updatePartitionLoadStats).
 */
class BySize implements Partitioner {
  current = 0;
  private turns = 0;
  private bytes = 0;
  /** By partition: its weight and those before it. */
  private readonly sums = new Float64Array(this.place.partitions);

  constructor(private readonly place: PartitionerPlace) {
    this.move();
  }

  left(): void {
    // Only bytes count.
  }

  took(bytes: number, isFull: boolean): void {
    invariant(bytes > 0, 'a message has a size');
    const { batchBytes } = this.place.spec;
    this.bytes += bytes;
    // A batch that is not full is completed first, up to the size of two.
    if (this.bytes >= 2 * batchBytes || (isFull && this.bytes >= batchBytes)) this.move();
  }

  private move(): void {
    const { key, index, partitions } = this.place;
    const { sums } = this;
    let most = 0;
    for (let k = 0; k < partitions; k++) most = Math.max(most, this.place.waiting(k));
    let sum = 0;
    for (let k = 0; k < partitions; k++) {
      sum += most + 1 - this.place.waiting(k);
      sums[k] = sum;
    }
    const at = unit(key.a, key.b, index, -1, this.turns++) * sum;
    let next = 0;
    while (next < partitions - 1 && sums[next] <= at) next++;
    this.current = next;
    this.bytes = 0;
  }
}
