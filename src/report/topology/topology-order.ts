import { groupedBy } from '../../text/order.js';

/** What this needs of the ranked graph of the layout library: its nodes are boxes, groups' borders and bends. */
export interface Ranked {
  nodes(): string[];
  children(v: string): string[];
  parent(v: string): string | undefined;
  node(v: string): unknown;
  predecessors(v: string): string[] | undefined;
  successors(v: string): string[] | undefined;
}

interface Ordered {
  readonly rank: number;
  order: number;
  readonly borderType?: string;
  readonly dummy?: string;
}

/** Rounds after which hardly anything changes, and rounds without progress after which nothing does. */
const ROUNDS = 24;
const IDLE = 6;

/**
 * Moves every node to the place in its rank at which its lines cross the fewest others, until no move helps. The order
 * that the library finds is the start. A group stays together, and no two groups change places.
 */
export function untangle(graph: Ranked): void {
  const all = graph.nodes().filter((v) => graph.children(v).length === 0);
  const at = (v: string): Ordered => graph.node(v) as Ordered;
  const every = [...groupedBy(all, (v) => at(v).rank)]
    .sort(([a], [b]) => a - b)
    .map(([, nodes]) => nodes.slice().sort((a, b) => at(a).order - at(b).order));
  // Ranks of nothing but bends and labels follow the others. A node could not move against them.
  const isBend = (v: string): boolean =>
    at(v).dummy?.startsWith('edge') === true && graph.parent(v) === undefined;
  const loose = every.filter((rank) => rank.every(isBend));
  const ranks = every.filter((rank) => !loose.includes(rank));
  const passed = new Set(loose.flat());
  const beyond = (v: string, way: 'predecessors' | 'successors'): readonly string[] =>
    (graph[way](v) ?? []).flatMap((w) => (passed.has(w) ? beyond(w, way) : [w]));
  const next = new Map(
    all.map((v) => [v, [beyond(v, 'predecessors'), beyond(v, 'successors')] as const]),
  );
  const best = bestOrder(ranks, graph, next, new Map(all.map((v) => [v, at(v).order])));
  for (const rank of loose) {
    const ends = new Map(
      rank.map((v) => [v, next.get(v)!.map(([w]) => best.get(w!)!) as [number, number]]),
    );
    rank.sort((a, b) => {
      const [[from, to], [otherFrom, otherTo]] = [ends.get(a)!, ends.get(b)!];
      return from - otherFrom || to - otherTo;
    });
    rank.forEach((v, i) => best.set(v, i));
  }
  for (const [v, order] of best) at(v).order = order;
}

function bestOrder(
  ranks: readonly string[][],
  graph: Ranked,
  next: Neighbours,
  places: Map<string, number>,
): Map<string, number> {
  let [fewest, best] = [crossingsOf(ranks, next, places), new Map(places)];
  for (let round = 0, idle = 0; idle < IDLE && round < ROUNDS && fewest > 0; round++, idle++) {
    const walk = round % 2 === 0 ? ranks : ranks.slice().reverse();
    // Moves that change nothing lead away from an order that no single move improves.
    for (const rank of walk) sift(rank, graph, next, places, round % 4 >= 2);
    const now = crossingsOf(ranks, next, places);
    if (now < fewest) [fewest, best, idle] = [now, new Map(places), 0];
  }
  return best;
}

type Neighbours = ReadonlyMap<string, readonly (readonly string[])[]>;

/** Places of the nodes to which lines lead, ascending, for each of the two neighbouring ranks. */
type Ends = readonly (readonly number[])[];

/** Moves each node of a rank to its best place. With `isFree` also to an equally good one. */
function sift(
  rank: string[],
  graph: Ranked,
  next: Neighbours,
  places: Map<string, number>,
  isFree: boolean,
): void {
  const ends = new Map<string, Ends>(
    rank.map((v) => [
      v,
      next.get(v)!.map((own) => own.map((w) => places.get(w)!).sort((a, b) => a - b)),
    ]),
  );
  for (const v of rank.slice()) {
    if ((graph.node(v) as Ordered).borderType !== undefined) continue;
    const from = rank.indexOf(v);
    const best = bestPlace(rank, from, graph, ends, isFree);
    if (best === from) continue;
    rank.splice(from, 1);
    rank.splice(best, 0, v);
  }
  rank.forEach((v, i) => places.set(v, i));
}

/** The place of a rank to which a node can move, and where the number of crossings is lowest. */
function bestPlace(
  rank: readonly string[],
  from: number,
  graph: Ranked,
  ends: ReadonlyMap<string, Ends>,
  isFree: boolean,
): number {
  const v = rank[from]!;
  const own = graph.parent(v);
  let [least, best] = [0, from];
  for (const way of [-1, 1]) {
    let change = 0;
    for (let i = from + way; i >= 0 && i < rank.length; i += way) {
      const other = rank[i]!;
      const group = graph.parent(other);
      // The border of its own group.
      if (group === own && (graph.node(other) as Ordered).borderType !== undefined) break;
      const [above, below] = way < 0 ? [v, other] : [other, v];
      change += crossed(ends.get(above)!, ends.get(below)!);
      change -= crossed(ends.get(below)!, ends.get(above)!);
      const beyond = rank[i + way];
      const isInside = group !== own && beyond !== undefined && graph.parent(beyond) === group;
      if (!isInside && (change < least || (isFree && change === least)))
        [least, best] = [change, i];
    }
  }
  return best;
}

/** Crossings between the lines of two nodes if the first is before the second. */
function crossed(first: Ends, second: Ends): number {
  let sum = 0;
  first.forEach((own, side) => {
    const others = second[side]!;
    let before = 0;
    for (const place of own) {
      while (before < others.length && others[before]! < place) before++;
      sum += before;
    }
  });
  return sum;
}

function crossingsOf(
  ranks: readonly (readonly string[])[],
  next: Neighbours,
  places: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const rank of ranks) {
    const after = rank.map((v) => [
      next
        .get(v)![1]!
        .map((w) => places.get(w)!)
        .sort((a, b) => a - b),
    ]);
    after.forEach((first, i) => {
      for (const second of after.slice(i + 1)) sum += crossed(first, second);
    });
  }
  return sum;
}
