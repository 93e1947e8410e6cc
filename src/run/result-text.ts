import { invariant } from '../kernel/invariant.js';
import { canonicalJson } from '../text/canonical.js';
import { sealed } from '../text/seal.js';
import type { Result } from '../contracts/result/result.js';
import type { SweepResult } from '../contracts/result/sweep.js';

/**
 * The result document as text: one line of JSON with keys sorted by code unit, and a line end. Equal results give equal
 * bytes. The document of a run, which is read back, begins with the checksum of its other values. A number that JSON
 * cannot represent is a bug of the program.
 */
export function resultText(result: Result | SweepResult): string {
  requireFinite(result);
  return 'cases' in result ? `${canonicalJson(result)}\n` : sealed(result);
}

function requireFinite(value: unknown): void {
  if (typeof value === 'number') invariant(Number.isFinite(value), 'result-number-not-finite');
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) requireFinite(part);
}
