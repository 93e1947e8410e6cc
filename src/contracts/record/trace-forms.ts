/** Why a caller left an attempt, as far as the outcome does not say so. */
export const LEFT = Object.freeze({
  /** The process of the caller died. */
  died: 1,
  /** The application left the proxy that made the attempt. */
  application: 2,
} as const);

/** What a row of a trace is. Forms above `work` exist only if every row goes to a sink. */
export const FORM = Object.freeze({
  /** A request, an attempt of a call, or a task. */
  work: 0,
  /** A call of an application whose attempts are made by a proxy. */
  call: 1,
  /** A step that publishes messages; `sent` to `answered` is the time until they are confirmed. */
  publication: 2,
} as const);
