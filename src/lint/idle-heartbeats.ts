import type { Finding } from './rule.js';
import { limitOfCall } from './limits.js';
import type { Subject } from './subject.js';
import { timeText, yamlAt } from './words.js';

/** Heartbeats whose timeout is no shorter than the time limit of each command, which then always comes first. */
export function idleHeartbeats({ calls, scenario }: Subject): readonly Finding[] {
  return [...scenario.sagas.values()].flatMap(({ name, orchestration, steps }) => {
    const heartbeatNs = orchestration?.heartbeatNs;
    if (heartbeatNs === undefined) return [];
    const commands = steps.flatMap(({ call, compensation }) =>
      [call, compensation].flatMap((to) => (to === null ? [] : [`${to.component}.${to.part}`])),
    );
    const own = calls.filter(
      ({ path, to }) => path[0] === 'sagas' && path[1] === name && commands.includes(to),
    );
    const longestNs = Math.max(...own.map((call) => limitOfCall(call).callNs));
    if (heartbeatNs < longestNs) return [];
    return [
      {
        path: ['sagas', name, 'heartbeatTimeout'],
        entities: [name],
        message: `heartbeatTimeout of ${name} changes nothing`,
        measured: timeText(heartbeatNs),
        limit: `less than the time limit of a command, ${timeText(longestNs)}`,
        fix: yamlAt(['sagas', name], 'heartbeatTimeout: null'),
      },
    ];
  });
}
