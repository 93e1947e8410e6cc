import type { Call } from '../calls.js';
import { Circles } from '../circles.js';
import { hostOf, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { wayText, yamlAt } from '../words.js';

/** Components that wait for each other. */
export const syncCycle: Rule = {
  name: 'sync-cycle',
  severity: 'error',
  reason:
    'All workers can end up waiting for a response that only one of them could give: a deadlock caused by load alone.',
  remedy:
    'Break the cycle: move the shared part into one component, or respond before calling back.',
  check(subject): readonly Finding[] {
    const seen = new Set<string>();
    // A handler of messages waits without a worker.
    const circles = new Circles(
      subject,
      ({ background }) => !background,
      (part) => subject.graph.into(part).length > 0,
    );
    return subject.hosts
      .filter(({ runtime, concurrency }) => runtime === 'threads' && concurrency < Infinity)
      .flatMap(({ name }) => {
        const circle = circles.of(name);
        if (circle === null) return [];
        const members = [...new Set(circle.map(({ caller }) => caller))].sort().join(' ');
        if (seen.has(members)) return [];
        seen.add(members);
        return [findingOf(name, circle, subject)];
      });
  },
};

function findingOf(name: string, circle: readonly Call[], { scenario }: Subject): Finding {
  const way = [circle[0].from, ...circle.map(({ to }) => to)];
  const last = circle[circle.length - 1];
  const { concurrency = 0, replicas = 0 } = hostOf(scenario, name) ?? {};
  return {
    path: last.path,
    entities: way,
    message: `${name} waits for itself: ${wayText(way)}`,
    measured: `each of its ${replicas * concurrency} workers may wait for another one of them`,
    limit: 'no way back',
    fix: yamlAt([sectionOf(scenario, name), name], 'runtime: async'),
  };
}
