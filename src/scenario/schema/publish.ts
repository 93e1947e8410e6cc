import { z } from 'zod';
import { countDistribution } from '../../spec/quantities.js';
import { nameText } from './common.js';

/** What a `publish` step says. */
export const publishFields = z.strictObject({
  topic: nameText().describe('Name of the topic or queue. Required.'),
  key: nameText()
    .optional()
    .describe('Key whose value decides about partition and order. Defaults to none.'),
  count: countDistribution()
    .prefault(1)
    .describe('How many messages. Unit: count or distribution of counts. Defaults to 1.'),
  confirm: z
    .boolean()
    .default(true)
    .describe('Whether the step waits for the confirmation. Defaults to true.'),
});
export type PublishOutput = z.output<typeof publishFields>;
