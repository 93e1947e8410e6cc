import { invariant } from '../kernel/invariant.js';
import { canonicalJson } from '../text/canonical.js';
import { checksum } from '../text/checksum.js';
import type { Result } from '../spec/result/result.js';
import type { SweepResult } from '../spec/result/sweep.js';

/**
 * The result document as text: one line of JSON with keys sorted by code unit, and a line end. Equal results give equal
 * bytes. The document of a run begins with the checksum of its other values. A number that JSON cannot represent is a
 * bug of the program.
 */
export function resultText(result: Result | SweepResult): string {
  requireFinite(result);
  if ('cases' in result) return `${canonicalJson(result)}\n`;
  const { checksum: _old, ...values } = result;
  const text = canonicalJson(values);
  return `{"checksum":"${checksum(text)}",${text.slice(1)}\n`;
}

/** Whether the checksum of a document is that of its other values; their order and their spaces do not matter. */
export function isUnchanged(document: Readonly<Record<string, unknown>>): boolean {
  const { checksum: own, ...values } = document;
  return own === checksum(canonicalJson(values));
}

function requireFinite(value: unknown): void {
  if (typeof value === 'number') invariant(Number.isFinite(value), 'result-number-not-finite');
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) requireFinite(part);
}
