import { COMPARE_OPS, type CompareOp } from '../contracts/compare.js';
import type {
  Expression,
  Limit,
  Measure,
  MetricPath,
  Reference,
  StepsClause,
  Subject,
  WindowClause,
} from '../contracts/scenario/expression.js';
import { ExpressionError, Scanner, type ExpressionProblem } from './expression-scan.js';
import { METRIC_WORDS } from './metrics.js';

type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | ({ readonly ok: false } & ExpressionProblem);
type ParsedMetric =
  { readonly ok: true; readonly metric: MetricPath } | ({ readonly ok: false } & ExpressionProblem);

export {
  checkExpression,
  checkMeasure,
  checkMetric,
  type ExpressionNames,
} from './expression-check.js';

/** Parses an expression of a budget or hypothesis. Reports the first problem only. */
export function parseExpression(text: string): ParsedExpression {
  return attempt(() => ({ ok: true, expression: expression(new Scanner(text)) }));
}

type ParsedCondition =
  | { readonly ok: true; readonly expression: Expression; readonly forNs: number }
  | ({ readonly ok: false } & ExpressionProblem);

/** Parses the condition of a fault: `METRIC OP LIMIT [for DURATION]`. */
export function parseCondition(text: string): ParsedCondition {
  return attempt(() => {
    const scanner = new Scanner(text);
    const metric = metricPath(scanner);
    const op = opOf(scanner);
    const limit = limitOf(scanner);
    const forNs = scanner.peekWord() === 'for' && scanner.take('for') ? scanner.durationNs() : 0;
    if (!scanner.atEnd()) scanner.fail('expected `for` and a duration, or the end', ['for 5s']);
    const expression = {
      text: scanner.text.trim(),
      metric,
      op,
      limit,
      window: null,
      steps: null,
      variants: null,
    };
    return { ok: true, expression, forNs };
  });
}

type ParsedMeasure =
  { readonly ok: true; readonly measure: Measure } | ({ readonly ok: false } & ExpressionProblem);

/** Parses a metric of a sweep: `METRIC [WINDOW] [in VARIANT ...]`. */
export function parseMeasure(text: string): ParsedMeasure {
  return attempt(() => {
    const scanner = new Scanner(text);
    const metric = metricPath(scanner);
    if (COMPARE_OPS.some((op) => scanner.text.startsWith(op, scanner.offset))) {
      scanner.fail('a recorded metric has no limit: write the metric alone', []);
    }
    const { window, steps, variants } = clauses(scanner, false);
    if (steps !== null)
      scanner.fail('a metric is recorded over its whole window: remove the steps', []);
    return { ok: true, measure: { text: scanner.text.trim(), metric, window, variants } };
  });
}

/** Formats a metric with its window: `users.latency.p99 during outage`. */
export function measureText({ text }: MetricPath, window: WindowClause | null): string {
  if (window === null) return text;
  if (window.kind !== 'between') return `${text} ${window.kind} ${window.fault}`;
  return `${text} from ${window.fromNs / 1e9}s to ${window.toNs / 1e9}s`;
}

/** Parses the path of a metric without clauses. */
export function parseMetric(text: string): ParsedMetric {
  return attempt(() => {
    const scanner = new Scanner(text);
    const metric = metricPath(scanner);
    if (!scanner.atEnd()) scanner.fail('expected the end of the metric', []);
    return { ok: true, metric };
  });
}

