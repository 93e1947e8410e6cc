/**
 * Combines several digests, in their order, into one of 16 hex digits: FNV-1a over their characters in two halves of
 * 32 bits with different starts.
 */
export function combineDigests(digests: readonly string[]): string {
  if (digests.length === 1) return digests[0];
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (const digest of digests) {
    for (let i = 0; i < digest.length; i++) {
      high = Math.imul(high ^ digest.charCodeAt(i), 0x01000193);
      low = Math.imul(low ^ digest.charCodeAt(i), 0x01000193) ^ (high >>> 15);
    }
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
