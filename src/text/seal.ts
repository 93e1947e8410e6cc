import { canonicalJson } from './canonical.js';
import { checksum } from './checksum.js';

/**
 * A file that the program reads back, as text: one line of JSON with keys sorted by code unit, and a line end. It begins
 * with the checksum of all its other values.
 */
export function sealed(values: object): string {
  const text = canonicalJson(unsealed(values));
  return `{"checksum":"${checksum(text)}",${text.slice(1)}\n`;
}

/** The checksum of all values of a document but its own; their order and their spaces do not matter. */
export function sealOf(document: object): string {
  return checksum(canonicalJson(unsealed(document)));
}

function unsealed(document: object): object {
  const { checksum: _own, ...values } = document as { readonly checksum?: unknown };
  return values;
}
