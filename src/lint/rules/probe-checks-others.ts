import type { Host } from '../../contracts/scenario/host.js';
import { PROBES } from '../../contracts/scenario/probes.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** A probe that checks a dependency that all replicas share. */
export const probeChecksOthers: Rule = {
  name: 'probe-checks-others',
  severity: 'warning',
  reason:
    'A dependency that all replicas share fails for all of them at once. Then no replica receives requests, or all are restarted, even for requests that do not need the dependency.',
  remedy:
    'Let the probe check the process alone, and let only the calls fail that need the dependency.',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap((host) => judge(subject, host)),
};

function judge({ scenario, callees, written }: Subject, host: Host): readonly Finding[] {
  return PROBES.flatMap((kind) => {
    const endpoint = host.probes?.[kind]?.endpoint ?? null;
    const field = written([sectionOf(scenario, host.name), host.name, 'probes', kind, 'checks'])
      ? 'checks'
      : 'call';
    const asked = endpoint === null ? [] : callees(`${host.name}.${endpoint}`);
    if (asked.length === 0) return [];
    const path = [sectionOf(scenario, host.name), host.name, 'probes', kind];
    return {
      path: [...path, field],
      entities: [host.name, ...asked],
      message: `${host.name} is ${kind === 'readiness' ? 'not called' : 'ended'} where ${asked[0]} does not answer`,
      measured: `${kind} asks ${asked.join(', ')}`,
      limit: 'the process alone',
      fix: yamlAt(path, field === 'call' ? 'call: self' : 'checks: null'),
    };
  });
}
