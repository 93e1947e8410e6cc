import { meanOf } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Discovery } from '../../contracts/scenario/discovery.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { terminationOf } from '../../contracts/scenario/termination.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { handyTime, timeText, yamlAt } from '../words.js';
import { stoppedHosts } from '../stops.js';

/** A process that stops accepting requests while its callers still send them. */
export const stopBeforeCallersKnow: Rule = {
  name: 'stop-before-callers-know',
  severity: 'warning',
  reason:
    'The stop signal and the endpoint update travel in parallel. A process that is stopped first refuses requests that are still sent to it, however well it drains.',
  remedy: 'Keep serving until the endpoint update has arrived everywhere (`lifecycle.preStop`).',
  check: judge,
};

function judge(subject: Subject): readonly Finding[] {
  const { scenario, graph } = subject;
  const { replaces } = scenario.platform;
  return stoppedHosts(subject).flatMap(({ name, lifecycle, discovery }) => {
    const propagationNs = propagationOf(scenario, discovery);
    const { sigtermNs } = terminationOf(lifecycle, replaces);
    if (sigtermNs >= propagationNs || graph.takenBy(name).length === 0) return [];
    const section = sectionOf(scenario, name);
    const preStopNs = lifecycle?.preStopNs ?? 0;
    // The end of the grace period also ends preStop.
    const isCut = preStopNs > sigtermNs;
    const needed = handyTime(2 * propagationNs);
    return {
      path: [section, name, 'lifecycle', isCut ? 'terminationGrace' : 'preStop'],
      entities: [name],
      message: `${name} refuses requests until its callers learn that it stops`,
      measured: `they learn of it after ${timeText(propagationNs)} on average`,
      limit: isCut
        ? `terminationGrace ${timeText(sigtermNs)}`
        : preStopNs === 0
          ? 'no preStop'
          : `preStop ${timeText(sigtermNs)}`,
      fix: yamlAt(
        [section, name],
        `lifecycle: { ${isCut ? 'terminationGrace: 30s' : `preStop: ${needed}`} }`,
      ),
    };
  });
}

/**
 * Mean time until callers know that an instance leaves. Registries from which it removes itself at SIGTERM do not
 * count: `preStop` would only delay that.
 */
function propagationOf({ platform, registries }: Scenario, discovery: Discovery | null): Ns {
  const { endpointPropagation } = platform;
  if (discovery === null) return endpointPropagation === null ? 0 : meanOf(endpointPropagation);
  const delivery = registries.get(discovery.registry)?.delivery;
  if (delivery?.by === 'push') return meanOf(delivery.delay);
  return delivery?.by === 'resolve' ? delivery.ttlNs / 2 : 0;
}
