import { AGGREGATIONS, FUNCTIONS, PRECEDENCE, typeOf } from './ast.js';
import type {
  Aggregation,
  BinaryOp,
  Expr,
  FunctionName,
  Grouping,
  Matcher,
  Matching,
  MatchOp,
  ValueType,
} from './ast.js';
import { Scan } from './scan.js';

export { PromqlError } from './scan.js';

/*
 * A part of PromQL, as alerting rules use it. Source: prometheus/promql/parser/generated_parser.y, docs/querying. The
 * grammar package for editors has no messages and no types, and would need two packages beside it.
 */

/** Reads an expression. Throws a PromqlError that says where and why. */
export function parsePromql(text: string): Expr {
  const scan = new Scan(text);
  if (scan.isAtEnd) scan.fail('the expression is empty');
  const expr = binary(scan, 1);
  if (!scan.isAtEnd) scan.fail('expected an operator or the end', Object.keys(PRECEDENCE));
  return expr;
}

/** Operators, longest first. */
const OPS = (Object.keys(PRECEDENCE) as BinaryOp[]).sort((a, b) => b.length - a.length);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<=', '<', '>=', '>']);
const SETS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

/** True for an operator that compares numbers. */
export function isComparison(op: BinaryOp): boolean {
  return COMPARISONS.has(op);
}

function binary(scan: Scan, least: number): Expr {
  let left = unary(scan);
  for (let op = nextOp(scan); op !== null && PRECEDENCE[op] >= least; op = nextOp(scan)) {
    const at = scan.at;
    scan.take(scan.rest.slice(0, op.length));
    const bool = scan.takeWord('bool');
    if (bool && !COMPARISONS.has(op)) scan.fail('`bool` is only for comparisons');
    const matching = matchingOf(scan);
    const right = binary(scan, PRECEDENCE[op] + 1);
    checkSides(scan, { op, left, right, bool, at });
    left = { kind: 'binary', op, left, right, bool, matching };
  }
  return left;
}

function nextOp(scan: Scan): BinaryOp | null {
  const word = scan.word.toLowerCase();
  if (word !== '') return SETS.has(word) ? (word as BinaryOp) : null;
  return OPS.find((op) => scan.text.startsWith(op, scan.at)) ?? null;
}

function checkSides(
  scan: Scan,
  side: {
    readonly op: BinaryOp;
    readonly left: Expr;
    readonly right: Expr;
    readonly bool: boolean;
    readonly at: number;
  },
): void {
  const { op, bool, at } = side;
  const types = [typeOf(side.left), typeOf(side.right)];
  if (types.includes('range')) {
    scan.fail(`${op} has a range of samples beside it: write rate(...[5m]) or the like`, [], at);
  }
  const scalars = types.filter((type) => type === 'scalar').length;
  if (SETS.has(op) && scalars > 0) scan.fail(`${op} joins vectors, not numbers`, [], at);
  if (COMPARISONS.has(op) && scalars === 2 && !bool) {
    scan.fail(`a comparison of two numbers needs \`bool\`: ${op} bool`, [`${op} bool`], at);
  }
}

/** `on (...)`, `ignoring (...)`, `group_left (...)`. */
function matchingOf(scan: Scan): Matching {
  const on = scan.takeWord('on');
  const isWritten = on || scan.takeWord('ignoring');
  const labels = isWritten ? labelList(scan) : [];
  const many = scan.takeWord('group_left') ? 'left' : scan.takeWord('group_right') ? 'right' : null;
  if (many !== null && !isWritten) scan.fail('group_left and group_right need on or ignoring');
  const include = many !== null && scan.rest.startsWith('(') ? labelList(scan) : [];
  return { on, labels, many, include };
}

function labelList(scan: Scan): readonly string[] {
  scan.expect('(', 'before the labels');
  const labels: string[] = [];
  while (!scan.take(')')) {
    labels.push(scan.name('the name of a label'));
    if (!scan.take(',') && !scan.rest.startsWith(')')) scan.fail('expected , or )', [',', ')']);
  }
  return labels;
}

function unary(scan: Scan): Expr {
  if (scan.take('-')) {
    const of = unary(scan);
    return of.kind === 'number' ? { kind: 'number', value: -of.value } : { kind: 'negate', of };
  }
  if (scan.take('+')) return unary(scan);
  return primary(scan);
}

