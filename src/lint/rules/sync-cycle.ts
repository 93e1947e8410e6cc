import type { Call } from '../calls.js';
import { hostOf, sectionOf } from '../demand.js';
import type { Graph } from '../graph.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** Components that wait for each other. */
export const syncCycle: Rule = {
  name: 'sync-cycle',
  severity: 'error',
  reason:
    'All workers can end up waiting for a response that only one of them could give: a deadlock caused by load alone.',
  remedy:
    'Break the cycle: move the shared part into one component, or respond before calling back.',
  check(subject): readonly Finding[] {
    const seen = new Set<string>();
    return [...subject.scenario.services.values(), ...subject.scenario.gateways.values()]
      .filter(({ runtime, concurrency }) => runtime === 'threads' && concurrency < Infinity)
      .flatMap(({ name }) => {
        const circle = circleOf(name, subject);
        if (circle === null) return [];
        const members = [...new Set(circle.map(({ caller }) => caller))].sort().join(' ');
        if (seen.has(members)) return [];
        seen.add(members);
        return [findingOf(name, circle, subject)];
      });
  },
};

function findingOf(name: string, circle: readonly Call[], { scenario }: Subject): Finding {
  const way = [circle[0].from, ...circle.map(({ to }) => to)];
  const last = circle[circle.length - 1];
  const { concurrency = 0, replicas = 0 } = hostOf(scenario, name) ?? {};
  return {
    path: last.path,
    entities: way,
    message: `${name} waits for itself: ${way.join(' -> ')}`,
    measured: `each of its ${replicas * concurrency} workers may wait for another one of them`,
    limit: 'no way back',
    fix: yamlAt([sectionOf(scenario, name), name], 'runtime: async'),
  };
}

/** The shortest path of calls from a part of a component back to the component. */
function circleOf(component: string, { calls, graph }: Subject): readonly Call[] | null {
  const starts = new Set(
    calls.filter(({ caller }) => caller === component).map(({ from }) => from),
  );
  let best: readonly Call[] | null = null;
  for (const start of starts) {
    const found = wayBack(component, start, graph);
    if (found !== null && (best === null || found.length < best.length)) best = found;
  }
  return best;
}

function wayBack(component: string, start: string, graph: Graph): readonly Call[] | null {
  /** The call by which each part was first reached. */
  const by = new Map<string, Call>();
  const open = [start];
  for (let at = 0; at < open.length; at++) {
    for (const call of graph.from(open[at])) {
      if (call.background) continue;
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
