import { eachStep } from '../language/each-step.js';
import type { Scenario } from '../spec/scenario/scenario.js';
import { shapesOf } from '../spec/scenario/services.js';
import type { Step } from '../spec/scenario/steps.js';
import { BARE_LINE, calledPart, PASSED_ON } from './calls.js';
import { ANSWERS, REQUESTS } from './fault-links.js';
import type { LaidPart, Layout } from './layout.js';
import { Problems } from './problem.js';

/**
 * Bytes of a request whose call says nothing of them: what the endpoint says, behind a route the first
 * of its targets. `hops` bounds gateways that point at each other.
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

/** Bytes of the answer of a part; a route with steps makes its own. */
export function responseBytesOf({ source }: LaidPart): number {
  if (source.kind === 'route') {
    return source.route.steps === null ? PASSED_ON : source.route.responseBytes;
  }
  return source.kind === 'endpoint' ? source.endpoint.responseBytes : 0;
}

/** Whether any message has a size; without one nothing about sizes is looked at. */
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
 * Which messages of a measured edge have a size, as direction bits: none where nothing has one (`isSized`), else those
 * that a route passes on too.
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

/** Whether a step gives an answer of a size of its own. */
function answersSized(steps: readonly Step[]): boolean {
  let found = false;
  eachStep(steps, (step) => {
    if (step.verb === 'respond' && (step.responseBytes ?? 0) > 0) found = true;
  });
  return found;
}
