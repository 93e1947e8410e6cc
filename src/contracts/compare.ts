/** Operator that compares a figure with a limit. */
export type CompareOp = '<' | '<=' | '>' | '>=' | '==' | '!=';

export const COMPARE_OPS: readonly CompareOp[] = ['<=', '>=', '==', '!=', '<', '>'];

/** Evaluates `value OP limit`. */
export function holds(op: CompareOp, value: number, limit: number): boolean {
  switch (op) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
