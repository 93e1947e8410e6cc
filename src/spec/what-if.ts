/** Changes of the command line: the texts `path=value`, and the variant that they make, if it is one of its own. */
export interface WhatIfWords {
  readonly set: readonly string[];
  readonly as: string | null;
}
