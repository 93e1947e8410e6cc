/** How a matcher compares the value of a label. */
export type MatchOp = '=' | '!=' | '=~' | '!~';

/** One condition of a selector: `workload="shoppers"`. */
export interface Matcher {
  readonly label: string;
  readonly op: MatchOp;
  readonly value: string;
  /** Offset in the text of the expression. */
  readonly at: number;
}

/** Series by their name and labels: at an instant, or, with a range, the samples of a time. */
export interface Selector {
  readonly kind: 'selector';
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** Seconds; null = an instant. */
  readonly range: number | null;
  /** Seconds by which it looks back. */
  readonly offset: number;
  readonly at: number;
}

/** Labels by which elements are grouped: those named, or all but those. */
export interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
}

/** How the elements of two sides belong together. */
export interface Matching {
  /** True: only these labels count; false: all but these. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** The side that may have several elements for one of the other; null = one to one. */
  readonly many: 'left' | 'right' | null;
  /** Labels that the result takes from the side with one element. */
  readonly include: readonly string[];
}

/** Operators of two sides, by how tightly they bind. */
export const PRECEDENCE = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<=': 3,
  '<': 3,
  '>=': 3,
  '>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
} as const;
export type BinaryOp = keyof typeof PRECEDENCE;

/** Aggregations over the elements of a vector. */
export const AGGREGATIONS = ['sum', 'avg', 'max', 'min', 'count'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** An expression of PromQL, as far as it is read here. */
export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | Selector
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly args: readonly Expr[];
    }
  | {
      readonly kind: 'aggregate';
      readonly op: Aggregation;
      readonly grouping: Grouping;
      readonly of: Expr;
    }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      /** A comparison gives 0 or 1 instead of a choice of elements. */
      readonly bool: boolean;
      readonly matching: Matching;
    }
  | { readonly kind: 'negate'; readonly of: Expr };

/** What an expression gives: one number, a number for each set of labels, or the samples of a time for each. */
export type ValueType = 'scalar' | 'vector' | 'range';

/** Functions, with the types of their arguments and of what they give. */
export const FUNCTIONS = {
  rate: { args: ['range'], gives: 'vector' },
  increase: { args: ['range'], gives: 'vector' },
  irate: { args: ['range'], gives: 'vector' },
  delta: { args: ['range'], gives: 'vector' },
  avg_over_time: { args: ['range'], gives: 'vector' },
  max_over_time: { args: ['range'], gives: 'vector' },
  min_over_time: { args: ['range'], gives: 'vector' },
  sum_over_time: { args: ['range'], gives: 'vector' },
  count_over_time: { args: ['range'], gives: 'vector' },
  histogram_quantile: { args: ['scalar', 'vector'], gives: 'vector' },
  absent: { args: ['vector'], gives: 'vector' },
  abs: { args: ['vector'], gives: 'vector' },
  clamp_min: { args: ['vector', 'scalar'], gives: 'vector' },
  clamp_max: { args: ['vector', 'scalar'], gives: 'vector' },
  vector: { args: ['scalar'], gives: 'vector' },
  scalar: { args: ['vector'], gives: 'scalar' },
} as const satisfies Record<
  string,
  { readonly args: readonly ValueType[]; readonly gives: ValueType }
>;
export type FunctionName = keyof typeof FUNCTIONS;

/** Type of an expression that was read. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'selector':
      return expr.range === null ? 'vector' : 'range';
    case 'call':
      return FUNCTIONS[expr.name].gives;
    case 'aggregate':
      return 'vector';
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar'
        ? 'scalar'
        : 'vector';
    case 'negate':
      return typeOf(expr.of);
  }
}

/** All selectors of an expression, in the order in which they are written. */
export function selectorsOf(expr: Expr): readonly Selector[] {
  switch (expr.kind) {
    case 'number':
      return [];
    case 'selector':
      return [expr];
    case 'call':
      return expr.args.flatMap(selectorsOf);
    case 'aggregate':
    case 'negate':
      return selectorsOf(expr.of);
    case 'binary':
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)];
  }
}

/** All groupings with `by`, with the expression whose elements they group. */
export function groupingsOf(
  expr: Expr,
): readonly { readonly labels: readonly string[]; readonly of: Expr }[] {
  switch (expr.kind) {
    case 'number':
    case 'selector':
      return [];
    case 'call':
      return expr.args.flatMap(groupingsOf);
    case 'aggregate': {
      const { grouping, of } = expr;
      const own = grouping.without ? [] : [{ labels: grouping.labels, of }];
      return [...own, ...groupingsOf(of)];
    }
    case 'binary':
      return [...groupingsOf(expr.left), ...groupingsOf(expr.right)];
    case 'negate':
      return groupingsOf(expr.of);
  }
}
