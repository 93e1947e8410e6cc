import type { WhatIf } from '../scenario/edits.js';
import type { WhatIfWords } from '../contracts/scenario/what-if.js';
import { usageError } from './exit.js';
import { changesOf } from '../text/shell.js';

/** Changes that the command line makes to a scenario. */
export interface WhatIfFlags {
  /** `path=value` each. */
  readonly set?: readonly string[];
  /** The name of the variant that they create, in addition to those of the file. */
  readonly as?: string;
}

/** The changes with which a scenario is built; null if the command line has none. */
export function whatIfOf({
  set,
  as,
  variant,
}: WhatIfFlags & { readonly variant?: readonly string[] }): WhatIf | null {
  if (set === undefined) {
    if (as === undefined) return null;
    throw usageError(`--as ${as} names what --set changes: add --set path=value`);
  }
  return { set, as: as ?? null, variants: variant ?? null };
}

/** The options, quoted for a shell. */
export function whatIfCommand({ set = [], as = null }: Partial<WhatIfWords>): string {
  return changesOf({ set, as });
}
