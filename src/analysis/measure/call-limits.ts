import type { OutcomeName } from '../../contracts/outcome.js';
import { list } from '../../text/words.js';

/** Policies of a caller that refuse calls by a configured limit, in words. */
const LIMITS: ReadonlyMap<string, string> = new Map([
  ['rateLimit', 'rate limit'],
  ['throttle', 'throttle'],
  ['concurrencyLimit', 'concurrency limit'],
  ['bulkhead', 'bulkhead'],
]);

/** Outcomes of calls that such a limit refuses; those of attempts come from the callee. */
export const UNSENT: readonly OutcomeName[] = ['rejectedBulkhead', 'rejectedRateLimit'];

/** The limits among the layers of a call, in words. */
export function callLimits(layers: readonly { readonly policy: string }[]): string {
  const names = [...LIMITS].filter(([own]) => layers.some(({ policy }) => policy === own));
  return names.length === 0 ? 'connection limit' : list(names.map(([, name]) => name));
}
