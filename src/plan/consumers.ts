import type { Ns } from '../kernel/time.js';
import type { Consumption } from '../spec/scenario/messaging.js';
import type { QueueConsumer } from '../spec/scenario/queues.js';
import type { NamedPart } from './layout.js';

/** Time limit of an execution of the handler: the smaller of its own limit and that of its consumer. */
export function handlingLimit(own: Ns | null, { policy }: Consumption): Ns | null {
  const most = Math.min(own ?? Infinity, policy?.timeoutNs ?? Infinity);
  return most === Infinity ? null : most;
}

/** The parts of a queue or a bus. */
export function consumerParts(consumers: readonly QueueConsumer[]): readonly NamedPart[] {
  return consumers.map((consumer) => [consumer.name, { kind: 'consumer', consumer }]);
}
