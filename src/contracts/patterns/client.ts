/**
 * What becomes of the work inside a layer that its caller leaves. `abort`: it ends at once. `cancel`: the callee is
 * asked to end it, and what it holds is free when the answer to that comes back. `detach`: it runs to its end.
 */
export const LEAVINGS = ['abort', 'cancel', 'detach'] as const;
export type Leaving = (typeof LEAVINGS)[number];

/** A kind of client library, as far as its calls outlive the callers that leave them. */
export interface ClientKind {
  /** Value of `client` in a bundle. */
  readonly client: string;
  readonly leaves: Leaving;
  /** One sentence: which libraries, and what they do when a caller leaves. */
  readonly summary: string;
  /** Public sources for the behaviour. */
  readonly sources: readonly string[];
}
