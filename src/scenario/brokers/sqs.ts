import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { brokerFields } from './fields.js';
import { brokerKind } from './kind.js';

const schema = z
  .strictObject({
    ...brokerFields,
    kind: field.of(
      z.literal('sqs'),
      required,
      'Amazon SQS, a service without nodes that could fail.',
    ),
    maxThroughput: field.rate(
      absent('unlimited'),
      'Quota of messages per full second, shared by all its queues. Above it `publish` ends with `throttled`, ' +
        'and without `confirm` the message is lost. A FIFO queue without batches has 300/s.',
    ),
  })
  .describe('A quota shared by queues.');

/** Amazon SQS in one account: a service whose nodes are not visible. */
export const sqs = brokerKind({
  kind: 'sqs',
  hasLogs: false,
  schema,
  resolve: ({ output: { maxThroughput = Infinity } }) => ({
    options: { maxThroughput },
    quota: maxThroughput,
  }),
  unfit: () => 'it has no nodes that could fail: target its queues or the components that use them',
  reference: {
    kind: 'sqs',
    component: 'broker',
    summary:
      'Amazon SQS in an account: its nodes are not visible and do not fail. It has a quota: its queues ' +
      'together accept `maxThroughput` messages per full second; beyond it a publisher gets `throttled`. ' +
      'Receiving and deleting do not count.',
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
