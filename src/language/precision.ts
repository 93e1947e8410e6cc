import type { Precision } from '../contracts/scenario/until.js';
import { checkMeasure, type ExpressionNames } from './expression-check.js';
import { EXAMPLE } from './expression-problems.js';
import { ExpressionError, Scanner, type ExpressionProblem } from './expression-scan.js';
import { parseMeasure } from './expression.js';
import { findMetric, type Metric } from './metrics.js';

/** Why no number of runs reaches a precision: such figures have no interval. */
const EXACT_ENDINGS: ReadonlySet<string> = new Set(['max', 'min']);

/** What follows a metric: the half-width of its interval, with its place in the text. */
interface Written extends Precision {
  readonly unit: string;
  readonly offset: number;
}

/** Parses `METRIC [WINDOW] [in VARIANT ...] within QUANTITY`. Reports the first problem only. */
export function parsePrecision(
  text: string,
): { readonly ok: true; readonly read: Precision } | ({ readonly ok: false } & ExpressionProblem) {
  const match = /^(.*\S)\s+within\s+/s.exec(text);
  if (match === null) {
    const message = 'expected a metric and how closely it is to be known, or `decided`';
    const allowed = ['users.latency.p99 within 5%', 'decided'];
    return { ok: false, message, offset: 0, found: text, allowed };
  }
  const parsed = parseMeasure(match[1]!);
  if (!parsed.ok) return parsed;
  try {
    const scanner = new Scanner(text);
    const offset = (scanner.offset = match[0].length);
    const { value, unit, percent } = scanner.quantity();
    if (!scanner.atEnd()) scanner.fail('expected the end of the text', []);
    const found = findMetric(parsed.measure.metric.name);
    const isShare = found.known === 'yes' && found.metric.unit === 'share';
    const isRelative = percent && !isShare;
    const read: Written = { ...parsed.measure, text, within: value, isRelative, unit, offset };
    return { ok: true, read };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, ...error.problem };
    throw error;
  }
}

/** Problems of a parsed precision, given the names of the scenario. Empty if it is valid. */
export function checkPrecision(
  precision: Precision,
  names: ExpressionNames,
): readonly ExpressionProblem[] {
  const { metric: path } = precision;
  const problems = [...checkMeasure(precision, names)];
  const found = findMetric(path.name);
  if (found.known !== 'yes') return problems;
  if (path.subject.kind === 'cascade' || EXACT_ENDINGS.has(path.name.at(-1)!)) {
    const message = `${path.name.join('.')} has no interval, so runs cannot narrow it`;
    problems.push({ message, offset: path.nameOffset, found: path.name.join('.'), allowed: [] });
  }
  return [...problems, ...widthProblems(precision as Written, found.metric)];
}

function widthProblems(
  { within, isRelative, unit, offset }: Written,
  metric: Metric,
): readonly ExpressionProblem[] {
  const at = { offset, found: String(within) };
  if (!(within > 0) || (isRelative && within >= 1)) {
    return [{ ...at, message: 'must be above 0, and a percentage below 100%', allowed: ['5%'] }];
  }
  const isFit =
    isRelative || unit === metric.unit || (metric.unit === 'share' && unit === 'number');
  if (isFit) return [];
  const message = `${metric.name} is no ${unit}: write a percentage, or its own unit`;
  return [{ ...at, message, allowed: ['5%', EXAMPLE[metric.unit]] }];
}
