import type { Consumption } from '../contracts/scenario/consumers.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Step } from '../contracts/scenario/steps.js';
import { eachStep } from './each-step.js';

/** Number of messages of a full batch of a part, the smallest one of its consumers; 1 if it handles no messages. */
export function batchOf(
  { topics, queues }: Pick<Scenario, 'topics' | 'queues'>,
  part: string,
): number {
  let batch = Infinity;
  const look = (consumers: readonly Consumption[]): void => {
    for (const { call, batch: own } of consumers)
      if (`${call.component}.${call.part}` === part) batch = Math.min(batch, own);
  };
  for (const topic of topics.values()) look(topic.subscribers);
  for (const queue of queues.values()) look(queue.consumers);
  return batch === Infinity ? 1 : batch;
}

/** Whether any step runs once for each message of a batch. */
export function countsMessages(steps: readonly Step[]): boolean {
  let does = false;
  eachStep(steps, (step) => {
    const counts = [step.times];
    if (step.verb === 'loop') counts.push(step.count);
    if (step.verb === 'parallel') counts.push(step.each);
    does ||= counts.some(({ kind }) => kind === 'messages');
  });
  return does;
}
