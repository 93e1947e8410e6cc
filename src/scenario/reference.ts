import type { ComponentKind } from '../spec/component-kind.js';
import { MESSAGING_REFERENCE } from './reference-messaging.js';

/** A kind of component that is no policy: what it is, where it is written, and a file that shows it. */
export interface ReferenceEntry {
  /** Word of its field `kind`. */
  readonly kind: string;
  readonly component: ComponentKind;
  readonly summary: string;
  /** Where its rules come from. */
  readonly sources: readonly string[];
  /** A whole scenario that runs. */
  readonly example: string;
}

/** All of them, one list for each area. */
export const REFERENCE: readonly ReferenceEntry[] = [...MESSAGING_REFERENCE];
