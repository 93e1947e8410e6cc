import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { countDistribution, size } from '../../contracts/quantities/quantities.js';
import { nameText } from '../../contracts/fields/common.js';
import { acksField } from '../../contracts/scenario/producer.js';

/** Fields of a `publish` step. */
export const publishFields = z.strictObject({
  topic: field.of(nameText(), required, 'Name of the topic or queue.'),
  key: field.of(
    nameText(),
    absent(),
    'Key whose value determines the partition and the order of a message.',
  ),
  count: field.of(
    countDistribution(),
    1,
    'Number of messages to publish.',
    'count or distribution of counts',
  ),
  via: field.choice(
    ['direct', 'outbox'],
    'direct',
    'How the message is sent. `direct`: the message is published at the step. `outbox`: the step writes the ' +
      'message as a row in the database of the service, and the message is published after the row is ' +
      'committed. In a `transaction` on the same database the row is part of that transaction.',
  ),
  size: size()
    .prefault(0)
    .describe('Size of each message, key and headers included. Unit: size. Defaults to 0B.'),
  acks: field.of(
    acksField,
    absent('those of the `producer` of the topic'),
    'Acknowledgements that the producer waits for.',
  ),
  confirm: field.of(z.boolean(), true, 'Whether the step waits for the confirmation.'),
});
export type PublishOutput = z.output<typeof publishFields>;
