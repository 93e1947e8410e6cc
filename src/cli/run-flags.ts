import type { Selection } from '../api/prepare.js';
import type { ExplainFlags } from './explain-flags.js';
import type { ExportFlags } from './export-flags.js';
import type { Format } from './flags.js';

export interface RunFlags extends Selection, ExplainFlags, ExportFlags {
  readonly out: string;
  readonly format: readonly Format[];
  readonly json?: string;
  readonly audit?: boolean;
  /** Shows the page in the browser. */
  readonly open?: boolean;
}
