import type { ExplainFlags } from './explain-flags.js';
import type { Selection } from '../api/prepare.js';

export interface CheckFlags extends Selection, ExplainFlags {
  readonly junit?: string;
  readonly markdown?: string;
  readonly json?: string;
  readonly github?: boolean;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly against?: string;
  /** With `against`: an undecided comparison counts as broken. */
  readonly strict?: boolean;
  readonly maxRuns?: number;
}
