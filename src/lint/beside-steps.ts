import { OWN_PROJECTOR } from '../contracts/scenario/projections.js';
import { targetOf } from '../language/databases.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Target } from '../contracts/scenario/target.js';
import type { Path } from '../scenario/located.js';
import { consumersOf } from './consumers.js';
import { servicesOr } from './service-section.js';

/** A query that no step makes: of an inbox before a handler, of the relay of an outbox, of a projection after a batch. */
interface CallBesideSteps {
  readonly from: string;
  readonly to: Target;
  readonly path: Path;
  /** Queries for each message, row or batch. */
  readonly times: number;
  /** No request and no message waits for it. */
  readonly background: boolean;
}

/** All queries beside the steps of programs. */
export function callsBesideSteps(scenario: Scenario): readonly CallBesideSteps[] {
  const { services, projections } = scenario;
  const common = { times: 1, background: true };
  return [
    ...consumersOf(scenario).flatMap(({ part, spec: { inbox }, path }): CallBesideSteps[] => {
      const query = inbox?.query ?? null;
      if (query === null) return [];
      const own = { times: 1, background: false, path: [...path, 'inbox', 'database'] };
      return [{ ...own, from: part, to: targetOf(query) }];
    }),
    ...[...services.values()].flatMap((service): CallBesideSteps[] => {
      const { name, outbox } = service;
      const query = outbox?.query ?? null;
      if (outbox === null || query === null) return [];
      const path = [servicesOr(service), name, 'outbox', 'relayQuery'];
      // A poll, and the mark of each of its rows.
      const times = 1 + 1 / outbox.batchSize;
      return [{ ...common, from: relayOf(name), to: targetOf(query), path, times }];
    }),
    ...[...projections.values()].flatMap((own): CallBesideSteps[] => {
      if (own.lifecycle !== 'async' || own.writes === null) return [];
      const path = ['projections', own.name, 'writes'];
      return [{ ...common, from: projectorOf(own), to: targetOf(own.writes), path }];
    }),
  ];
}

/** Whether a call is a poll of a relay or the write of a projection, for which no request and no message waits. */
export function isOwnWork({ path }: { readonly path: Path }): boolean {
  return path[0] === 'projections' || path.at(-1) === 'relayQuery';
}

/** The part that relays the rows of the outbox of a service. */
export function relayOf(service: string): string {
  return `${service}.outbox`;
}

/** The part that does the work of an asynchronous projection. */
export function projectorOf({
  name,
  service,
}: {
  readonly name: string;
  readonly service: string | null;
}): string {
  return service === null ? `${name}.${OWN_PROJECTOR}` : `${service}.${name}`;
}
