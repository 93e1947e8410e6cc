import { absent, field, required } from '../../contracts/fields/field.js';
import { entry } from '../../contracts/fields/entry.js';
import { z } from 'zod';
import type { BundleOutput } from './bundle.js';
import { nameText } from '../../contracts/fields/common.js';
import { choice } from '../../contracts/quantities/fields.js';
import { consumerFields } from '../../contracts/scenario/consumers.js';
import {
  boundedFields,
  commitText,
  deadLetter,
  overflow,
  publishTimeoutNs,
} from '../queues/fields.js';

const subscription = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      group: field.of(
        nameText(),
        required,
        'Name of the subscription, unique in the topic; metrics refer to it.',
      ),
      ...consumerFields(bundle),
      commit: choice(['before', 'afterEach'], 'afterEach').describe(commitText),
    },
    'A subscription with a queue of its own.',
  );

/** A topic that pushes to its subscribers. */
export const busFields = (bundle: z.ZodType<BundleOutput>) =>
  entry(
    {
      ...boundedFields,
      kind: field.of(
        z.literal('bus'),
        required,
        '`bus`: pushes every message to the queue of each subscription.',
      ),
      stored: field.of(
        z.boolean(),
        true,
        'Whether messages are stored until they are handled. With false they are held only by subscriber ' +
          'processes, and messages that arrive while none is up, or fail, are lost.',
      ),
      ordering: field.choice(
        ['none', 'key'],
        'none',
        '`key`: messages with the same key value are handled one at a time, in order; a message that fails blocks ' +
          'those after it.',
      ),
      event: field.of(
        z.enum(['domain', 'integration', 'system']),
        absent('none: a message is sent at the step, regardless of the transaction'),
        'Kind of event. `domain`: nothing leaves the process; the endpoints of the subscriptions, all of the same ' +
          'service, run one after the other at the `publish` step, in the transaction around it, and a failure ' +
          'fails the step. `integration`: messages published in a `transaction` are sent right after its commit, ' +
          'and never without it. `system`: every instance of the subscribing services has its own subscription, ' +
          '`GROUP-0` and so on, and handles every message, like a configuration refresh; nothing is stored for an ' +
          'instance that is down.',
      ),
      overflow,
      publishTimeoutNs,
      deadLetter,
      subscribers: z
        .array(subscription(bundle))
        .default([])
        .describe('Subscriptions; every subscription gets every message. Defaults to none.'),
    },
    'A topic that pushes messages.',
  );
export type BusOutput = z.output<ReturnType<typeof busFields>>;
