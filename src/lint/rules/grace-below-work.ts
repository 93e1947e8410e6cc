import { terminationOf } from '../../contracts/scenario/termination.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { handyTime, timeText, yamlAt } from '../words.js';
import { stoppedHosts } from '../stops.js';

/** A process that is killed before it can finish its requests. */
export const graceBelowWork: Rule = {
  name: 'grace-below-work',
  severity: 'warning',
  reason:
    'Requests that are still in flight when the grace period ends are lost, and their callers start again from the beginning.',
  remedy: 'Make `lifecycle.terminationGrace` longer than `preStop` plus the longest request.',
  check: judge,
};

function judge(subject: Subject): readonly Finding[] {
  const { scenario, graph, demands } = subject;
  return stoppedHosts(subject).flatMap(({ name, lifecycle }) => {
    const { sigtermNs, killedNs, drain } = terminationOf(lifecycle, scenario.platform.replaces);
    const parts = [...new Set(graph.takenBy(name).map(({ to }) => to))];
    const times = parts.map((part) => demands.of(part).elapsedNs);
    const longest = Math.max(0, ...times);
    if (!drain || longest <= killedNs - sigtermNs) return [];
    const section = sectionOf(scenario, name);
    const grace = handyTime((lifecycle?.preStopNs ?? 0) + 2 * longest);
    return {
      path: [section, name, 'lifecycle', 'terminationGrace'],
      entities: [name, parts[times.indexOf(longest)]],
      message: `${name} is killed before it has finished what it has`,
      measured: `${parts[times.indexOf(longest)]} takes ${timeText(longest)} on average`,
      limit: `${timeText(killedNs - sigtermNs)} to drain`,
      fix: yamlAt([section, name], `lifecycle: { terminationGrace: ${grace} }`),
    };
  });
}
