import { unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { inheriting } from '../../contracts/fields/common.js';
import { kafka } from './kafka.js';
import type { BrokerFields } from './fields.js';
import type { BrokerKind } from './kind.js';
import { nats } from './nats.js';
import { rabbitmq } from './rabbitmq.js';
import { sqs } from './sqs.js';

/** All kinds of brokers: one line each. */
export const BROKER_KINDS: readonly BrokerKind[] = [kafka, rabbitmq, sqs, nats];

/** Finds a kind of broker by name. */
export function brokerKindOf(kind: string | undefined): BrokerKind | undefined {
  return BROKER_KINDS.find((own) => own.kind === kind);
}

/** One cluster of brokers. */
export const brokerSchema = valuesOf<BrokerFields>(
  inheriting(
    unionOfKinds(BROKER_KINDS.map((own) => own.schema)).describe('A cluster of brokers.'),
  ).meta({ id: 'broker' }),
);
