import { backoffSchema } from '../../patterns/mechanisms/backoff-fields.js';
import type { ConsumerRetry, Topic } from '../../spec/scenario/messaging.js';
import type { Bus, MessageQueue } from '../../spec/scenario/queues.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { all, braced, fieldsText } from './fields.js';
import { configText, lines, plainText } from './values.js';

/** Brokers, with the options of their kinds. */
export function brokerLines({ brokers }: Scenario): readonly string[] {
  return lines(brokers, ({ kind, options }) => fieldsText({ kind, ...options }));
}

/** Topics and queues, each with the handlers of its messages. */
export function messageLines({ queues, topics }: Scenario): readonly string[] {
  return [...topics.values(), ...queues.values()].flatMap((own) => [
    `${own.name}: ${'partitions' in own ? topicText(own) : holderText(own)}`,
    ...consumerLines(own),
  ]);
}

/** Services that publish through a table of their database. */
export function outboxLines({ services }: Scenario): readonly string[] {
  return lines(services, ({ outbox }) => (outbox === null ? '' : fieldsText(outbox)));
}

/** The settings of a producer have an effect only at a broker. */
function topicText(own: Topic): string {
  const atBroker = all('hidden', 'replication', 'minInsyncReplicas', 'producer', 'publishLatency');
  return fieldsText(own, { subscribers: 'hidden', ...(own.broker === null ? atBroker : {}) });
}

/** The rules of a kind follow from its options. */
function holderText(own: MessageQueue | Bus): string {
  return fieldsText<object>(
    { ...own, ...own.options },
    all('hidden', 'options', 'rules', 'home', 'quota', 'source', 'consumers', 'subscribers'),
  );
}

function consumerLines(own: Topic | MessageQueue | Bus): readonly string[] {
  const retry = (it: ConsumerRetry | null): string =>
    it === null ? 'none' : (braced(fieldsText(it, { backoff: backoffText })) ?? '');
  if ('partitions' in own) {
    return own.subscribers.map((one) => {
      const text = fieldsText(one, { group: 'hidden', call: 'hidden', retry });
      return `${own.name}.${one.group} -> ${plainText(one.call)}: ${text}`;
    });
  }
  const { polled } = own.rules;
  return ('consumers' in own ? own.consumers : own.subscribers).map((one) => {
    const text = fieldsText(one, {
      ...all('hidden', 'call', 'channel', 'ackLimit'),
      ...(polled ? {} : all('hidden', 'maxNumberOfMessages')),
      retry,
    });
    return `${own.name}.${one.name} -> ${plainText(one.call)}: ${text}`;
  });
}

function backoffText(backoff: ConsumerRetry['backoff']): string {
  return backoff === null ? 'none' : `{ ${configText(backoffSchema, backoff)} }`;
}
