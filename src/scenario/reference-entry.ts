import type { ComponentKind } from '../spec/component-kind.js';

/** A kind of component that is no policy: what it is, where it is written, and a file that shows it. */
export interface ReferenceEntry {
  /** Word of its field `kind`. */
  readonly kind: string;
  readonly component: ComponentKind;
  /** Definition of the schema that it is written in, where that is not called like the component. */
  readonly form?: 'function';
  readonly summary: string;
  /** Where its rules come from. */
  readonly sources: readonly string[];
  /** A whole scenario that runs. */
  readonly example: string;
}
