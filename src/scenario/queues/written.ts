import type { MessageQueue, QueueConsumer } from '../../contracts/scenario/queues.js';
import type { WrittenConsumer } from '../../contracts/scenario/consumers.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { Written } from '../resolve/described.js';

/** Fields of all kinds that shared code reads. */
export interface QueueFields extends Written {
  readonly kind: string;
  readonly publishLatency?: MessageQueue['publishLatency'];
  readonly backlog?: number;
  readonly deadLetter: string | null;
  readonly consumers: readonly QueueConsumerFields[];
}

export interface QueueConsumerFields extends WrittenConsumer<BundleOutput> {
  readonly name?: string | null;
  readonly commit: QueueConsumer['commit'];
}
