import type { MessageQueue, QueueConsumer } from '../../contracts/scenario/queues.js';
import type { Service } from '../../contracts/scenario/services.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** An event source that invokes a function with more concurrency than the function allows. */
export const eventSourceExceedsFunction: Rule = {
  name: 'event-source-exceeds-function',
  severity: 'warning',
  reason:
    'A message that is received but throttled counts as received. Good messages are delayed and end in the dead-letter queue.',
  remedy: 'Limit the event source itself with `concurrency`, so that messages wait in the queue.',
  check: ({ scenario }) =>
    [...scenario.queues.values()].flatMap((queue) =>
      queue.consumers.flatMap((consumer, index) => {
        const service = scenario.services.get(consumer.call.component);
        return service === undefined ? [] : (judge(queue, consumer, index, service) ?? []);
      }),
    ),
};

/** Concurrency of an account. It is raised on request, and is not a limit that a function has for a reason of its own. */
const ACCOUNT = 1000;

function judge(
  queue: MessageQueue,
  consumer: QueueConsumer,
  index: number,
  { name, environments }: Service,
): Finding | null {
  if (environments === null || environments.autoscaler !== null || !consumer.invokes) return null;
  const { reserved, maxConcurrency } = environments;
  const most = reserved ?? maxConcurrency;
  if (consumer.concurrency <= most || (reserved === null && most >= ACCOUNT)) return null;
  const { component, part } = consumer.call;
  const fitting = `{ call: ${component}.${part}, concurrency: ${Math.max(1, most)} }`;
  return {
    path: ['queues', queue.name, 'consumers', index, 'concurrency'],
    entities: [`${queue.name}.${consumer.name}`, name],
    message: `${queue.name} invokes ${name} more often at once than it may run`,
    measured: `${consumer.concurrency} at once`,
    limit: `${reserved === null ? 'maxConcurrency' : 'reserved'} ${most}`,
    fix: yamlAt(['queues', queue.name], `consumers: [ ${fitting} ]`),
  };
}
