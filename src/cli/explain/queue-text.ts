import { backoffSchema } from '../../contracts/scenario/backoff.js';
import type { Subscriber, Topic } from '../../contracts/scenario/messaging.js';
import type { ConsumerRetry } from '../../contracts/scenario/consumers.js';
import type { Bus, MessageQueue, QueueConsumer } from '../../contracts/scenario/queues.js';
import { all, braced, fieldsText } from './fields.js';
import { configText, plainText } from './values.js';

/** A topic or a queue, with the handlers of its messages. */
export function holderLines(own: Topic | Bus | MessageQueue): readonly string[] {
  const consumers: readonly (Subscriber | QueueConsumer)[] =
    'consumers' in own ? own.consumers : own.subscribers;
  const polled = 'rules' in own && own.rules.polled;
  return [
    `: ${'partitions' in own ? topicText(own) : queueText(own)}`,
    ...consumers.map((one) => {
      const text = fieldsText(one, {
        ...all('hidden', 'group call channel ackLimit'),
        ...(polled ? {} : all('hidden', 'maxNumberOfMessages heartbeatInterval heartbeatLimit')),
        retry: retryText,
      });
      return `.${'group' in one ? one.group : one.name} -> ${plainText(one.call)}: ${text}`;
    }),
  ];
}

/** The settings of a producer have an effect only at a broker. */
function topicText(own: Topic): string {
  const atBroker = 'subscribers replication minInsyncReplicas producer publishLatency';
  return fieldsText(own, all('hidden', own.broker === null ? atBroker : 'subscribers'));
}

/** The rules of a kind follow from its options. */
function queueText(own: MessageQueue | Bus): string {
  const apart = all('hidden', 'options rules home quota source consumers subscribers');
  return fieldsText<object>({ ...own, ...own.options }, apart);
}

function retryText(retry: ConsumerRetry | null): string | null {
  if (retry === null) return 'none';
  const backoff = (own: ConsumerRetry['backoff']): string | null =>
    own === null ? 'none' : braced(configText(backoffSchema, own));
  return braced(fieldsText(retry, { backoff }));
}
