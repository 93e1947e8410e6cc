import { z } from 'zod';
import { critical, entryText, extending, inheriting } from '../../contracts/fields/common.js';
import { entry } from '../../contracts/fields/entry.js';
import { logFields, subscriberSchema } from '../../contracts/scenario/messaging.js';
import type { BundleOutput } from './bundle.js';
import { consumerFields } from '../../contracts/scenario/consumers.js';
import { busFields } from './bus.js';

type BundleSchema = z.ZodType<BundleOutput>;

/** A topic that is a log. */
const kafka = (bundle: BundleSchema) =>
  entry(
    {
      ...extending,
      ...entryText,
      critical,
      ...logFields,
      subscribers: z
        .array(subscriberSchema(consumerFields(bundle)))
        .default([])
        .describe('Consumer groups; every group gets every message. Defaults to none.'),
    },
    'A partitioned log.',
  );
export type KafkaOutput = z.output<ReturnType<typeof kafka>>;

/** One topic. */
export function topicSchema(bundle: BundleSchema) {
  const kinds = [kafka(bundle), busFields(bundle)] as const;
  return inheriting(z.discriminatedUnion('kind', kinds).describe('A topic.')).meta({ id: 'topic' });
}
export type TopicOutput = z.output<ReturnType<typeof topicSchema>>;
