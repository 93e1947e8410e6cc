import type { Path } from '../scenario/located.js';
import type { Subject } from './subject.js';

/** An item of the checklist. */
export interface Point {
  readonly name: string;
  /** What is counted: follows `3 of 4`. */
  readonly counted: string;
  /** Why nothing could be counted. */
  readonly none: string;
  rate(subject: Subject): Rating;
}

export interface Rating {
  /** Number of places to which the point applies. */
  readonly of: number;
  /** Those that lack it. */
  readonly lacking: readonly Lack[];
}

/** A place that lacks what a point asks for. */
export interface Lack {
  /** Path in the long form of the file. */
  readonly path: Path;
  readonly message: string;
}
