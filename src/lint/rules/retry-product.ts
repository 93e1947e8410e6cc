import type { Call } from '../calls.js';
import type { Fold, Graph } from '../graph.js';
import { growthOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber } from '../../text/figures.js';
import { bundleYaml } from '../words.js';

/** Largest acceptable number of attempts at the end of a path per request at its start. */
const MOST = 9;

/** Retries that multiply along a path. */
export const retryProduct: Rule = {
  name: 'retry-product',
  severity: 'warning',
  reason:
    'Retries on several levels multiply. When the last callee fails, every request turns into the product of all attempts.',
  remedy: 'Retry on one level only, best next to the failure, or give the retries a `budget`.',
  check(subject): readonly Finding[] {
    const { graph } = subject;
    const growsBelow = graph.fold(false, false, (part, of) =>
      graph.from(part).some(({ layers, to }) => growthOf(layers) > 1 || of(to)),
    );
    const ways = worstWays(graph);
    return subject.calls
      .filter((call) => growthOf(call.layers) > 1 && !growsBelow(call.to))
      .flatMap((call) => {
        const chain = callsOf({ call, before: ways(call.from) });
        const factors = chain.map(({ layers }) => growthOf(layers)).filter((one) => one > 1);
        const product = factors.reduce((all, one) => all * one, 1);
        return product > MOST ? [findingOf(call, chain, factors, product, subject)] : [];
      });
  },
};

function findingOf(
  call: Call,
  chain: readonly Call[],
  factors: readonly number[],
  product: number,
  { scenario }: Subject,
): Finding {
  const way = [chain[0].from, ...chain.map(({ to }) => to)];
  const lived = scenario.workloads.has(chain[0].caller) ? '' : ' ...';
  return {
    path: [...call.policyPath, 'retry', 'attempts'],
    entities: way,
    message: `retries multiply on${lived} ${way.join(' -> ')}`,
    measured: `${factors.map(formatNumber).join(' x ')} = ${formatNumber(product)} attempts`,
    limit: `at most ${MOST}`,
    fix: bundleYaml(call, 'retry:\n  budget: { ratio: 20%, minPerSecond: 1 }'),
  };
}

/** A path of calls, last call first. */
interface Way {
  readonly call: Call;
  readonly before: Way | null;
}

interface Measured extends Way {
  readonly product: number;
  readonly length: number;
}

/** The path to each part with the largest product of retries; of equal ones the longest. */
function worstWays(graph: Graph): Fold<Measured | null> {
  return graph.fold<Measured | null>(null, true, (part, of) => {
    const ways = graph.into(part).map((call): Measured => {
      const before = of(call.from);
      const product = (before?.product ?? 1) * growthOf(call.layers);
      return { call, before, product, length: (before?.length ?? 0) + 1 };
    });
    // Sorting is stable, so equal paths keep the order of the file.
    ways.sort((a, b) => order(b.product, a.product) || b.length - a.length);
    return ways[0] ?? null;
  });
}

/** Comparison without a subtraction, because Infinity - Infinity is NaN. */
function order(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function callsOf(way: Way): readonly Call[] {
  const calls: Call[] = [];
  for (let at: Way | null = way; at !== null; at = at.before) calls.push(at.call);
  return calls.reverse();
}
