import type { ComponentHeadroom } from './headroom.js';
import type { Result } from './result.js';

/** The document of `faultline capacity --json`: how much load a variant holds. Durations in seconds. */
export interface CapacityResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly variant: string;
  readonly replications: number;
  /** Share by which the two ends of a limit differ at most. */
  readonly resolution: number;
  /** Requests per second of the file at its busiest time, all users together, and of each workload. */
  readonly load: number;
  readonly workloads: readonly { readonly name: string; readonly rate: number }[];
  /** The time at which most requests come, in seconds; null where the load is steady. All rates are those of this time. */
  readonly busiest: { readonly from: number; readonly until: number } | null;
  /** Workloads without a rate, such as a fixed number of users: their load stays. */
  readonly fixed: readonly string[];
  /** Texts of the budgets that have to hold in calm. */
  readonly budgets: readonly string[];
  /** Workloads whose answers no budget judges: 99 % of their full answers at the load of the file have to remain. */
  readonly kept: readonly string[];
  /** Components that were used at the load of the file and have no limit: no load fills them. */
  readonly unlimited: readonly string[];
  /** All workloads in calm first, then each workload alone, then each fault. */
  readonly limits: readonly CapacityLimit[];
  /** For each fault with one `for`: how long it may last at the load of the file. Empty where that load does not hold in calm. */
  readonly lengths: readonly CapacityLength[];
  /** What the load that is asked for needs, or a quarter more than the limit; null = nothing was found to try. */
  readonly need: CapacityNeed | null;
  /** How far the limit without faults moves within the ranges of measured values (`± 5 %` in a comment); null without any. */
  readonly ranges: CapacityRanges | null;
  readonly runs: number;
  readonly interrupted?: true;
}

/** The limit without faults at other values of the measured inputs, within their ranges. */
export interface CapacityRanges {
  /** Values with a range, draws of all of them, and draws with a value that is not allowed. */
  readonly inputs: number;
  readonly draws: number;
  readonly leftOut: number;
  /** The limits of the draw with the lowest and with the highest one; null after an interrupt. */
  readonly low: CapacityRange | null;
  readonly high: CapacityRange | null;
  /**
   * The value that moves the limit most alone, and by which shares at the ends of its range, as the use of the fullest
   * resource says; null if none does.
   */
  readonly most: {
    readonly path: string;
    /** Half of its range, as a share of the value. */
    readonly half: number;
    readonly from: number;
    readonly to: number;
  } | null;
  readonly runs: number;
}

/** A limit at other values of the inputs, as multiples of the load with these values, and in requests per second. */
export type CapacityRange = Pick<CapacityLimit, 'holds' | 'breaks' | 'rate'>;

/** The limit of one load. Factors are multiples of the load of the file. */
export interface CapacityLimit {
  /** The workload that grows alone; null = all together. */
  readonly workload: string | null;
  /** The fault that is active; null = none. */
  readonly fault: string | null;
  /** Largest factor at which the budgets hold; 0 = at none that was tried. */
  readonly holds: number;
  /** Smallest factor at which they do not; null = they hold at all that were tried. */
  readonly breaks: number | null;
  /** Requests per second of what grows, at `holds`. */
  readonly rate: number;
  /** The resource that is full beyond the limit; null if none is. */
  readonly full: ComponentHeadroom | null;
  /** The component that gives in where no resource is full; or `caller->callee`, whose calls run out of connections. */
  readonly gives: string | null;
  /** The calls that a limit of their caller refuses there, where no resource is full and no other component gives in; else null. */
  readonly refused: RefusedCalls | null;
  /** Budgets that break first. */
  readonly broken: readonly string[];
  /** The topic or queue whose consumers handle less than comes to them, where no budget breaks first; else null. */
  readonly behind: string | null;
}

/** Calls that a bulkhead, a rate limit or another configured limit of their caller refuses, or a rate or concurrency limit of the callee. */
export interface RefusedCalls {
  readonly caller: string;
  readonly callee: string;
  /** The one that has the limit. */
  readonly of: 'caller' | 'callee';
  /** The limits on these calls, in words, such as `bulkhead`. */
  readonly by: string;
  /** Share of these calls that are refused. */
  readonly share: number;
  /** The fields with these limits, below their bundle of policies: `bulkhead.maxConcurrent`, `rateLimit`. None of a callee. */
  readonly fields: readonly { readonly bundle: string; readonly field: string }[];
}

/** How long a fault may last, alone, at the load of the file. Durations in seconds. */
export interface CapacityLength extends Pick<
  CapacityLimit,
  'full' | 'gives' | 'refused' | 'broken' | 'behind'
> {
  readonly fault: string;
  /** As in the file. */
  readonly now: number;
  /** Longest one at which the budgets hold; 0 = at none that was tried. */
  readonly holds: number;
  /** Shortest one at which they do not; null = they hold at all that were tried. */
  readonly breaks: number | null;
}

/** Settings with which a load holds. */
export interface CapacityNeed {
  /** Multiple of the load of the file. */
  readonly factor: number;
  readonly rate: number;
  /** It was asked for; otherwise it is the next step. */
  readonly isAsked: boolean;
  /** Whether the budgets hold with the settings. */
  readonly holds: boolean;
  readonly settings: readonly {
    readonly path: string;
    readonly from: string | null;
    readonly to: string;
  }[];
  /** Cost of the run without and with the settings, both at this load; null without prices. */
  readonly cost: { readonly from: number; readonly to: number } | null;
  /** Where the load does not hold and no resource is full: the calls that a limit refuses; else null. */
  readonly refused: RefusedCalls | null;
  /** The fullest resource where no setting helps, full or not; null if there is none. */
  readonly stuck: ComponentHeadroom | null;
  /** Errors that lint finds with the settings, and not without them: the search ends there. */
  readonly brought: readonly {
    readonly rule: string;
    readonly message: string;
    readonly measured: string;
    readonly limit: string;
  }[];
}
