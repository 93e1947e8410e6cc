import { field, time, type WayOut } from './product-words.js';

/** Converts milliseconds, as RabbitMQ and Kafka count. */
function millis(value: string | undefined, otherwise: string): string {
  return value !== undefined && /^\d+$/.test(value) ? `${value}ms` : (value ?? otherwise);
}

/**
 * Advice for arguments of RabbitMQ queues and attributes of SQS queues that have another name here. Sources:
 * rabbitmq/rabbitmq-server: deps/rabbit/src/rabbit_amqqueue.erl (check_arguments), Amazon SQS API: SetQueueAttributes.
 */
export const OF_QUEUES: readonly WayOut[] = [
  {
    keys: 'type queuetype xqueuetype',
    because: 'whether a queue of RabbitMQ is a quorum queue is a flag',
    write: (value) => `quorum: ${value === 'classic' ? 'false' : 'true'}`,
  },
  {
    keys: 'deadletterexchange xdeadletterexchange deadletterroutingkey xdeadletterroutingkey deadletterqueue dlx dlq',
    because: 'there are no exchanges; dead letters go to a queue or a topic of the file',
    write: (value) => field('deadLetter', value ?? 'failed-jobs'),
  },
  {
    keys: 'redrivepolicy',
    because: 'its two attributes are fields of the queue',
    write: () => 'deadLetter: failed-jobs, maxReceiveCount: 3',
  },
  {
    keys: 'maxlength xmaxlength',
    because: 'the largest number of messages is the capacity',
    write: (value) => field('capacity', value ?? '10000'),
  },
  {
    keys: 'xmessagettl',
    because: 'durations have a unit',
    write: (value) => field('messageTtl', millis(value, '60s')),
  },
  {
    keys: 'receivemessagewaittimeseconds',
    because: 'durations have a unit',
    write: (value) => field('waitTime', time(value, '20s')),
  },
  {
    keys: 'messageretentionperiod',
    because: 'durations have a unit',
    write: (value) => field('retention', time(value, '4d')),
  },
];

/** Advice for settings of a consumer that belong elsewhere, or have another name. */
export const OF_CONSUMERS: readonly WayOut[] = [
  {
    keys: 'ack acks ackmode acknowledgemode acknowledge autoack noack',
    because: 'when a message is acknowledged is commit',
    write: (value) => `commit: ${/^(true|auto|none)$/i.test(value ?? '') ? 'before' : 'afterEach'}`,
  },
  {
    keys: 'requeue defaultrequeuerejected',
    because: 'where a failed message goes is retry, and what follows its last attempt is onPoison',
    write: (value) =>
      value === 'false'
        ? 'retry: { attempts: 1 }, onPoison: deadLetter, deadLetter: failed-jobs'
        : 'retry: { attempts: 5, mode: requeue }',
  },
  {
    keys: 'prefetch prefetchcount',
    because: 'prefetch is a field of the queue, for each consumer',
    write: (value) => field('prefetch', value ?? '10'),
  },
  {
    keys: 'concurrentconsumers maxconcurrentconsumers maxconcurrentmessages',
    because: 'the number of handlers in each instance is concurrency',
    write: (value) => field('concurrency', value ?? '3'),
  },
  {
    keys: 'waittimeseconds',
    because: 'a long poll is a field of the queue',
    write: (value) => field('waitTime', time(value, '20s')),
  },
];

/** Advice for settings of a Kafka consumer, and of Spring's listener around it. */
export const OF_SUBSCRIBERS: readonly WayOut[] = [
  {
    keys: 'assignor assignors assignmentstrategy partitionassignmentstrategy partitionassignor groupprotocol',
    because: 'how partitions move is the protocol of the group',
    write: (value = '') =>
      `rebalance: { protocol: ${/cooperative/iu.test(value) ? 'cooperative' : value === 'consumer' ? value : 'classic'} }`,
  },
  {
    keys: 'groupinstanceid staticmembership',
    because: 'static membership is a flag of the rebalancing',
    write: () => 'rebalance: { staticMembership: true }',
  },
  {
    keys: 'ackmode acknowledgemode enableautocommit',
    because: 'when the offset is committed is commit',
    write: (value = '', key) =>
      `commit: ${/auto/i.test(key) && value === 'true' ? 'auto' : /record/i.test(value) ? 'afterEach' : 'afterBatch'}`,
  },
  {
    keys: 'dlt dlq deadlettertopic deadletterqueue',
    because: 'a message whose attempts are used up goes where onPoison says',
    write: (value) =>
      `retry: { attempts: 3 }, onPoison: deadLetter, deadLetter: ${value ?? 'failed-orders'}`,
  },
];
