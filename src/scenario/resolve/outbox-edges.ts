import type { Service } from '../../contracts/scenario/services.js';
import type { Query } from '../../contracts/scenario/target.js';
import type { Step } from '../../contracts/scenario/steps.js';
import { eachStep } from '../../language/each-step.js';
import { listsOfEndpoint } from '../../language/fallback-steps.js';
import type { CallEdge } from './call-edge.js';

/** Calls of an outbox to its database: inserts of the endpoints, and queries of its relay. */
export function outboxEdges(service: Service): readonly CallEdge[] {
  const { name, endpoints, outbox } = service;
  if (outbox === null) return [];
  const edges: CallEdge[] = [];
  for (const [part, endpoint] of endpoints) {
    const { steps } = endpoint;
    const note = (step: Step): void => {
      if (step.verb !== 'publish' || step.via !== 'outbox') return;
      const certain = steps.includes(step) && step.probability === 1 && step.when === null;
      edges.push(edgeOf(`${name}.${part}`, outbox.insert, certain));
    };
    for (const list of listsOfEndpoint(service, endpoint)) eachStep(list, note);
  }
  if (outbox.query !== null) edges.push(edgeOf(`${name}.outbox`, outbox.query, false));
  return edges;
}

function edgeOf(from: string, { database, operation }: Query, certain: boolean): CallEdge {
  return { from, to: `${database}.${operation}`, certain, times: 1, tries: 1 };
}
