import { z } from 'zod';
import type { BundleOutput } from './bundle.js';
import { nameText } from '../../spec/fields/common.js';
import { choice, flag } from '../../spec/quantities/fields.js';
import { consumerFields } from './consumer.js';
import {
  boundedFields,
  commitText,
  deadLetter,
  overflow,
  publishTimeout,
} from '../queues/fields.js';

const subscription = (bundle: z.ZodType<BundleOutput>) =>
  z
    .strictObject({
      group: nameText().describe(
        'Name of the subscription, unique in the topic; metrics refer to it. Required.',
      ),
      ...consumerFields(bundle),
      commit: choice(['before', 'afterEach'], 'afterEach').describe(commitText),
    })
    .describe('A subscription with a queue of its own.');

/** A topic that pushes to its subscribers. */
export const busFields = (bundle: z.ZodType<BundleOutput>) =>
  z
    .strictObject({
      ...boundedFields,
      kind: z
        .literal('bus')
        .describe('`bus`: pushes every message to the queue of each subscription. Required.'),
      stored: flag(true).describe(
        'Whether messages are stored until they are handled. With false they are held only by subscriber ' +
          'processes, and messages that arrive while none is up, or fail, are lost. Defaults to true.',
      ),
      ordering: choice(['none', 'key'], 'none').describe(
        '`key`: messages with the same key value are handled one at a time, in order; a message that fails ' +
          'blocks those after it. Defaults to none.',
      ),
      event: z
        .enum(['domain', 'integration', 'system'])
        .optional()
        .describe(
          'Kind of event. `domain`: nothing leaves the process; the endpoints of the subscriptions, all of the ' +
            'same service, run one after the other at the `publish` step, in the transaction around it, and a ' +
            'failure fails the step. `integration`: messages published in a `transaction` are sent right after its ' +
            'commit, and never without it. `system`: every instance of the subscribing services has its own ' +
            'subscription, `GROUP-0` and so on, and handles every message, like a configuration refresh; nothing is ' +
            'stored for an instance that is down. Defaults to none: a message is sent at the step, regardless of ' +
            'the transaction.',
        ),
      overflow,
      publishTimeout,
      deadLetter,
      subscribers: z
        .array(subscription(bundle))
        .default([])
        .describe('Subscriptions; every subscription gets every message. Defaults to none.'),
    })
    .describe('A topic that pushes messages.');
export type BusOutput = z.output<ReturnType<typeof busFields>>;
