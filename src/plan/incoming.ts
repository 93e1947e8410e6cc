import { routeOf, type RequestLine } from '../language/routes.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Request } from '../contracts/scenario/workloads.js';
import type { Step } from '../contracts/scenario/steps.js';
import { eachStep } from '../language/each-step.js';
import { listsOfRequest, listsOfServers } from '../language/fallback-steps.js';

/**
 * A call that reaches a gateway. `request`: the user request that makes it; null = a service or the steps of a route
 * make it.
 */
export interface Incoming {
  readonly line: RequestLine;
  readonly request: Request | null;
}

/** All calls that reach each gateway. A gateway forwards requests, so they also reach the gateways after it. */
export function incomingOf(
  scenarios: readonly [Scenario, ...Scenario[]],
): ReadonlyMap<string, readonly Incoming[]> {
  const [scenario] = scenarios;
  const incoming = new Map<string, Incoming[]>();
  const known = new Set<string>();
  const open: { readonly name: string; readonly one: Incoming }[] = [];
  const add = (name: string, one: Incoming): void => {
    if (!scenario.gateways.has(name)) return;
    const id = `${name} ${identityOf(one.line)} ${numberOf(one.request)}`;
    if (known.has(id)) return;
    known.add(id);
    const list = incoming.get(name);
    if (list === undefined) incoming.set(name, [one]);
    else list.push(one);
    open.push({ name, one });
  };
  const numbers = new Map<Request, number>();
  const numberOf = (request: Request | null): number => {
    if (request === null) return -1;
    if (!numbers.has(request)) numbers.set(request, numbers.size);
    return numbers.get(request)!;
  };
  const note = (step: Step, request: Request | null): void => {
    if (step.verb !== 'call' || step.self || step.to.part !== null) return;
    const { method, path, host, headers } = step;
    add(step.to.component, { line: { method, path, host, headers }, request });
  };
  const read = (lists: Iterable<readonly Step[]>, request: Request | null): void => {
    for (const steps of lists) eachStep(steps, (step) => note(step, request));
  };
  for (const workload of scenario.workloads.values()) {
    for (const request of workload.requests) read(listsOfRequest(workload, request), request);
  }
  for (const own of scenarios) read(listsOfServers(own), null);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, one } = next;
    for (const { gateways } of scenarios) {
      const route = routeOf(gateways.get(name)!, one.line);
      for (const { target } of route?.to ?? [])
        if (target.part === null) add(target.component, one);
      const mirror = route?.mirror?.target;
      if (mirror?.part === null) add(mirror.component, one);
    }
  }
  return incoming;
}

function identityOf({ method, path, host, headers }: RequestLine): string {
  return JSON.stringify([method, path, host, ...[...headers].flat()]);
}
