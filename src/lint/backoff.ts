import type { RetryTraits } from '../contracts/patterns/policy-traits.js';

/** Why calls that failed together come back together; null = they are spread. */
export function spreadFlaw({ delays }: RetryTraits): string | null {
  switch (delays) {
    case 'none':
      return 'do not wait at all';
    case 'equal':
      return 'wait equally long in every call';
    case 'jittered':
      return null;
  }
}

/** What the delays of a retry lack; null = they grow and are spread. */
export function backoffFlaw(retry: RetryTraits): string | null {
  const first = retry.longestBackoffNs(2);
  // The delays of a library that are not configured are known to grow.
  const isConstant = first > 0 && retry.longestBackoffNs(3) <= 2 * first;
  return spreadFlaw(retry) ?? (isConstant ? 'wait no longer from try to try' : null);
}
