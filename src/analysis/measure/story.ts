import type { CauseFact } from '../../contracts/result/cause.js';
import type { FailureKinds } from './failure-kinds.js';
import type {
  Ending,
  StoryEvent,
  CascadeResult,
  HealthState,
  Influence,
  RunVerdict,
} from '../../contracts/result/cascade.js';

/** The cascade of one run. */
export interface Story {
  readonly events: readonly StoryEvent[];
  readonly states: CascadeResult['states'];
  /** Health by step, of each component and `workload.request`. */
  readonly lanes: ReadonlyMap<string, readonly HealthState[]>;
  readonly influences: readonly Influence[];
  readonly loops: CascadeResult['loops'];
  readonly blastRadius: number;
  readonly depth: number;
  readonly collateral: readonly string[];
  readonly goodputLost: number | null;
  /** Largest attempts per call of any edge; null if no edge had enough calls. */
  readonly amplification: number | null;
  /**
   * User requests that arrived after the first fault (without a fault: all), those of them that failed, and those with
   * a degraded response, such as that of a fallback; and the shares of both before the first fault.
   */
  readonly users: {
    readonly finished: number;
    readonly failed: number;
    readonly degraded: number;
    readonly usualFailed: number;
    readonly usualDegraded: number;
    /** Their harm is little, and other runs have none at that time. */
    readonly isByChance: boolean;
  };
  /** How user requests fail if there is no fault; null if there is one. */
  readonly failures: FailureKinds | null;
  readonly verdict: RunVerdict;
  /** The verdict with its reason. */
  readonly ending: Ending;
  readonly causes: readonly CauseFact[];
  readonly innocent: CascadeResult['innocent'];
}
