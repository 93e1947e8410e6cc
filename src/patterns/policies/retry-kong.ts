import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { whole } from '../../spec/quantities.js';
import {
  budgetField,
  hasBudget,
  onField,
  retrying,
  retryProblems,
} from '../mechanisms/retrying.js';
import { retryTraits } from '../mechanisms/retry-traits.js';

const schema = z.strictObject({
  attempts: whole({ min: 1, max: 32768 })
    .prefault(6)
    .describe(
      'Tries in all, the first included (retries 5 of the service, and the first); 1 never ' +
        'retries. Each follows the failure at once: Kong has no back-off. Unit: attempts. ' +
        'Defaults to 6.',
    ),
  on: onField(
    '[connect], and timeout and reset where the callee endpoint is idempotent: nginx sends no ' +
      'other request twice, and Kong passes every answer on, a 503 too',
  ),
  budget: budgetField(),
});

/** Retries of a Kong service. */
export const retryKong: PolicyKind<'retry', typeof schema> = {
  policy: 'retry',
  kind: 'kong',
  isDefault: false,
  summary: 'Kong service: five more tries at once after a failed connection, none after an answer.',
  sources: [
    'Kong/kong kong/db/schema/entities/services.lua, kong/runloop/balancer/init.lua',
    'nginx proxy_next_upstream error timeout',
  ],
  level: 'call',
  schema,
  example: 'retry: { kind: kong, attempts: 3 }\n',
  traits: (config) => retryTraits(config),
  state: 'scoped',
  keyed: 'states',
  remembers: hasBudget,
  create: (config, setup) =>
    retrying(setup, config, { on: ['connect'], onIdempotent: ['connect', 'timeout', 'reset'] }),
  check: retryProblems,
};
