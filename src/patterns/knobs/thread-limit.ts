import type { Knob } from '../../model/faults/knob.js';
import { outcomeOfStatus } from '../../contracts/outcome.js';
import { formatNumber } from '../../text/figures.js';
import { IDLE_AT_KAFKA, injecting } from './injected.js';
import { OF_PROCESSES } from './usual.js';

/** Largest number of threads or handles of an instance: one for each request in progress or queued. */
export const threadLimit: Knob<{ readonly status: number }> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'threadLimit',
  combine: 'min',
  neutral: Infinity,
  need({ value }, name, { inEnvironments, mostRequests }) {
    if (inEnvironments)
      return `\`${name}\` is a function, which has an environment for each request: limit its \`concurrency\``;
    if (value < mostRequests) return null;
    return (
      `a process of \`${name}\` never has more than ${formatNumber(mostRequests)} requests (concurrency and queue): ` +
      'write a smaller `max`'
    );
  },
  words: ({ value }, { does }) =>
    `${does('has', 'have')} no more than ${formatNumber(value)} threads`,
  idleAtKafka: IDLE_AT_KAFKA,
  injects: ({ edit: { value, more } }) => ({
    ceiling: { most: value, refusal: outcomeOfStatus(more.status) },
  }),
  ...injecting,
};
