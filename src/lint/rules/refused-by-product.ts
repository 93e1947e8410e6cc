import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Host } from '../../contracts/scenario/host.js';
import { sectionOf } from '../demand.js';
import { handlersOf, subscriberYaml } from '../handlers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { timeText, yamlAt } from '../words.js';

/** Times that the system behind the scenario refuses, so that it runs with others. */
export const refusedByProduct: Rule = {
  name: 'refused-by-product',
  severity: 'warning',
  reason: 'The real system does not start with this value, so it behaves otherwise than here.',
  remedy: 'Write the value that the system has, or the closest one that the product takes.',
  check: (subject) => [
    ...sessions(subject),
    ...subject.hosts.flatMap((host) => probes(subject, host)),
  ],
};

/** kafka GroupCoordinatorConfig.java: group.min.session.timeout.ms and group.max.session.timeout.ms. */
const SHORTEST: Ns = 6 * NS_PER_SECOND;
const LONGEST: Ns = 1800 * NS_PER_SECOND;

function sessions(subject: Subject): readonly Finding[] {
  return handlersOf(subject).flatMap(({ topic, spec, path }) => {
    const closest = Math.min(LONGEST, Math.max(SHORTEST, spec.sessionNs));
    if (closest === spec.sessionNs) return [];
    const bound = closest === SHORTEST ? 'at least 6 s: group.min' : 'at most 30 min: group.max';
    return {
      path: [...path, 'sessionTimeout'],
      entities: [`${topic.name}.${spec.group}`],
      message: `a broker refuses the members of ${topic.name}.${spec.group} by default`,
      measured: `sessionTimeout is ${timeText(spec.sessionNs)}`,
      limit: `${bound}.session.timeout.ms of Kafka`,
      fix: yamlAt(
        ['topics', topic.name],
        subscriberYaml(spec, `sessionTimeout: ${closest / NS_PER_SECOND}s`),
      ),
    };
  });
}

/**
 * kubernetes pkg/apis/core/types.go: the times of a probe are whole seconds. A readiness probe alone may be the check of
 * a load balancer, such as HAProxy, which counts milliseconds.
 */
function probes({ scenario }: Subject, { name, probes }: Host): readonly Finding[] {
  if (probes === null || (probes.liveness ?? probes.startup ?? null) === null) return [];
  return KINDS.flatMap((kind) => {
    const probe = probes[kind];
    if (probe === null) return [];
    const path = [sectionOf(scenario, name), name, 'probes', kind];
    return FIELDS.flatMap(([field, own]): Finding | [] => {
      const time = probe[own];
      if (time % NS_PER_SECOND === 0) return [];
      return {
        path: [...path, field],
        entities: [name],
        message: `Kubernetes has no such ${kind} probe of ${name}`,
        measured: `${field} is ${timeText(time)}`,
        limit: `whole seconds: ${field}Seconds`,
        fix: yamlAt(path, `${field}: ${Math.ceil(time / NS_PER_SECOND)}s`),
      };
    });
  });
}

const KINDS = ['startup', 'liveness', 'readiness'] as const;
const FIELDS = [
  ['period', 'periodNs'],
  ['timeout', 'timeoutNs'],
  ['initialDelay', 'initialDelayNs'],
] as const;
