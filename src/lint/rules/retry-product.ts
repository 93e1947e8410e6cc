import type { Call } from '../calls.js';
import { triesOfMessage, type Consumer } from '../consumers.js';
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
      graph.from(part).some((call) => growth(call) > 1 || of(call.to)),
    );
    const ways = worstWays(graph, subject.consumers);
    return subject.calls
      .filter((call) => growthOf(call.layers) > 1 && !growsBelow(call.to))
      .flatMap((call) => {
        const way = wayBefore(call, ways);
        const factors = factorsOf(way).filter((one) => one > 1);
        const product = factors.reduce((all, one) => all * one, 1);
        return product > MOST ? [findingOf(call, way, factors, product, subject)] : [];
      });
  },
};

/** Attempts of a call for each time that its caller makes it, while its callee fails. */
function growth({ layers, commands }: Call): number {
  return growthOf(layers) * finite(commands);
}

/** An engine that tries for ever does so with ever longer pauses. */
function finite(tries: number): number {
  return tries === Infinity ? 1 : tries;
}

function findingOf(
  call: Call,
  way: Way,
  factors: readonly number[],
  product: number,
  { scenario }: Subject,
): Finding {
  const { start, calls } = unfolded(way);
  const names = [
    ...(start === null ? [] : [start.name]),
    calls[0].from,
    ...calls.map(({ to }) => to),
  ];
  const isWhole = start !== null || scenario.workloads.has(calls[0].caller);
  return {
    path: [...call.policyPath, 'retry', 'attempts'],
    entities: names,
    message: `retries multiply on${isWhole ? '' : ' ...'} ${names.join(' -> ')}`,
    measured: `${factors.map(formatNumber).join(' x ')} = ${formatNumber(product)} attempts`,
    limit: `at most ${MOST}`,
    fix: bundleYaml(call, 'retry:\n  budget: { ratio: 20%, minPerSecond: 1 }'),
  };
}

/** A path of calls, last call first. Its first one is made by a request, or by the handler of a message. */
interface Way {
  readonly call: Call;
  readonly before: Way | null;
  /** The consumer whose handler makes the first call, if that repeats messages. */
  readonly start: Consumer | null;
}

interface Measured extends Way {
  readonly product: number;
  readonly length: number;
}

/**
 * The path to each part with the largest product of retries; of equal ones the longest. The publisher of a message does
 * not notice that its handler fails, so a path begins at the consumer.
 */
function worstWays(graph: Graph, consumers: readonly Consumer[]): WaysTo {
  const repeating = new Map<string, Consumer>();
  for (const consumer of consumers) {
    const tries = triesOfMessage(consumer);
    const known = repeating.get(consumer.part);
    const most = known === undefined ? 1 : triesOfMessage(known);
    if (tries > most) repeating.set(consumer.part, consumer);
  }
  const to = graph.fold<Measured | null>(null, true, (part, of) => {
    const ways = graph.into(part).map((call): Measured => {
      const way = wayBefore(call, { to: of, repeating });
      const before = way.before as Measured | null;
      const earlier = way.start === null ? (before?.product ?? 1) : triesOfMessage(way.start);
      return { ...way, product: earlier * growth(call), length: (before?.length ?? 0) + 1 };
    });
    // Sorting is stable, so equal paths keep the order of the file.
    ways.sort((a, b) => order(b.product, a.product) || b.length - a.length);
    return ways[0] ?? null;
  });
  return { to, repeating };
}

interface WaysTo {
  readonly to: Fold<Measured | null>;
  /** By handler: the consumer that repeats its messages most often. */
  readonly repeating: ReadonlyMap<string, Consumer>;
}

/** A call, after the worse of the two ways to its caller. */
function wayBefore(call: Call, { to, repeating }: WaysTo): Way {
  const start = repeating.get(call.from) ?? null;
  const before = to(call.from);
  const isStart = start !== null && triesOfMessage(start) > (before?.product ?? 1);
  return isStart ? { call, before: null, start } : { call, before, start: null };
}

/** Comparison without a subtraction, because Infinity - Infinity is NaN. */
function order(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function factorsOf(way: Way): readonly number[] {
  const { start, calls } = unfolded(way);
  const own = calls.flatMap(({ commands, layers }) => [finite(commands), growthOf(layers)]);
  return start === null ? own : [triesOfMessage(start), ...own];
}

function unfolded(way: Way): { readonly start: Consumer | null; readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  let { start } = way;
  for (let at: Way | null = way; at !== null; at = at.before) {
    calls.push(at.call);
    ({ start } = at);
  }
  return { start, calls: calls.reverse() };
}
