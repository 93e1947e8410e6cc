import type { Estimate } from './estimate.js';

/**
 * How a subject makes a request fail.
 *
 * - `error`: it fails the request by itself. Subject: the component.
 * - `refused`: it turns the request away: it is full, down or sheds load. Subject: the component.
 * - `own`, `queue`, `connection`, `policies`, `retries`, `network`: the caller gives up, and most of the time until
 *   then is spent there; as in the parts of a path.
 * - `holds`: a component above it turns requests away or lets them wait, because all its workers wait for this one.
 *   Subject: the component.
 * - `opened`: its failures have opened the breaker of a caller, which refuses the call. Subject: the component at which the
 *   last attempt before began to fail, of those of the same calls.
 * - `rejected`: another policy of the caller refuses the call before it is sent. Subject: the edge.
 */
export const BLAME_KINDS = [
  'error',
  'refused',
  'own',
  'queue',
  'connection',
  'policies',
  'retries',
  'network',
  'holds',
  'opened',
  'rejected',
] as const;
export type BlameKind = (typeof BLAME_KINDS)[number];

/** Where failed requests of users begin to fail, by the traced ones. */
export interface Blame {
  /** Failed requests of users, mean of the runs. */
  readonly failed: number;
  /** Time in which as many requests arrive on average, seconds: failed requests as complete outage. */
  readonly outage: number | null;
  /** Traced requests that failed, over all replications. */
  readonly sampled: number;
  /** Largest first; the shares add up to 1. Empty without a traced failure. */
  readonly parts: readonly BlamePart[];
  /** Absent where too few requests were traced. */
  readonly inCommon?: InCommon;
}

/** What traced failed requests have in common, compared with good ones, over all replications. */
export interface InCommon {
  /** Numbers of traced requests. */
  readonly failed: number;
  readonly good: number;
  /** The clearest first; empty where nothing tells them apart. */
  readonly traits: readonly Trait[];
}

/**
 * A trait of requests. `request`: their kind; `call`: a call on their way; `retry`: one that was repeated; `ends`: one that
 * ended so; `instance` and `version`: where an attempt was served.
 */
export interface Trait {
  readonly kind: 'request' | 'call' | 'retry' | 'ends' | 'instance' | 'version';
  readonly value: string;
  /** Shares of the failed and of the good requests that have it. */
  readonly failed: number;
  readonly good: number;
}

export interface BlamePart {
  /** A component, or an edge `caller->callee`. */
  readonly subject: string;
  readonly kind: BlameKind;
  /** Share of the traced failures. */
  readonly share: number;
}

/** Times of one fault, seconds. */
export interface FaultTimes {
  readonly fault: string;
  /** From its start until requests of users degrade; null in runs in which they do not, or did before. */
  readonly onset: Estimate;
  /** From its start to the end of the step in which the largest share fails; null if no more fail than before it. */
  readonly peak: Estimate;
  /** From its end until goodput is back to stay; `never` = number of runs in which it is not. */
  readonly recovery: Estimate & { readonly never: number };
}
