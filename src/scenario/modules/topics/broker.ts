import type { Broker } from '../../../contracts/scenario/messaging.js';
import type { Producer } from '../../../contracts/scenario/producer.js';
import type { KafkaOutput } from '../../schema/messaging.js';
import type { Cursor } from '../../resolve/context.js';
import { isBroker } from '../../resolve/brokers.js';

/** Fields of a topic that only apply on a broker. */
const OF_BROKERS = ['replication', 'minInsyncReplicas', 'producer'] as const;

/** Resolves the broker of a topic and reports contradictions. Returns its name, or null. */
export function resolveTopicBroker(
  here: Cursor,
  output: KafkaOutput,
  brokers: ReadonlyMap<string, Broker>,
): string | null {
  const wrong = here.conflicts();
  const { broker = null, replication, minInsyncReplicas } = output;
  if (broker === null) {
    const why = (field: string): string =>
      `${field} has no effect without a broker, because every message is written at once: ` +
      `write broker: NAME, or remove ${field}`;
    here.refuse(OF_BROKERS, why);
    return null;
  }
  if (!isBroker(here, broker, 'kafka', brokers)) return null;
  const size = brokers.get(broker)?.replicas ?? replication;
  if (replication > size) {
    const message =
      `${broker} has ${size} nodes, so a partition cannot have ${replication} replicas: write ` +
      `at most ${size}`;
    wrong('replication', message);
  }
  if (minInsyncReplicas > replication) {
    const message = `no write could ever be confirmed: write at most replication, ${replication}`;
    wrong('minInsyncReplicas', message);
  }
  if (here.in('publishLatency').written() !== undefined) {
    const message = `with a broker, writes have the latency of ${broker}: remove publishLatency`;
    wrong('publishLatency', message);
  }
  checkProducer(here.in('producer'), output.producer);
  return broker;
}

/** Defaults of clients before 4.0 and before 3.0 (ProducerConfig.java; KIP-679, KIP-1030). */
const BEFORE_4 = { lingerNs: 0 } as const;
const BEFORE_3 = { ...BEFORE_4, acks: 1, idempotence: false } as const;
const OLD: Readonly<Record<string, Partial<Producer>>> = { '2.4': BEFORE_3, '3.3': BEFORE_4 };
const WORDS: Readonly<Record<string, string>> = { lingerNs: 'linger' };

/** Resolves a producer. */
export function resolveProducer(here: Cursor, output: Producer): Producer {
  const own = withDefaults(here, output);
  return { ...own, idempotence: own.idempotence && own.acks === 'all' };
}

/** Applies the defaults of the version to what is not written. */
function withDefaults(here: Cursor, output: Producer): Producer {
  const old = Object.entries(OLD[output.version ?? ''] ?? {});
  const missing = old.filter(([name]) => here.in(WORDS[name] ?? name).written() === undefined);
  return { ...output, ...Object.fromEntries(missing) };
}

function checkProducer(here: Cursor, output: Producer): void {
  const wrong = here.conflicts();
  const { deliveryTimeoutNs, lingerNs, requestTimeoutNs, idempotence, acks } = output;
  if (output.bufferBytes < output.batchBytes) {
    wrong('bufferMemory', 'bufferMemory must be at least batchSize, the size of one batch');
  }
  if (deliveryTimeoutNs < lingerNs + requestTimeoutNs) {
    const message = 'deliveryTimeout must be at least linger + requestTimeout, the time of one try';
    wrong('deliveryTimeout', message);
  }
  const isAsked = here.in('idempotence').written() !== undefined;
  if (isAsked && idempotence && acks !== 'all') {
    wrong('idempotence', `an idempotent producer needs acks: all, found acks: ${acks}`);
  }
}
