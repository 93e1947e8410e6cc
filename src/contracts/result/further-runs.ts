import type { EnoughChanges } from './enough.js';
import type { Tipping } from './tipping.js';

/** What runs beside the usual ones show of a variant. */
export interface FurtherRuns {
  /** For the variant that the report recommends: the part of its changes that is enough. Absent if no runs show it. */
  readonly enough?: EnoughChanges;
  /** Of a variant with a loop: how close it is to the point from which on it does not come back. Absent without runs for it. */
  readonly tipping?: Tipping;
}
