import { z } from 'zod';
import { countDistribution, size } from '../../spec/quantities/quantities.js';
import { nameText } from '../../spec/fields/common.js';
import { choice, flag } from '../../spec/quantities/fields.js';
import { acksField } from './producer.js';

/** Fields of a `publish` step. */
export const publishFields = z.strictObject({
  topic: nameText().describe('Name of the topic or queue. Required.'),
  key: nameText()
    .optional()
    .describe(
      'Key whose value determines the partition and the order of a message. Defaults to none.',
    ),
  count: countDistribution()
    .prefault(1)
    .describe(
      'Number of messages to publish. Unit: count or distribution of counts. Defaults to 1.',
    ),
  via: choice(['direct', 'outbox'], 'direct').describe(
    'How the message is sent. `direct`: the message is published at the step. `outbox`: the step writes ' +
      'the message as a row in the database of the service, and the message is published after the row is ' +
      'committed. In a `transaction` on the same database the row is part of that transaction. Defaults to ' +
      'direct.',
  ),
  size: size()
    .prefault(0)
    .describe('Size of each message, key and headers included. Unit: size. Defaults to 0B.'),
  acks: acksField
    .optional()
    .describe(
      'Acknowledgements that the producer waits for. Defaults to those of the `producer` of the topic.',
    ),
  confirm: flag(true).describe('Whether the step waits for the confirmation. Defaults to true.'),
});
export type PublishOutput = z.output<typeof publishFields>;
