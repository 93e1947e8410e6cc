import type { CascadeEvent, CascadeResult, HealthState, Influence } from '../spec/result.js';

/** A verdict on one run. */
export type RunVerdict = CascadeResult['verdicts'][number];

/** The cascade of one run. */
export interface Story {
  readonly events: readonly CascadeEvent[];
  readonly states: CascadeResult['states'];
  /** Health by step, of each component and `workload.request`. */
  readonly lanes: ReadonlyMap<string, readonly HealthState[]>;
  readonly influences: readonly Influence[];
  readonly loops: CascadeResult['loops'];
  readonly blastRadius: number;
  readonly depth: number;
  readonly collateral: readonly string[];
  readonly goodputLost: number | null;
  readonly verdict: RunVerdict;
  readonly innocent: CascadeResult['innocent'];
}