/** Keywords of the clauses after a limit, with an example of each. */
const AS_IN: ReadonlyMap<string, string> = new Map([
  ['during', 'during FAULT'],
  ['before', 'before FAULT'],
  ['after', 'after FAULT'],
  ['from', 'from 60s to 90s'],
  ['always', 'always'],
  ['for', 'for 99% of steps'],
  ['in', 'in VARIANT'],
]);
const CLAUSES = [...AS_IN.keys()];
/** Other words for a clause, and the word of the language. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['at', 'from'],
  ['between', 'from'],
  ['while', 'during'],
  ['when', 'during'],
]);

function attempt<T>(parse: () => T): T | ({ readonly ok: false } & ExpressionProblem) {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, ...error.problem };
    throw error;
  }
}

function opOf(scanner: Scanner): CompareOp {
  const op = COMPARE_OPS.find((candidate) => scanner.take(candidate));
  if (op !== undefined) return op;
  const word = scanner.peekWord();
  const clause = AS_IN.get(ELSEWHERE.get(word) ?? word);
  const which = CLAUSES.includes(word) ? `\`${word}\`` : 'a time';
  const where =
    clause === undefined ? '' : `: ${which} comes after it, as in users.success > 99% ${clause}`;
  return scanner.fail(`expected a comparison${where}`, COMPARE_OPS);
}

function expression(scanner: Scanner): Expression {
  const metric = metricPath(scanner);
  const op = opOf(scanner);
  const limit = limitOf(scanner);
  const isBare =
    limit.kind === 'quantity' && limit.quantity.unit === 'number' && !limit.quantity.percent;
  return { text: scanner.text.trim(), metric, op, limit, ...clauses(scanner, isBare) };
}

/** Reads the clauses to the end of the text. `isBare`: they follow a number without a unit. */
function clauses(
  scanner: Scanner,
  isBare: boolean,
): Pick<Expression, 'window' | 'steps' | 'variants'> {
  let window: WindowClause | null = null;
  let steps: StepsClause | null = null;
  let variants: Expression['variants'] = null;
  while (!scanner.atEnd()) {
    const word = scanner.peekWord();
    if (word === 'in') {
      if (variants !== null) scanner.fail('duplicate `in`', []);
      variants = variantList(scanner);
    } else if (word === 'always' || word === 'for') {
      if (steps !== null)
        scanner.fail('duplicate steps clause: an expression has at most one', ['in']);
      steps = stepsClause(scanner);
    } else if (word === 'strict') {
      scanner.fail(
        '`strict` is not part of the expression: write { expect: ..., strict: true }',
        CLAUSES,
      );
    } else if (CLAUSES.includes(word)) {
      if (window !== null) scanner.fail('duplicate window: an expression has at most one', ['in']);
      window = windowClause(scanner);
    } else {
      const isUnit = isBare && word !== '';
      scanner.fail(
        isUnit ? `${word} is neither a unit nor a clause` : 'expected a clause',
        CLAUSES,
      );
    }
  }
  return { window, steps, variants };
}

function metricPath(scanner: Scanner): MetricPath {
  const start = scanner.offset;
  const first = reference(scanner);
  let subject: Subject;
  if (scanner.take('->')) subject = { kind: 'edge', from: first, to: reference(scanner) };
  else if (first.component === 'cascade' || first.component === 'run') {
    subject = { kind: first.component, offset: start };
  } else if (first.component === 'alerts' && first.part !== null) {
    subject = { kind: 'alert', name: first.part, offset: start };
  } else subject = { kind: 'component', at: first };
  if (!scanner.take('.')) {
    const word = /^(p\d+|mean|max)$/.test(first.component)
      ? `latency.${first.component}`
      : first.component;
    const message = METRIC_WORDS.has(word.split('.')[0]!)
      ? `${word} of what? For example, users.${word}`
      : 'expected a dot and the name of a metric after the component, as in users.latency.p99 < 300ms';
    scanner.fail(message, []);
  }
  const nameOffset = scanner.offset;
  const name = [scanner.name('the name of a metric')];
  while (scanner.take('.')) name.push(scanner.label('a statistic, an outcome or a status'));
  const text = scanner.text.slice(start, scanner.offset).replace(/\s/g, '');
  return { subject, name, nameOffset, text };
}

function reference(scanner: Scanner): Reference {
  const offset = scanner.offset;
  const component = scanner.name('the name of a component');
  if (component === 'canary' || component === 'stable') {
    scanner.offset = offset;
    scanner.fail(`\`${component}\` is available only inside \`rollout.analysis\``, []);
  }
  if (component === 'always' && !'.[-'.includes(scanner.text[scanner.offset] ?? '.')) {
    scanner.offset = offset;
    scanner.fail('`always` comes after the limit, as in users.success > 99% always', []);
  }
  const version = scanner.take('@') ? scanner.name('the name of a version') : null;
  const instance = scanner.take('[') ? instanceNumber(scanner) : null;
  const part = component === 'cascade' || component === 'run' ? null : partOf(scanner);
  return { component, version, part, instance, offset };
}

