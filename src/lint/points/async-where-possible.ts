import { droppableCalls, sentWithoutWait } from '../droppable.js';
import type { Point } from '../point.js';

export const asyncWherePossible: Point = {
  name: 'async where possible',
  counted: 'calls without a needed result are asynchronous',
  none: 'no calls without a needed result',
  rate(subject) {
    const waiting = droppableCalls(subject);
    const lacking = waiting.map(({ path, from, to }) => ({
      path,
      message: `${from} waits for ${to}`,
    }));
    return { of: sentWithoutWait(subject) + waiting.length, lacking };
  },
};
