import type { Call } from './calls.js';
import type { Graph } from './graph.js';
import type { Subject } from './subject.js';

/** The shortest path of these calls from a part of a component back to the component. */
export function circleOf(
  component: string,
  { calls, graph }: Subject,
  along: (call: Call) => boolean,
): readonly Call[] | null {
  const starts = new Set(
    calls.filter(({ caller }) => caller === component).map(({ from }) => from),
  );
  let best: readonly Call[] | null = null;
  for (const start of starts) {
    const found = wayBack(component, start, graph, along);
    if (found !== null && (best === null || found.length < best.length)) best = found;
  }
  return best;
}

function wayBack(
  component: string,
  start: string,
  graph: Graph,
  along: (call: Call) => boolean,
): readonly Call[] | null {
  /** The call by which each part was first reached. */
  const by = new Map<string, Call>();
  const open = [start];
  for (let at = 0; at < open.length; at++) {
    for (const call of graph.from(open[at])) {
      if (!along(call)) continue;
      if (call.callee === component) return wayTo(start, call, by);
      if (by.has(call.to)) continue;
      by.set(call.to, call);
      open.push(call.to);
    }
  }
  return null;
}

function wayTo(start: string, last: Call, by: ReadonlyMap<string, Call>): readonly Call[] {
  const way = [last];
  while (way[0].from !== start) way.unshift(by.get(way[0].from)!);
  return way;
}
