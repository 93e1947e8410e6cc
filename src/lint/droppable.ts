import { isOwnWork } from './beside-steps.js';
import { componentOf, type Call } from './calls.js';
import { isWaitedFor, reach, requestsOf } from './reach.js';
import { traitsIn } from './layers.js';
import { servicesOr } from './service-section.js';
import { isStore } from './stores.js';
import type { Subject } from './subject.js';

/**
 * Calls that users wait for although nothing depends on them. Such a call is at the end of its endpoint, so no later
 * step uses its result. Its failure changes nothing: it is optional, or a fallback replaces every failure. It asks for
 * an effect, not for data: its callee is not read-only, sends no response of its own size, and calls no other service.
 */
export function droppableCalls(subject: Subject): readonly Call[] {
  const { scenario, calls } = subject;
  const waiting = reach(subject, requestsOf(subject), isWaitedFor);
  const bySteps = new Map(calls.map((call) => [`${call.from} ${call.path.join('.')}`, call]));
  return [...scenario.services.values()].flatMap((service) =>
    [...service.endpoints.values()].flatMap(({ name, steps }) => {
      const part = `${service.name}.${name}`;
      if (!waiting.has(part)) return [];
      const found: Call[] = [];
      for (let index = steps.length - 1; index >= 0; index--) {
        if (steps[index].background) continue;
        const at = [servicesOr(service), service.name, 'endpoints', name, 'steps', index];
        const call = bySteps.get(`${part} ${at.join('.')}`);
        if (call === undefined || !isDroppable(call, subject)) break;
        found.unshift(call);
      }
      // An endpoint that does nothing else exists for this call.
      return found.length === steps.length ? [] : found;
    }),
  );
}

function isDroppable(call: Call, { scenario, graph }: Subject): boolean {
  const endpoint = scenario.services
    .get(call.callee)
    ?.endpoints.get(call.to.slice(call.callee.length + 1));
  if (endpoint === undefined || endpoint.readOnly || endpoint.method === 'GET') return false;
  if (endpoint.responseBytes > 0 || !isWaitedFor(call)) return false;
  const isIgnored =
    call.handled || traitsIn(call.layers, 'fallback')?.on.terms.includes('any') === true;
  const isLeaf = graph
    .from(call.to)
    .every(({ callee, background }) => background || isStore(scenario, callee));
  return isIgnored && isLeaf;
}

/** Number of calls and messages that components send without waiting for the result. */
export function sentWithoutWait({ scenario, calls, publications }: Subject): number {
  const sent = calls.filter(
    (call) => call.background && scenario.services.has(call.caller) && !isOwnWork(call),
  );
  const published = publications.filter(
    ({ from, to }) => scenario.services.has(componentOf(from)) && !scenario.eventStores.has(to),
  );
  return sent.length + published.length;
}