function instanceNumber(scanner: Scanner): number {
  const word = scanner.atQuantity() ? '' : scanner.peekWord();
  if (word !== '') {
    const message = `expected the number of an instance, such as [0]; a version is written @${word}`;
    scanner.fail(message, []);
  }
  const quantity = scanner.quantity();
  if (quantity.unit !== 'number' || quantity.value < 0 || quantity.value % 1 !== 0) {
    scanner.fail('expected the number of an instance, such as [0]', []);
  }
  if (!scanner.take(']')) scanner.fail('expected `]`', [']']);
  return quantity.value;
}

/** A word after a dot is a part unless a metric starts with it. Parts cannot have such names. */
function partOf(scanner: Scanner): string | null {
  const start = scanner.offset;
  if (!scanner.take('.')) return null;
  const word = scanner.peekWord();
  if (word === '' || METRIC_WORDS.has(word)) {
    scanner.offset = start;
    return null;
  }
  const part = scanner.name('a part');
  if (scanner.text[scanner.offset] === '.' || scanner.text.startsWith('->', scanner.offset))
    return part;
  // The last word of a path is the metric, even if no metric has this name.
  scanner.offset = start;
  return null;
}

function limitOf(scanner: Scanner): Limit {
  const offset = scanner.offset;
  if (scanner.atQuantity()) {
    const quantity = scanner.quantity();
    if (scanner.peekWord() !== 'of') return { kind: 'quantity', quantity, offset };
    if (!quantity.percent) scanner.fail('only a percentage can be `of` something', []);
    scanner.take('of');
    return shareOf(scanner, quantity.value);
  }
  if (isMetricNext(scanner)) return { kind: 'metric', metric: metricPath(scanner) };
  if (scanner.peekWord() === 'saved') {
    scanner.fail('write a share of it, as in 110% of saved', []);
  }
  return { kind: 'word', word: scanner.name('a limit'), offset };
}

function shareOf(scanner: Scanner, factor: number): Limit {
  const offset = scanner.offset;
  if (isMetricNext(scanner)) return { kind: 'ofMetric', factor, metric: metricPath(scanner) };
  const name = scanner.label('a variant, `before`, `saved` or a metric');
  if (name === 'before') return { kind: 'ofBefore', factor, offset };
  if (name === 'saved') return { kind: 'ofSaved', factor, offset };
  return { kind: 'ofVariant', factor, variant: name, offset };
}

function isMetricNext(scanner: Scanner): boolean {
  const word = scanner.peekWord();
  if (word === '') return false;
  const next = scanner.offset + word.length;
  return '.[@'.includes(scanner.text[next] ?? ' ') || scanner.text.startsWith('->', next);
}

function windowClause(scanner: Scanner): WindowClause {
  const offset = scanner.offset;
  for (const kind of ['during', 'before', 'after'] as const) {
    if (scanner.peekWord() !== kind) continue;
    scanner.take(kind);
    const at = scanner.offset;
    return { kind, fault: scanner.label('the id of a fault'), offset: at };
  }
  scanner.take('from');
  const fromNs = scanner.durationNs();
  if (scanner.peekWord() !== 'to') scanner.fail('expected `to`', ['to']);
  scanner.take('to');
  const toNs = scanner.durationNs();
  if (toNs <= fromNs) {
    scanner.offset = offset;
    scanner.fail('the window ends before it begins', []);
  }
  return { kind: 'between', fromNs, toNs, offset };
}

function stepsClause(scanner: Scanner): StepsClause {
  const offset = scanner.offset;
  if (scanner.peekWord() === 'always' && scanner.take('always')) return { share: 1, offset };
  scanner.take('for');
  const at = scanner.offset;
  const example = ['for 99% of steps'];
  if (!scanner.atQuantity()) scanner.fail('expected a percentage of the steps', example);
  const { value, percent } = scanner.quantity();
  if (!percent || value <= 0 || value > 1) {
    scanner.offset = at;
    scanner.fail('expected a percentage of the steps above 0% and up to 100%', example);
  }
  for (const word of ['of', 'steps']) {
    if (scanner.peekWord() !== word) scanner.fail(`expected \`${word}\``, example);
    scanner.take(word);
  }
  return { share: value, offset };
}

function variantList(scanner: Scanner): Expression['variants'] {
  scanner.take('in');
  const variants: { name: string; offset: number }[] = [];
  do {
    const offset = scanner.offset;
    variants.push({ name: scanner.label('a variant'), offset });
    if (scanner.take(',')) continue;
  } while (!scanner.atEnd() && !CLAUSES.includes(scanner.peekWord()));
  return variants;
}
