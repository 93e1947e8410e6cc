/** Types for the test that runs some of the cases. */
export interface Case {
  readonly kind: string;
  readonly seed: number;
  readonly group: 'overloaded' | 'slow' | 'metastable';
  /** A scenario document. */
  readonly scenario: unknown;
}

export function caseOf(kind: string, seed: number): Case;
