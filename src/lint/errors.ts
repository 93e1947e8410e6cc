import { positionIn } from './positions.js';
import { powi } from '../kernel/math.js';
import { kindOf, OUTCOME } from '../contracts/outcome.js';
import type { Step } from '../contracts/scenario/steps.js';
import { componentOf, type Call } from './calls.js';
import type { Fold } from './graph.js';
import { serverError, traitsIn, triesOf } from './layers.js';
import type { Subject } from './subject.js';

/**
 * Share of the runs of a part that end with a server error without faults, from the `fail` steps of the programs
 * alone. A lower bound: unknown choices count as not failing.
 */
export function errorShares({ scenario, graph }: Subject): Fold<number> {
  return graph.fold(0, false, (part, of) => {
    const component = componentOf(part);
    const name = part.slice(component.length + 1);
    const endpoint = scenario.services.get(component)?.endpoints.get(name);
    const routes = scenario.gateways.get(component)?.routes;
    const route = routes?.[positionIn(routes, name)];
    let passes = 1 - ownErrorShare(endpoint?.steps ?? route?.steps ?? []);
    for (const call of graph.from(part)) {
      if (call.handled || call.background) continue;
      passes *= 1 - Math.min(1, call.times) * throughLayers(call, of(call.to));
    }
    return 1 - passes;
  });
}

/** Share of calls that fail for the caller, after the retries and the fallback of the call. */
function throughLayers(call: Call, share: number): number {
  const fallback = traitsIn(call.layers, 'fallback');
  if (fallback !== null && fallback.on.has(serverError(500))) return 0;
  return powi(share, Math.min(1000, triesOf(call.layers)));
}

/** Share of the runs of these steps that end with a server error by a `fail` step among them, without faults. */
export function ownErrorShare(steps: readonly Step[]): number {
  let passes = 1;
  for (const step of steps) {
    if (step.when !== null || step.background || step.optional || step.onError !== null) continue;
    passes *= 1 - step.probability * failing(step);
  }
  return 1 - passes;
}

function failing(step: Step): number {
  switch (step.verb) {
    case 'fail': {
      const kind = kindOf(step.outcome);
      return kind === OUTCOME.clientError || kind === OUTCOME.throttled ? 0 : 1;
    }
    case 'choose': {
      const total = step.branches.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
      if (total === 0 || step.branches.some(({ weight }) => weight === null)) return 0;
      return step.branches.reduce(
        (sum, { weight, steps }) => sum + ((weight ?? 0) / total) * ownErrorShare(steps),
        0,
      );
    }
    case 'work':
    case 'wait':
    case 'call':
    case 'publish':
    case 'saga':
    case 'query':
    case 'load':
    case 'append':
    case 'transaction':
    case 'lock':
    case 'cache':
    case 'parallel':
    case 'loop':
    case 'respond':
      return 0;
  }
}
