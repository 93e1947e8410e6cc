/** Command-line overrides: the texts `path=value`, and the name of the variant that they define, if any. */
export interface WhatIfWords {
  readonly set: readonly string[];
  readonly as: string | null;
}
