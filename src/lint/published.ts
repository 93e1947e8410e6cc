import type { Step } from '../contracts/scenario/steps.js';
import { meanCount } from './counts.js';
import type { Subject } from './subject.js';

/**
 * Mean rate per second of messages that are certain to be published to a topic or queue, by the key that they carry;
 * '' = none. Messages published under a condition, in a branch or by an error handler are not counted.
 */
export function publishedTo(
  { scenario, traffic }: Subject,
  topic: string,
): ReadonlyMap<string, number> {
  const { services, workloads } = scenario;
  const rates = new Map<string, number>();
  const read = (part: string, steps: readonly Step[]): void => {
    for (const step of steps) {
      if (step.when !== null) continue;
      const often = step.probability * meanCount(step.times);
      if (step.verb === 'transaction' && often === 1) read(part, step.steps);
      if (step.verb !== 'publish' || step.topic !== topic) continue;
      const perSecond = (traffic.mean.get(part) ?? 0) * often * meanCount(step.count);
      rates.set(step.key ?? '', (rates.get(step.key ?? '') ?? 0) + perSecond);
    }
  };
  for (const [name, { endpoints }] of services) {
    for (const [part, { steps }] of endpoints) read(`${name}.${part}`, steps);
  }
  for (const [name, { requests }] of workloads) {
    for (const request of requests) read(`${name}.${request.name}`, request.steps);
  }
  return rates;
}

/** The same, summed over all keys. */
export function allPublishedTo(subject: Subject, topic: string): number {
  let sum = 0;
  for (const rate of publishedTo(subject, topic).values()) sum += rate;
  return sum;
}
