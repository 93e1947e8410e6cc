import type { Channel } from './channel.js';
import { VERDICT } from './deliveries.js';
import type { Dispatch } from './dispatch.js';

/**
 * What nobody would deliver again stays with the consumer, as does what it tries again by itself; what was
 * received from SQS stays until its visibility timeout makes it another's.
 */
export function staysInHand({ deliveries, queue }: Dispatch, delivery: number): boolean {
  const { settled, tries } = deliveries;
  return queue.spec.rules.polled || settled[delivery] !== 0 || tries[delivery] > 0;
}

/** What was pushed and not begun goes back, as when a container of spring-amqp closes its channel. */
export function sendBack(dispatch: Dispatch, { buffer }: Channel): void {
  for (let k = buffer.length; k > 0; k--) {
    const delivery = buffer.shift();
    if (staysInHand(dispatch, delivery)) buffer.push(delivery);
    else dispatch.send(delivery, VERDICT.back);
  }
}
