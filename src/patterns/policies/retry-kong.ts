import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { budgetField, onField } from '../mechanisms/retrying.js';
import { retries } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: field.whole(
    6,
    'Total tries, including the first (retries 5 of the service, plus the first); 1 never retries. A retry follows ' +
      'the failure at once: Kong has no back-off.',
    { unit: 'attempts', min: 1, max: 32768 },
  ),
  on: onField(
    '[connect], plus timeout and reset if the callee endpoint is idempotent: nginx does not ' +
      'repeat other requests, and Kong passes every response on, even a 503',
  ),
  budget: budgetField(),
});

/** Retries of a Kong service. */
export const retryKong: PolicyKind<'retry', typeof schema> = {
  ...retries({ on: ['connect'], onIdempotent: ['connect', 'timeout', 'reset'] }),
  kind: 'kong',
  summary: 'Kong service: five immediate retries after a failed connection, none after a response.',
  sources: [
    'Kong/kong kong/db/schema/entities/services.lua, kong/runloop/balancer/init.lua',
    'nginx proxy_next_upstream error timeout',
  ],
  schema,
  example: 'retry: { kind: kong, attempts: 3 }\n',
};
