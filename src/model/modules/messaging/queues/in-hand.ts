import type { Channel } from './channel.js';
import { VERDICT } from './deliveries.js';
import type { DispatchPort } from './dispatch-port.js';

/**
 * True if a delivery stays with its consumer when that pauses or stops.
 *
 * This holds for messages that the queue will not deliver again, for in-process retries, and for messages that the queue
 * hides until their delivery times out.
 */
export function staysInHand({ deliveries, queue }: DispatchPort, delivery: number): boolean {
  const { settled, tries } = deliveries;
  return queue.spec.rules.hidesInFlight || settled[delivery] !== 0 || tries[delivery] > 0;
}

/** Returns pushed messages that no handler has begun, as when a spring-amqp container closes its channel. */
export function sendBack(dispatch: DispatchPort, { buffer }: Channel): void {
  for (let k = buffer.length; k > 0; k--) {
    const delivery = buffer.shift();
    if (staysInHand(dispatch, delivery)) buffer.push(delivery);
    else dispatch.send(delivery, VERDICT.back);
  }
}
