import { isFeedback } from './feedback.js';
import type { CascadeResult, Influence } from '../../contracts/result/cascade.js';
import { byCodeUnit } from '../../text/order.js';

type Loop = CascadeResult['loops'][number];

/**
 * Feedback loops: for each influence on a cycle, the shortest cycle through it; each cycle once. Loops of retries and
 * hedges come first, those with the larger share before the others. Where a caller and its callee both retry, their
 * loops form one, from the first caller to the last callee.
 */
export function loopsOf(influences: readonly Influence[]): readonly Loop[] {
  const order = [...influences].sort(
    (a, b) =>
      Number(isFeedback(b.mechanism)) - Number(isFeedback(a.mechanism)) ||
      b.share - a.share ||
      byCodeUnit(a.from, b.from) ||
      byCodeUnit(a.to, b.to),
  );
  const covered = new Set<Influence>();
  const loops: Loop[] = [];
  for (const influence of order) {
    if (covered.has(influence)) continue;
    const back = shortestWay(influence.to, influence.from, influences);
    if (back === null) continue;
    const through = [influence.from, ...back.map(({ from }) => from)];
    const parts = [influence, ...back];
    // Later influences between the same lanes lie on the same cycle.
    for (const each of influences) {
      if (parts.some(({ from, to }) => from === each.from && to === each.to)) covered.add(each);
    }
    loops.push({ through, mechanism: influence.mechanism });
  }
  return chained(loops);
}

/** Joins loops of a caller and one callee: a -> b and b -> c become a -> b -> c. */
function chained(loops: readonly Loop[]): readonly Loop[] {
  const isPair = ({ through, mechanism }: Loop): boolean =>
    isFeedback(mechanism) && through.length === 2;
  const pairs = loops.filter(isPair);
  const chains: Loop[] = [];
  const extend = (through: readonly string[], mechanism: string): void => {
    const last = through[through.length - 1];
    const next = pairs.filter(
      (pair) => pair.through[0] === last && !through.includes(pair.through[1]),
    );
    if (next.length === 0) chains.push({ through, mechanism });
    for (const pair of next) extend([...through, pair.through[1]], mechanism);
  };
  for (const pair of pairs) {
    const isFirst = !pairs.some((other) => other.through[1] === pair.through[0]);
    if (isFirst) extend(pair.through, pair.mechanism);
  }
  const covered = new Set(chains.flatMap(({ through }) => pairsOf(through)));
  const others = loops.filter((loop) => !isPair(loop) || !covered.has(pairsOf(loop.through)[0]));
  return [...chains, ...others];
}

function pairsOf(through: readonly string[]): string[] {
  return through.slice(1).map((to, i) => `${through[i]} ${to}`);
}

/** Fewest influences that lead from one lane to another, by breadth-first search; null if there is no path. */
function shortestWay(
  from: string,
  to: string,
  influences: readonly Influence[],
): readonly Influence[] | null {
  const ways = new Map<string, readonly Influence[]>([[from, []]]);
  const open = [from];
  for (const name of open) {
    const way = ways.get(name)!;
    if (name === to) return way;
    for (const influence of influences) {
      if (influence.from !== name || ways.has(influence.to)) continue;
      ways.set(influence.to, [...way, influence]);
      open.push(influence.to);
    }
  }
  return null;
}
