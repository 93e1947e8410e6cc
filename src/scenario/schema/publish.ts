import { z } from 'zod';
import { countDistribution, size } from '../../spec/quantities/quantities.js';
import { nameText } from './common.js';
import { acksField } from './producer.js';

/** Fields of a `publish` step. */
export const publishFields = z.strictObject({
  topic: nameText().describe('Name of the topic or queue. Required.'),
  key: nameText()
    .optional()
    .describe('Key whose value decides about partition and order. Defaults to none.'),
  count: countDistribution()
    .prefault(1)
    .describe('How many messages. Unit: count or distribution of counts. Defaults to 1.'),
  via: z
    .enum(['direct', 'outbox'])
    .default('direct')
    .describe(
      '`outbox`: the message is a row of the service that is published by and by, once it is committed; ' +
        'in a `transaction` of the same database with that. Defaults to direct.',
    ),
  size: size()
    .prefault(0)
    .describe('Size of each message, key and headers included. Unit: size. Defaults to 0B.'),
  acks: acksField
    .optional()
    .describe('Acknowledgements to wait for. Defaults to those of the `producer` of the topic.'),
  confirm: z
    .boolean()
    .default(true)
    .describe('Whether the step waits for the confirmation. Defaults to true.'),
});
export type PublishOutput = z.output<typeof publishFields>;
