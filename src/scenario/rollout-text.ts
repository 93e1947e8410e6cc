import { COMPARE_OPS } from '../contracts/compare.js';
import type { RolloutExpectation, RolloutMetric, Side } from '../contracts/scenario/rollouts.js';
import { ExpressionError, Scanner, type ExpressionProblem } from '../language/expression-scan.js';
import { STATISTICS } from '../language/metrics.js';

type ParsedRollout =
  | { readonly ok: true; readonly expectation: RolloutExpectation }
  | ({ readonly ok: false } & ExpressionProblem);

const SIDES: readonly Side[] = ['canary', 'stable'];
const NAMES: readonly RolloutMetric['name'][] = ['success', 'latency', 'successLatency'];
const EXAMPLES = ['canary.success >= 99%', 'canary.latency.p99 < 200ms'];

/** Parses a condition of an analysis: `canary.METRIC OP LIMIT`. The limit is a quantity or `SHARE of stable.METRIC`. */
export function parseRolloutExpectation(text: string): ParsedRollout {
  try {
    return { ok: true, expectation: expectation(new Scanner(text)) };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, ...error.problem };
    throw error;
  }
}

function expectation(scanner: Scanner): RolloutExpectation {
  const metric = metricOf(scanner);
  const op = COMPARE_OPS.find((candidate) => scanner.take(candidate));
  if (op === undefined) return scanner.fail('expected a comparison', COMPARE_OPS);
  const start = scanner.offset;
  const quantity = scanner.quantity();
  const text = scanner.text.trim();
  if (scanner.peekWord() === 'of') {
    if (!quantity.percent) scanner.fail('only a percentage can be `of` something', []);
    scanner.take('of');
    const of = metricOf(scanner);
    if ((of.name === 'success') !== (metric.name === 'success')) {
      scanner.fail('compare a latency with a latency, or a share with a share', EXAMPLES);
    }
    ended(scanner);
    return { text, metric, op, limit: quantity.value, of };
  }
  const isShare = quantity.unit === 'share' || (quantity.unit === 'number' && quantity.value <= 1);
  const fits = metric.name === 'success' ? isShare : quantity.unit === 'seconds';
  if (!fits) {
    scanner.offset = start;
    const wanted = metric.name === 'success' ? 'a share' : 'a duration';
    scanner.fail(`${metric.name} is ${wanted}`, [metric.name === 'success' ? '99%' : '200ms']);
  }
  ended(scanner);
  return { text, metric, op, limit: quantity.value, of: null };
}

function ended(scanner: Scanner): void {
  if (!scanner.atEnd())
    scanner.fail('expected the end: an analysis always covers the last interval', []);
}

function metricOf(scanner: Scanner): RolloutMetric {
  const start = scanner.offset;
  const side = SIDES.find((one) => scanner.peekWord() === one);
  if (side === undefined) {
    return scanner.fail('expected `canary` or `stable`', EXAMPLES);
  }
  scanner.take(side);
  if (!scanner.take('.')) scanner.fail('expected a dot and the name of a metric', EXAMPLES);
  const word = scanner.name('the name of a metric');
  const name = NAMES.find((one) => one === word);
  if (name === undefined) {
    scanner.offset = start;
    return scanner.fail(
      `an analysis has no metric ${word}`,
      NAMES.map((one) => `${side}.${one}`),
    );
  }
  if (name === 'success') return { side, name, statistic: '' };
  const allowed = STATISTICS.map((statistic) => `${side}.${name}.${statistic}`);
  if (!scanner.take('.')) return scanner.fail(`${name} needs a statistic`, allowed);
  const statistic = scanner.name('a statistic');
  if (!STATISTICS.some((one) => one === statistic)) {
    scanner.offset = start;
    scanner.fail(`${name} has no ${statistic}`, allowed);
  }
  return { side, name, statistic };
}
