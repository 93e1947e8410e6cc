/** Types for the test that runs some of the systems. */
export interface System {
  readonly kind: string;
  readonly seed: number;
  /** Requests per second, by hand. */
  readonly capacity: number;
  /** Component, resource and callee that are full at it. */
  readonly resource: string;
  readonly budget: string;
  text(load: number, seconds?: number, patience?: number): string;
}

export const KIND_NAMES: readonly string[];
export function systemOf(kind: string, seed: number): System;
