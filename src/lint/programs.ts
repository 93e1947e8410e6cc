import type { Path } from '../scenario/located.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { shapeOf, type Service } from '../contracts/scenario/services.js';
import type { Step } from '../contracts/scenario/steps.js';
import { servicesOr } from './service-section.js';

/** An endpoint as a version of its service has it. */
export interface Program {
  readonly part: string;
  /** The service as that version has it. */
  readonly shape: Service;
  /** Name of that version; null = the first one, or the service has none. */
  readonly version: string | null;
  /** Share of the replicas that run it at the start. */
  readonly share: number;
  /** Path of its steps. */
  readonly path: Path;
}

/** All endpoints of a service, and those that other versions have with other steps, middleware or bundles. */
export function programsOf(service: Service): readonly Program[] {
  const { versions } = service;
  const at = [servicesOr(service), service.name];
  const shares = sharesOf(service);
  const others = (versions?.others ?? []).flatMap((version, index) => {
    const isAnother = version.middleware !== null || version.outbound.size > 0;
    const shape = shapeOf(service, version);
    const parts = (isAnother ? shape : version).endpoints.keys();
    return [...parts].map((part): Program => {
      const own = version.endpoints.has(part) ? [...at, 'versions', version.name] : at;
      return {
        part,
        shape,
        version: version.name,
        share: shares[index + 1],
        path: [...own, 'endpoints', part, 'steps'],
      };
    });
  });
  const first = [...service.endpoints.keys()].map((part): Program => {
    const changed = others.reduce((sum, own) => sum + (own.part === part ? own.share : 0), 0);
    const path = [...at, 'endpoints', part, 'steps'];
    return { part, shape: service, version: null, share: 1 - changed, path };
  });
  return [...first, ...others];
}

/** By version, the first one first: its share of the replicas at the start. */
function sharesOf({ versions }: Service): readonly number[] {
  if (versions === null) return [1];
  const { counts, others } = versions;
  if (counts === null) return [1, ...others.map(() => 0)];
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / all);
}

/** Steps that a server runs, once for each place in the file. */
export interface ServerSteps {
  /** The part that runs them: `component.part`. */
  readonly from: string;
  readonly steps: readonly Step[];
  readonly path: Path;
}

/** The steps of all endpoints, in all versions, and of all routes that have steps. */
export function serverSteps({ services, gateways }: Scenario): readonly ServerSteps[] {
  const known = new Set<readonly Step[]>();
  const ofServices = [...services.values()].flatMap((service) =>
    programsOf(service).flatMap(({ part, shape, path }): readonly ServerSteps[] => {
      const { steps } = shape.endpoints.get(part)!;
      if (known.has(steps)) return [];
      known.add(steps);
      return [{ from: `${service.name}.${part}`, steps, path }];
    }),
  );
  const ofGateways = [...gateways].flatMap(([name, { routes }]) =>
    routes.flatMap((route, index): readonly ServerSteps[] => {
      const path = ['gateways', name, 'routes', index, 'steps'];
      return route.steps === null
        ? []
        : [{ from: `${name}.${route.name}`, steps: route.steps, path }];
    }),
  );
  return [...ofServices, ...ofGateways];
}
