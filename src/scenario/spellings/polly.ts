import { scalar } from '../located.js';
import { flagOf, onePlus, same, timeSpan, wordOf } from './read.js';
import { blocksOf, moved, type Row, type Spellings } from './row.js';

/** DelayBackoffType: Constant, Linear, Exponential. RetryHelper.cs: jitter of 25 %, or the decorrelated delay. */
const OF_RETRIES: readonly Row[] = [
  moved('maxretryattempts', 'retry.attempts', onePlus),
  moved('delay', 'retry.backoff.base', timeSpan),
  moved('maxdelay', 'retry.backoff.max', timeSpan),
  {
    keys: 'backofftype',
    to: (value, { beside }) => {
      const word = wordOf(value)?.toLowerCase() ?? '';
      if (!['constant', 'linear', 'exponential'].includes(word)) return null;
      const isDecorrelated = word === 'exponential' && flagOf(beside('usejitter')) === true;
      const kind = scalar(isDecorrelated ? 'decorrelatedV2' : word, value.at);
      return { put: [['retry.backoff.kind', kind]] };
    },
  },
  {
    keys: 'usejitter',
    to: (value, { beside }) => {
      const isOn = flagOf(value);
      if (isOn === undefined) return null;
      const type = beside('backofftype');
      const isDecorrelated = type !== undefined && wordOf(type)?.toLowerCase() === 'exponential';
      const share = scalar('25%', value.at);
      return { put: isOn && !isDecorrelated ? [['retry.backoff.jitter', share]] : [] };
    },
  },
  moved('shouldretryafterheader', 'retry.respectRetryAfter', same),
];

const OF_BREAKERS: readonly Row[] = [
  moved('failureratio', 'circuitBreaker.failureRatio', same),
  moved('minimumthroughput', 'circuitBreaker.minimumThroughput', same),
  moved('samplingduration', 'circuitBreaker.samplingDuration', timeSpan),
  moved('breakduration', 'circuitBreaker.breakDuration', timeSpan),
];

const block = blocksOf('Polly');

const OF_TRIES: readonly Row[] = [moved('timeout', 'timeout.after', timeSpan)];
const OF_TOTALS: readonly Row[] = [moved('timeout', 'deadline.after', timeSpan)];

/** Polly 8, and its settings in an appsettings.json (Microsoft.Extensions.Http.Resilience). */
export const polly: Spellings = {
  blocks: [
    block('retry', '', OF_RETRIES),
    block('circuitBreaker', '', OF_BREAKERS),
    block('timeout', 'attempttimeout', OF_TRIES, null),
    block('deadline', 'totalrequesttimeout', OF_TOTALS, null),
  ],
  rows: [],
};
