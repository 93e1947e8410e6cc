import type { Result } from '../../src/contracts/result/result.js';
import type { Printed } from './surfaces.mjs';

/** What the texts of a document say, compared with the document. */
export function readingOf(
  result: Result,
  texts: readonly Printed[],
): { readonly read: number; readonly unread: readonly string[]; readonly wrong: readonly string[] };
