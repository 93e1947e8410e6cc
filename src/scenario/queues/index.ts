import { unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import type { z } from 'zod';
import type { BundleOutput } from '../schema/bundle.js';
import { inheriting } from '../../contracts/fields/common.js';
import type { QueueFields } from './written.js';
import type { QueueKind } from './kind.js';
import { nats } from './nats.js';
import { persistentSubscription } from './persistent-subscription.js';
import { rabbitmq } from './rabbitmq.js';
import { simple } from './simple.js';
import { sqs } from './sqs.js';

/** All kinds of queues: one line each. */
export const QUEUE_KINDS: readonly QueueKind[] = [
  simple,
  rabbitmq,
  sqs,
  persistentSubscription,
  nats,
];

/** Finds a kind of queue by name. */
export function queueKindOf(kind: string | undefined): QueueKind | undefined {
  return QUEUE_KINDS.find((own) => own.kind === kind);
}

/** One queue. */
export function messageQueueSchema(bundle: z.ZodType<BundleOutput>): z.ZodType<QueueFields> {
  const queue = unionOfKinds(QUEUE_KINDS.map((own) => own.schema(bundle))).describe('A queue.');
  return valuesOf<QueueFields>(inheriting(queue).meta({ id: 'queue' }));
}
