import { entry } from '../../contracts/fields/entry.js';
import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { around } from '../reference/around.js';
import { blockingBound } from './bound.js';
import { ENDS } from './ends.js';
import { boundedFields, consumers, deadLetter, overflow, publishTimeoutNs } from './fields.js';
import { HANDED_OUT, queueKind } from './kind.js';

/** A queue without product-specific rules. */
export const simple = queueKind({
  kind: 'simple',
  isPublished: true,
  schema: (bundle) =>
    entry(
      {
        ...boundedFields,
        kind: field.of(z.literal('simple'), required, 'A queue without the rules of a product.'),
        overflow,
        publishTimeoutNs,
        deadLetter,
        consumers: consumers(bundle),
      },
      'A queue: every message goes to one consumer.',
    ),
  resolve: ({ here, output }) => ({
    ...blockingBound(here, output),
    options: {},
    rules: ENDS.simple,
    receiving: () => HANDED_OUT,
  }),
  reference: {
    kind: 'simple',
    component: 'queue',
    summary:
      'A queue without the rules of a product. Consumers with a free handler get messages in turn; a ' +
      'message is acknowledged after its handling. If the handler fails or its consumer dies, the message ' +
      'returns to its place at once. Publishers wait for room, unless `overflow` says otherwise.',
    sources: ['Hohpe and Woolf 2003, Competing Consumers'],
    example: around(
      'A bounded queue that lets its publishers wait',
      `queues:
  jobs:
    kind: simple
    capacity: 100
    publishTimeout: 1s
    consumers: [ { call: worker.handle } ]`,
      'jobs',
    ),
  },
});
