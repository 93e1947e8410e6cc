import { z } from 'zod';
import { distribution, duration, rate, size, whole } from '../../spec/quantities.js';
import { critical, entryText, extending, inheriting, textMap } from './common.js';
import { cpuSchema, zoneSchema } from './host.js';

const common = {
  ...extending,
  ...entryText,
  critical,
  nodes: whole({ min: 1, max: 1000 })
    .optional()
    .describe('Brokers of the cluster. Unit: count. Defaults to 1.'),
  zone: zoneSchema.optional(),
  external: z.boolean().default(false).describe('Not ours. Defaults to false.'),
  labels: textMap().optional().describe('Selectors of faults.'),
};

const kafka = z
  .strictObject({
    ...common,
    kind: z.literal('kafka').describe('Apache Kafka: topics live on it. Required.'),
    latency: distribution()
      .prefault('0ms')
      .describe(
        'From the sending of a request until the leader has written it, and from there until a ' +
          'follower has: one draw for each. Unit: distribution. Defaults to 0ms.',
      ),
    maxThroughput: rate()
      .optional()
      .describe(
        'Messages a second that one node can write; more wait in line. Unit: rate. Defaults to unlimited.',
      ),
    electionTime: duration()
      .prefault('9s')
      .describe(
        'From the loss of a node until others lead its partitions and its replicas are out of sync ' +
          '(broker.session.timeout.ms). Unit: duration. Defaults to 9s.',
      ),
    uncleanElection: z
      .boolean()
      .default(false)
      .describe(
        'Whether a replica that is out of sync leads when none in sync is up ' +
          '(unclean.leader.election.enable): the partition goes on without what it has not. Defaults to false: it waits.',
      ),
    cpu: cpuSchema
      .optional()
      .describe(
        'Cores of a node. With them the `latency` of the leader is work that requests share them for; ' +
          'without it is a wait. Defaults to none.',
      ),
  })
  .describe('A cluster that topics live on.');

const rabbitmq = z
  .strictObject({
    ...common,
    kind: z.literal('rabbitmq').describe('RabbitMQ: queues of its kind live on it. Required.'),
    electionTime: duration()
      .prefault('500ms')
      .describe(
        'From the loss of the leader of a quorum queue, or the return of a majority, until another member ' +
          'leads. Unit: duration. Defaults to 500ms, the election timeout of Ra.',
      ),
    memoryLimit: size()
      .optional()
      .describe(
        'Messages in all its queues, by the `size` of their `publish` step, above which nobody may publish ' +
          'to any of them; consumers go on (vm_memory_high_watermark). Unit: size. Defaults to none.',
      ),
  })
  .describe('A cluster that queues live on.');

const sqs = z
  .strictObject({
    ...extending,
    ...entryText,
    critical,
    kind: z
      .literal('sqs')
      .describe('Amazon SQS: a service without nodes that could fail. Required.'),
    maxThroughput: rate()
      .optional()
      .describe(
        'Messages that its queues take, all together, in each full second; beyond it `publish` ends with ' +
          '`throttled`, and without `confirm` the message is lost. A FIFO queue without batches has 300/s. Unit: ' +
          'rate. Defaults to unlimited.',
      ),
    zone: zoneSchema.optional(),
    external: z.boolean().default(false).describe('Not ours. Defaults to false.'),
    labels: textMap().optional().describe('Selectors of faults.'),
  })
  .describe('A quota that queues share.');

/** One cluster of brokers. */
export const brokerSchema = inheriting(
  z.discriminatedUnion('kind', [kafka, rabbitmq, sqs]).describe('A cluster of brokers.'),
).meta({ id: 'broker' });
export type BrokerOutput = z.output<typeof brokerSchema>;
