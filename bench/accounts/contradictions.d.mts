import type { Block } from '../../src/report/story/blocks.js';
import type { VariantResult } from '../../src/contracts/result/result.js';

/** Each contradiction in the account of a variant, as a sentence; `blocks`: its story. */
export function contradictionsIn(
  variant: VariantResult,
  blocks: readonly Block[],
): readonly string[];
