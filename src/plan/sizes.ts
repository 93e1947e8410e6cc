import { eachStep } from '../language/each-step.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { shapesOf } from '../contracts/scenario/services.js';
import type { Step } from '../contracts/scenario/steps.js';
import { BARE_LINE, calledPart, PASSED_ON } from './calls.js';
import { ANSWERS, REQUESTS } from './fault-links.js';
import type { LaidPart, Layout } from './layout.js';
import { Problems } from './problem.js';

/**
 * Request size of a callee if the call sets none: that of the endpoint, or for a route that of its first target. `hops`
 * bounds cycles of gateways.
 */
export function requestBytesOf(
  layout: Layout,
  part: LaidPart,
  hops: number = layout.components.length,
): number {
  const { source } = part;
  if (source.kind === 'endpoint') return source.endpoint.requestBytes;
  if (source.kind !== 'route' || hops === 0) return 0;
  const first = source.route.to[0];
  if (first === undefined) return 0;
  const { target } = first;
  const callee = calledPart(layout, target, BARE_LINE, part.name, new Problems());
  return callee === null ? 0 : requestBytesOf(layout, callee, hops - 1);
}

/** Response size of a part. A route with steps has its own. */
export function responseBytesOf({ source }: LaidPart): number {
  if (source.kind === 'route') {
    return source.route.steps === null ? PASSED_ON : source.route.responseBytes;
  }
  return source.kind === 'endpoint' ? source.endpoint.responseBytes : 0;
}

/** Whether any message has a size. Otherwise sizes are ignored. */
export function isSized(
  scenario: Scenario,
  edges: readonly { readonly requestBytes: number }[],
): boolean {
  if (edges.some(({ requestBytes }) => requestBytes > 0)) return true;
  const routes = [...scenario.gateways.values()].flatMap((gateway) => gateway.routes);
  if (routes.some(({ responseBytes, steps }) => responseBytes > 0 || answersSized(steps ?? []))) {
    return true;
  }
  return [...scenario.services.values()]
    .flatMap(shapesOf)
    .some((service) =>
      [...service.endpoints.values()].some(
        ({ requestBytes, responseBytes, steps }) =>
          requestBytes > 0 || responseBytes > 0 || answersSized(steps),
      ),
    );
}

/**
 * Direction bits of the messages with a size, by measured edge: none unless `isSized`; else including those that a
 * route forwards.
 */
export function sizedMessages(
  layout: Layout,
  laid: {
    readonly statEdges: readonly { readonly to: number }[];
    readonly edges: readonly { readonly stat: number; readonly requestBytes: number }[];
  },
  sized: boolean,
): (stat: number) => number {
  if (!sized) return () => 0;
  const requests = new Set<number>();
  for (const { stat, requestBytes } of laid.edges) if (requestBytes !== 0) requests.add(stat);
  return (stat) => {
    const callee = layout.parts[laid.statEdges[stat]!.to]!;
    const hasAnswer = responseBytesOf(callee) !== 0 || answersSized(stepsOf(callee));
    return (requests.has(stat) ? REQUESTS : 0) | (hasAnswer ? ANSWERS : 0);
  };
}

function stepsOf({ source }: LaidPart): readonly Step[] {
  if (source.kind === 'endpoint') return source.endpoint.steps;
  return source.kind === 'route' ? (source.route.steps ?? []) : [];
}

/** Whether any step sets the size of its response. */
function answersSized(steps: readonly Step[]): boolean {
  let found = false;
  eachStep(steps, (step) => {
    if (step.verb === 'respond' && (step.responseBytes ?? 0) > 0) found = true;
  });
  return found;
}
