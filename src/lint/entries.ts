import { positionIn } from './positions.js';
import type { Path } from '../scenario/located.js';
import type { Middleware } from '../contracts/scenario/middleware.js';
import { componentOf } from './calls.js';
import { sectionOf } from './demand.js';
import { reach } from './reach.js';
import type { Subject } from './subject.js';

/** A part that users call: a route of a gateway, or an endpoint of a service. */
export interface Entry {
  readonly part: string;
  /** Its middleware, in order. */
  readonly chain: readonly Middleware[];
  readonly path: Path;
  /** Components that its requests reach behind it. */
  readonly behind: readonly string[];
}

/** The parts that users call, in the order of the calls. */
export function entriesOf(subject: Subject): readonly Entry[] {
  const { scenario, calls } = subject;
  const fromUsers = calls.filter(({ caller }) => scenario.workloads.has(caller));
  return [...new Set(fromUsers.map(({ to }) => to))].flatMap((part): readonly Entry[] => {
    const component = componentOf(part);
    const name = part.slice(component.length + 1);
    const at = [sectionOf(scenario, component), component];
    const routes = scenario.gateways.get(component)?.routes ?? [];
    const index = positionIn(routes, name);
    const chain = routes[index]?.chain ?? scenario.services.get(component)?.middleware;
    if (chain === undefined) return [];
    const all = new Set([...reach(subject, [part], () => true)].map(componentOf));
    const behind = [...all].filter((one) => one !== component);
    const path = index < 0 ? [...at, 'endpoints', name] : [...at, 'routes', index];
    return [{ part, chain, path, behind }];
  });
}

/** Whether requests get an id that all records of a request share. */
export function correlates({ chain }: Entry): boolean {
  return chain.some(({ name, dryRun }) => name === 'correlate' && !dryRun);
}
