import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Service } from '../../spec/scenario/services.js';
import type { Step } from '../../spec/scenario/steps.js';
import { eachStep } from '../../language/each-step.js';
import { listsOfEndpoint } from '../../language/fallback-steps.js';
import type { CallEdge } from './call-edge.js';

/** Operation of a database. */
interface Query {
  readonly database: string;
  readonly operation: string;
}

/** What messages ask of databases: rows of an outbox, looks of its relay, ids of an inbox. */
export function messageEdges({
  services,
  topics,
}: Pick<Scenario, 'services' | 'topics'>): readonly CallEdge[] {
  const edges: CallEdge[] = [];
  for (const service of services.values()) edges.push(...outboxEdges(service));
  for (const { subscribers } of topics.values()) {
    for (const { call, inbox } of subscribers) {
      const query = inbox?.query ?? null;
      if (query !== null) edges.push(edgeOf(`${call.component}.${call.part}`, query, true));
    }
  }
  return edges;
}

function outboxEdges(service: Service): readonly CallEdge[] {
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
