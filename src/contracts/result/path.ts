/**
 * Parts of the critical path of a request: the chain of work and waits that ends with its response, so that the parts
 * add up to its latency.
 *
 * - `own`: inside a component: work, and waits for its cores, locks or sagas. Subject: the component.
 * - `queue`: for a worker of a component. Subject: the component.
 * - `connection`: for a connection of the caller's pool. Subject: the edge between two components.
 * - `policies`: in policies of the caller before the first attempt, such as a bulkhead. Subject: the edge.
 * - `retries`: between two attempts, or until a hedge is sent. Subject: the edge.
 * - `network`: on the way there and back, or for a response that never comes. Subject: the edge.
 */
export const PATH_KINDS = ['own', 'queue', 'connection', 'policies', 'retries', 'network'] as const;
export type PathKind = (typeof PATH_KINDS)[number];

/** Where the time of successful requests goes, from the traced ones. Times in seconds. */
export interface Contributors {
  /** Traced requests that succeeded, over all replications. */
  readonly sampled: number;
  /** Of these the ones with a latency next to the p99, which show it; 0 = too few requests for a p99. */
  readonly near: number;
  /** Latency of the sampled requests. */
  readonly mean: number | null;
  readonly p99: number | null;
  /** Mean latency of those next to the p99. */
  readonly slow: number | null;
  /** Largest first. Their `mean` and `slow` add up to those above. */
  readonly parts: readonly Contributor[];
}

export interface Contributor {
  /** A component, or an edge `caller->callee`. Empty for the sum of all smaller parts. */
  readonly subject: string;
  readonly kind: PathKind | null;
  /** Mean over all sampled requests, and over those next to the p99. */
  readonly mean: number;
  readonly slow: number;
  /** Time that this part 10 % faster saves, on the same paths; null for the sum of the smaller parts. */
  readonly saves: { readonly mean: number; readonly p99: number } | null;
}
