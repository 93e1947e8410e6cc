import type { ComponentAct } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import { asIs, fieldIn, milliseconds, number, type Fields } from '../values.js';

/** Properties of the clients of Kafka by the field of a subscriber, or of a producer. */
const CLIENT: Fields = {
  'subscribers[].maxPollRecords': ['max.poll.records', number],
  'subscribers[].maxPollInterval': ['max.poll.interval.ms', milliseconds],
  'subscribers[].sessionTimeout': ['session.timeout.ms', milliseconds],
  'subscribers[].heartbeatInterval': ['heartbeat.interval.ms', milliseconds],
  'producer.acks': ['acks', asIs],
  'producer.linger': ['linger.ms', milliseconds],
  'producer.requestTimeout': ['request.timeout.ms', milliseconds],
  'producer.deliveryTimeout': ['delivery.timeout.ms', milliseconds],
  'producer.maxBlock': ['max.block.ms', milliseconds],
};

/** Client properties of Kafka, each topic with a comment. */
export const kafka: Format = {
  name: 'kafka',
  summary: 'client properties of Kafka',
  write(acts) {
    const lines = new Map<string, string[]>();
    const unwritten = unwrittenOf(acts, (act) => {
      const written = act.on === 'component' ? lineOf(act) : OTHER;
      if ('reason' in written) return written.reason;
      lines.set(written.of, [...(lines.get(written.of) ?? []), written.line]);
      return null;
    });
    const text = [...lines].map(([of, all]) => `# ${of}\n${all.join('\n')}\n`).join('\n');
    return { text, unwritten };
  },
};

const OTHER = { reason: 'Kafka has clients and topics only' } as const;

function lineOf({
  section,
  name,
  field,
  value,
}: ComponentAct): { readonly of: string; readonly line: string } | { readonly reason: string } {
  if (section !== 'topics') return OTHER;
  const property = fieldIn(CLIENT, field.replace(/^subscribers\.[^.]+\./, 'subscribers[].'), value);
  if (property !== null) {
    const who = field.startsWith('producer') ? 'producers' : 'consumers';
    return { of: `${who} of ${name}`, line: `${property[0]}=${String(property[1])}` };
  }
  if (field === 'partitions')
    return {
      reason: `partitions are no property: kafka-topics --alter --topic ${name} --partitions ${String(value)}`,
    };
  if (field.endsWith('.concurrency'))
    return {
      reason: `the number of consumers is one of the program, such as spring.kafka.listener.concurrency=${String(value)}`,
    };
  return { reason: 'the clients of Kafka have no property for it' };
}
