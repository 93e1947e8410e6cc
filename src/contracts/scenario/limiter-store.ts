import { z } from 'zod';
import { REFERENCE_PATTERN } from '../fields/common.js';
import { entry, type Filled } from '../fields/entry.js';
import { absent, field, requiredIf } from '../fields/field.js';
import { except } from '../fields/pick.js';
import type { Target } from './target.js';

const reference = z.string().regex(REFERENCE_PATTERN);
const reactions = ['allow', 'reject'] as const;

/** Store of the state that a policy of calls shares. */
export const policyStoreSchema = entry({
  latency: field.cost(
    requiredIf('without `of`, else defaults to 0ms'),
    'Round-trip time of one lookup, which every decision waits for; it comes before the call of `of`.',
  ),
  of: field.of(
    reference,
    absent('none: only the latency counts'),
    'Endpoint or database operation called before each decision, by the same caller under its `outbound` ' +
      'policies.',
  ),
  onError: field.choice(
    reactions,
    absent('allow'),
    'Behaviour when the lookup fails: `allow` lets the call pass as if there were no such policy, `reject` ' +
      'refuses it as the policy would. Needs `of`.',
  ),
  cacheNs: field.duration(
    absent(),
    'How long the calling instance caches a refusal (per value of `key`): it refuses without a lookup, even ' +
      'if the shared state changes. Admissions are not cached.',
  ),
});

const limiterFields = {
  latency: field.cost('0ms', 'Round-trip time of one lookup.'),
  of: field.of(
    reference,
    absent(),
    'Endpoint or operation called for each lookup, with its network, load and faults, under the `outbound` ' +
      'policies of the host.',
  ),
  onError: field.choice(
    reactions,
    'allow',
    'Whether a request passes unlimited when the call of `of` fails; with false it is answered 500.',
  ),
  cacheNs: field.duration(
    absent(),
    'How long this instance caches a refusal (per value of `key`): it refuses without a lookup and without a ' +
      'retry hint. Admissions are not cached.',
  ),
};

/** Store of a limiter of a server. `withError`: with `onError`, unless the library has its own setting for it. */
export function limiterStoreSchema(withError: boolean) {
  return entry(
    withError ? limiterFields : except(limiterFields, ['onError']),
    'Store of a shared counter outside the process; the request waits for it.',
  );
}

/** A store as it is written. */
export type WrittenStore = z.output<typeof policyStoreSchema>;

/** A store outside the process: each query to it takes a latency, or is a call of its component. */
export interface LimiterStore extends Filled<Omit<WrittenStore, 'of'>, 'latency' | 'onError'> {
  /** Endpoint or operation that is called; null = only the latency counts. */
  readonly of: Target | null;
}
