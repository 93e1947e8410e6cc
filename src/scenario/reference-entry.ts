import type { ComponentKind } from '../contracts/component-kind.js';

/** Reference page of a kind of component: description, sources and example. */
export interface ReferenceEntry {
  /** Value of its field `kind`. */
  readonly kind: string;
  readonly component: ComponentKind;
  /** Name of its schema definition, if it differs from that of the component. */
  readonly form?: 'function';
  readonly summary: string;
  /** Sources of its rules. */
  readonly sources: readonly string[];
  /** A complete, runnable scenario. */
  readonly example: string;
}
