import type { WhatIfWords } from '../contracts/scenario/what-if.js';
import { changesOf } from '../text/shell.js';

/** Changes that the command line makes to a scenario. */
export interface WhatIfFlags {
  /** `path=value` each. */
  readonly set?: readonly string[];
  /** The name of the variant that they create, in addition to those of the file. */
  readonly as?: string;
}

/** The options, quoted for a shell. */
export function whatIfCommand({ set = [], as = null }: Partial<WhatIfWords>): string {
  return changesOf({ set, as });
}
