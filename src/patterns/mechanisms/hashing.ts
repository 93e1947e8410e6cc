import { z } from 'zod';
import { fixedUnit } from '../../kernel/rng.js';
import type { BalancerSetup } from '../../contracts/patterns/balancer.js';

/** Input of the hash of a hashing balancer. */
export const keyField = z
  .string()
  .min(1)
  .describe('Entry of `keys`; its value in the user request selects the instance. Required.');

const TWO_32 = 4294967296;

/** Result register: the words of the last key, as a lineage for draws. */
export const keyLineage = { a: 0, b: 0 };

/** Puts the key of a request into `keyLineage`. */
export function lineageOfKey(setup: BalancerSetup, strand: number): void {
  const value = setup.keyValue(strand);
  keyLineage.a = (value / TWO_32) | 0;
  keyLineage.b = value | 0;
}

/** Hash of the key of a request, from 0 to 1. */
export function hashedKey(setup: BalancerSetup, strand: number): number {
  lineageOfKey(setup, strand);
  const { a, b } = setup.places;
  return fixedUnit(a, b, keyLineage.a, keyLineage.b, 3);
}

/** Whether an instance is among the first `count` of a sorted list. */
export function isCandidate(candidates: Int32Array, count: number, instance: number): boolean {
  for (let k = 0; k < count; k++) if (candidates[k] === instance) return true;
  return false;
}
