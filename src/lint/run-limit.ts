import type { Ns } from '../kernel/time.js';
import { componentOf } from './calls.js';
import type { Subject } from './subject.js';

/** Time after which every run of a part is ended and leaves its calls; Infinity = it may wait for ever. */
export function runLimit(
  part: string,
  { scenario, consumers, graph }: Pick<Subject, 'scenario' | 'consumers' | 'graph'>,
): Ns {
  const component = componentOf(part);
  const service = scenario.services.get(component);
  const own = service?.endpoints.get(part.slice(component.length + 1))?.timeLimitNs ?? Infinity;
  const platform = service?.environments?.timeoutNs ?? Infinity;
  // The limit of a consumer ends the runs that it starts, not those of requests.
  const handling =
    graph.into(part).length > 0
      ? [Infinity]
      : consumers.flatMap(({ part: handler, spec }) =>
          handler === part ? [spec.policy?.timeoutNs ?? Infinity] : [],
        );
  return Math.min(own, platform, handling.length === 0 ? Infinity : Math.max(...handling));
}
