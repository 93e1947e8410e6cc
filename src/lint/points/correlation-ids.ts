import { correlates, entriesOf } from '../entries.js';
import type { Point } from '../point.js';

export const correlationIds: Point = {
  name: 'correlation ids',
  counted: 'entry points add a correlation id',
  none: 'no request of a user reaches a second component',
  rate(subject) {
    const entries = entriesOf(subject).filter(({ behind }) => behind.length > 0);
    const lacking = entries
      .filter((entry) => !correlates(entry))
      .map(({ path, part }) => ({ path, message: `${part} has no middleware \`correlate\`` }));
    return { of: entries.length, lacking };
  },
};