function primary(scan: Scan): Expr {
  if (scan.take('(')) {
    const inner = binary(scan, 1);
    scan.expect(')', 'after the expression');
    if (scan.rest.startsWith('[')) refuseSubquery(scan);
    return inner;
  }
  const value = scan.number();
  if (value !== null) return { kind: 'number', value };
  const at = scan.at;
  if (scan.rest.startsWith('{')) {
    scan.fail('a selector needs the name of a metric before its labels');
  }
  const name = scan.name('a metric, a function or a number');
  if (isAggregation(name) && /^(?:\(|by\b|without\b)/i.test(scan.rest)) {
    return aggregate(scan, name.toLowerCase() as Aggregation);
  }
  return scan.rest.startsWith('(') ? call(scan, name, at) : selector(scan, name, at);
}

function isAggregation(name: string): boolean {
  return (AGGREGATIONS as readonly string[]).includes(name.toLowerCase());
}

function aggregate(scan: Scan, op: Aggregation): Expr {
  const before = groupingOf(scan);
  scan.expect('(', `after ${op}`);
  const at = scan.at;
  const of = binary(scan, 1);
  if (typeOf(of) !== 'vector') scan.fail(`${op} needs a vector, not a ${typeOf(of)}`, [], at);
  scan.expect(')', `at the end of ${op}`);
  const grouping = before ?? groupingOf(scan) ?? { without: false, labels: [] };
  return { kind: 'aggregate', op, grouping, of };
}

function groupingOf(scan: Scan): Grouping | null {
  const without = scan.takeWord('without');
  if (!without && !scan.takeWord('by')) return null;
  return { without, labels: labelList(scan) };
}

function call(scan: Scan, name: string, at: number): Expr {
  if (!(name in FUNCTIONS)) {
    const allowed = [...Object.keys(FUNCTIONS), ...AGGREGATIONS];
    scan.fail(`the function ${name} is not among those that are read here`, allowed, at);
  }
  const known = name as FunctionName;
  const wanted: readonly ValueType[] = FUNCTIONS[known].args;
  scan.expect('(', `after ${name}`);
  const args: Expr[] = [];
  while (!scan.take(')')) {
    const from = scan.at;
    const arg = binary(scan, 1);
    if (scan.rest.startsWith('[')) refuseSubquery(scan);
    const type = wanted[args.length];
    if (type === undefined) scan.fail(`${name} has ${wanted.length} arguments`, [], from);
    if (typeOf(arg) !== type) scan.fail(argumentText(name, args.length, type!, arg), [], from);
    args.push(arg);
    if (!scan.take(',') && !scan.rest.startsWith(')')) scan.fail('expected , or )', [',', ')']);
  }
  if (args.length < wanted.length) {
    scan.fail(`${name} has ${wanted.length} arguments, not ${args.length}`, [], at);
  }
  return { kind: 'call', name: known, args };
}

function argumentText(name: string, index: number, type: ValueType, arg: Expr): string {
  const which = index === 0 ? 'first' : 'second';
  const wanted = type === 'range' ? 'a range of samples such as m[5m]' : `a ${type}`;
  return `the ${which} argument of ${name} is ${wanted}, not a ${typeOf(arg)}`;
}

function selector(scan: Scan, name: string, at: number): Expr {
  const matchers = scan.take('{') ? matchersOf(scan) : [];
  let range: number | null = null;
  if (scan.take('[')) {
    range = scan.duration();
    if (scan.rest.startsWith(':')) refuseSubquery(scan);
    scan.expect(']', 'after the range');
  }
  const offset = scan.takeWord('offset') ? scan.duration() : 0;
  if (scan.rest.startsWith('@')) scan.fail('the modifier @ is not read here');
  return { kind: 'selector', name, matchers, range, offset, at };
}

function refuseSubquery(scan: Scan): never {
  return scan.fail('subqueries are not read here: record the inner expression with `record:`');
}

const MATCH_OPS: readonly MatchOp[] = ['=~', '!~', '!=', '='];

function matchersOf(scan: Scan): readonly Matcher[] {
  const matchers: Matcher[] = [];
  while (!scan.take('}')) {
    const at = scan.at;
    const label = scan.name('the name of a label');
    const op = MATCH_OPS.find((sign) => scan.take(sign));
    if (op === undefined) scan.fail('expected a comparison of the label', MATCH_OPS);
    const value = scan.quoted();
    if (op === '=~' || op === '!~') checkRegex(scan, value, at);
    matchers.push({ label, op: op!, value, at });
    if (!scan.take(',') && !scan.rest.startsWith('}')) scan.fail('expected , or }', [',', '}']);
  }
  return matchers;
}

function checkRegex(scan: Scan, value: string, at: number): void {
  try {
    anchored(value);
  } catch {
    scan.fail(`${value} is no regular expression`, [], at);
  }
}

/** The regular expression of a matcher, which must match a whole value. */
export function anchored(value: string): RegExp {
  return new RegExp(`^(?:${value})$`, 's');
}
