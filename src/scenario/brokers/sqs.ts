import { z } from 'zod';
import { rate } from '../../spec/quantities.js';
import { brokerFields } from './fields.js';
import { brokerKind } from './kind.js';

const schema = z
  .strictObject({
    ...brokerFields,
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
  })
  .describe('A quota that queues share.');

/** Amazon SQS in an account: a service without visible nodes. */
export const sqs = brokerKind({
  kind: 'sqs',
  hasLogs: false,
  schema,
  resolve: ({ output: { maxThroughput = Infinity } }) => ({
    options: { maxThroughput },
    quota: maxThroughput,
  }),
  unfit: () =>
    'it has no nodes that could fail: aim at its queues, or at their publishers and consumers',
  reference: {
    kind: 'sqs',
    component: 'broker',
    summary:
      'Amazon SQS in an account: nobody sees its nodes, and none fails. What it has is a quota: the queues on it take ' +
      '`maxThroughput` messages in each full second, all together, and beyond it a publisher is answered ' +
      '`throttled`. Receiving and deleting are not counted.',
    sources: [
      'Amazon SQS developer guide: message quotas (300 API calls/s for each action of a FIFO queue)',
    ],
    example: `faultline: 1
title: A FIFO queue takes 300 messages a second
run: { duration: 30s }
brokers: { aws: { kind: sqs, maxThroughput: 300/s } }
queues:
  jobs: { kind: sqs, fifo: true, broker: aws, waitTime: 20s, consumers: [ { call: worker.handle, concurrency: 10 } ] }
services:
  worker: { replicas: 2, endpoints: { handle: [ work: 5ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: request } ] } }
workloads:
  users: { arrivals: poisson(400/s), requests: [ { call: api.submit } ] }
`,
  },
});
