import { summarise } from '../analysis/summarise.js';
import type { Proofs } from '../analysis/story/proof.js';
import type { Study } from '../analysis/verdicts/study.js';
import type { Prepared } from '../api/prepare.js';
import type { Result } from '../contracts/result/result.js';
import { VERSION } from '../text/version.js';
import type { Simulated } from './simulate.js';

/**
 * The result document of the runs; `saved` gives the values to which budgets with `of saved` refer, `proofs` what runs
 * without each fault have shown.
 */
export function resultOf(
  { plans }: Prepared,
  { file, records, shortfall, until }: Simulated,
  saved: Study['saved'] = null,
  proofs?: Proofs,
): Result {
  const result = summarise(file, plans, records, VERSION, saved, shortfall?.incomplete, proofs);
  return until === null ? result : { ...result, until };
}
