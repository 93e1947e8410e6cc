import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Bus, MessageQueue, QueueConsumer } from '../../spec/scenario/queues.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { plainText } from './values.js';

/** Fields that are shown elsewhere, that follow from others, or that only people read. */
const APART = new Set(
  'name title description critical kind options rules home quota source consumers subscribers call channel ackLimit'.split(
    ' ',
  ),
);

/** Queues, and topics that push, each with the handlers of its messages. */
export function queueLines({ queues, topics }: Scenario): readonly string[] {
  const buses = [...topics.values()].filter((topic): topic is Bus => topic.kind === 'bus');
  return [...buses, ...queues.values()].flatMap(holderLines);
}

function holderLines(own: MessageQueue | Bus): readonly string[] {
  const consumers = 'subscribers' in own ? own.subscribers : own.consumers;
  return [
    `${own.name}: ${own.kind}, ${fieldsText({ ...own, ...own.options })}`,
    ...consumers.map((consumer) => `  ${consumerText(own, consumer)}`),
  ];
}

function consumerText(own: MessageQueue | Bus, consumer: QueueConsumer): string {
  const { component, part } = consumer.call;
  const { maxNumberOfMessages, ...fields } = consumer;
  const text = fieldsText(own.rules.polled ? { ...fields, maxNumberOfMessages } : fields);
  return `${own.name}.${consumer.name} -> ${component}.${part}: ${text}`;
}

/** `visibilityTimeout 30s, fifo false`: names as in a scenario. */
function fieldsText(own: object): string {
  return Object.entries(own)
    .filter(([name]) => !APART.has(name))
    .map(([name, value]) => {
      if (!name.endsWith('Ns')) return `${name} ${valueText(value)}`;
      const text = typeof value === 'number' ? formatDuration(value) : 'none';
      return `${name.slice(0, -2)} ${text}`;
    })
    .join(', ');
}

function valueText(value: unknown): string {
  if (value === Infinity) return 'unlimited';
  return value === null ? 'none' : plainText(value);
}
