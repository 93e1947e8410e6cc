import { eventCycle, eventEdges } from '../../scenario/modules/topics/event-cycle.js';
import type { Finding, Rule } from '../rule.js';
import { handlersOf, subscriberYaml } from '../handlers.js';
import { wayText, yamlAt } from '../words.js';

/** Messages that always cause further messages of the same kind. */
export const eventCycleRule: Rule = {
  name: 'event-cycle',
  severity: 'error',
  reason:
    'Every message that completes the cycle triggers the next one, so the first event never comes to an end.',
  remedy: 'Break the cycle: publish only when something has changed, or let subscribers filter.',
  check: (subject) => {
    const { scenario } = subject;
    const calls = subject.calls.map(({ from, to }) => ({
      from,
      to,
      certain: true,
      times: 1,
      tries: 1,
    }));
    const events = eventEdges(scenario);
    const circle = eventCycle(events, calls, ({ certain }) => certain);
    if (circle === null) return [];
    const first = events.find(({ from, to }) => circle.includes(from) && circle.includes(to))!;
    const { topic, spec, path } = handlersOf(subject).find(
      (one) =>
        one.topic.name === first.topic &&
        `${one.spec.call.component}.${one.spec.call.part}` === first.to,
    )!;
    const finding: Finding = {
      path: [...path, 'call'],
      entities: circle,
      message: `${wayText(circle)} go round in messages for ever`,
      measured: `${circle.length - 1} parts, each of which publishes whenever it runs`,
      limit: 'a step on the way that may end it',
      fix: yamlAt(['topics', topic.name], subscriberYaml(spec, 'filter: 50%')),
    };
    return [finding];
  },
};
