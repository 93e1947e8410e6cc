import type { Outcome } from '../../../contracts/outcome.js';
import type { Dagor } from './dagor.js';
import type { Overload } from './shedding.js';

/** The admission checks of one instance, which a request passes before it reaches the queue. */
export interface Door {
  readonly overload: Overload | null;
  /** Priority levels below this one are refused during overload. */
  readonly spared: number;
  /** The DAGOR admission level, and the index of the user key; null without DAGOR. */
  readonly dagor: Dagor | null;
  readonly userKey: number;
  /** Ids of a limiter and a gate, or -1. */
  readonly limiter: number;
  readonly gate: number;
  /** Outcome of requests that the limiter refuses. */
  readonly refusal: Outcome;
}
