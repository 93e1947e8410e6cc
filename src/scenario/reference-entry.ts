import type { ComponentKind } from '../contracts/component-kind.js';

/** Reference page of a kind of component: description, sources and example. */
export interface ReferenceEntry {
  readonly kind: string;
  readonly component: ComponentKind;
  /** Name of its schema definition, if it differs from that of the component. */
  readonly form?: 'function';
  readonly summary: string;
  readonly sources: readonly string[];
  /** A complete, runnable scenario. */
  readonly example: string;
}
