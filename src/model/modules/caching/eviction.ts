/**
 * The eviction policy of a full cache. Places are those of its entries. Operations take O(1), amortized for SIEVE; only
 * insertion into perfect LFU searches.
 */
export interface Eviction {
  /** A value was requested, whether or not it has an entry. */
  asked(key: number): void;
  /** An entry was added, hit, given another value, or removed. */
  added(place: number, key: number): void;
  hit(place: number, key: number): void;
  replaced(place: number): void;
  removed(place: number): void;
  /** The entry to evict for a value; -1 = the value is not admitted. `u` in (0, 1) decides random eviction. */
  victim(key: number, u: number): number;
}
