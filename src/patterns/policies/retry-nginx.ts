import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { field } from '../../contracts/fields/field.js';
import { budgetField, onField, type RetryConfig } from '../mechanisms/retrying.js';
import { startBeforeField } from '../mechanisms/start-window.js';
import { retries } from '../mechanisms/retry-traits.js';

interface NginxConfig extends RetryConfig {
  readonly nonIdempotent?: boolean;
}

const schema = z.strictObject({
  attempts: whole({ min: 1, max: 100_000 }).describe(
    'Total servers tried, including the first (proxy_next_upstream_tries, whose default 0 ' +
      'means each server of the upstream once); 1 never retries. The next server is tried at ' +
      'once: nginx has no back-off. Unit: attempts. Required.',
  ),
  on: onField(
    '[connect], plus timeout and reset if the callee endpoint is idempotent: ' +
      'proxy_next_upstream error timeout; responses are passed on',
  ),
  nonIdempotent: field.flag(
    false,
    'Whether also a POST, LOCK or PATCH that was sent goes to the next server after the outcomes of `on` ' +
      '(`non_idempotent`). A call has the `method` of its endpoint; without one it counts as GET.',
  ),
  startBefore: startBeforeField('proxy_next_upstream_timeout'),
  budget: budgetField(),
});

/** proxy_next_upstream of nginx. */
export const retryNginx: PolicyKind<'retry', typeof schema> = {
  ...retries(
    { on: ['connect'], onIdempotent: ['connect', 'timeout', 'reset'] },
    // Servers already tried are skipped.
    (config: NginxConfig) => ({
      ...config,
      otherInstance: true,
      onlyUnsent: config.nonIdempotent === true ? [] : ['POST', 'LOCK', 'PATCH'],
    }),
  ),
  kind: 'nginx',
  summary: 'nginx proxy_next_upstream: tries the next server at once after an error or a timeout.',
  sources: [
    'nginx ngx_http_proxy_module proxy_next_upstream, proxy_next_upstream_tries, proxy_next_upstream_timeout',
    'nginx/nginx src/http/ngx_http_upstream.c (ngx_http_upstream_next)',
    'nginx/nginx src/http/ngx_http_upstream_round_robin.c',
  ],
  schema,
  example: 'retry: { kind: nginx, attempts: 3 }\n',
};
