import { checksum } from '../../text/checksum.js';

/** Combines several digests, in their order, into one of 16 hex digits. */
export function combineDigests(digests: readonly string[]): string {
  return digests.length === 1 ? digests[0] : checksum(digests.join(''));
}
