import { scalar, text } from '../located.js';
import { flagOf, numberOf, percent, same, timeIn } from './read.js';
import { blocksOf, harmless, loose, moved, type Row, type Spellings } from './row.js';

/** resilience4j-spring-boot3: a Duration of Spring Boot, whose bare number counts milliseconds. */
const time = timeIn('ms');

/** CommonCircuitBreakerConfigurationProperties and its siblings: what is published about calls. */
const PUBLISHED = harmless(
  'registerhealthindicator allowhealthindicatortofail eventconsumerbuffersize subscribeforevents writablestacktraceenabled',
  'health, events and stack traces do not change calls',
);
const BASE = harmless(
  'baseconfig',
  'it names settings of another file: write those that differ from the defaults',
);

const OF_BREAKERS: readonly Row[] = [
  ...['failureRateThreshold', 'slowCallRateThreshold'].map(rate),
  ...[
    'slowCallDurationThreshold',
    'waitDurationInOpenState',
    'maxWaitDurationInHalfOpenState',
    'exponentialMaxWaitDurationInOpenState',
  ].map((name) => moved(name.toLowerCase(), `circuitBreaker.${name}`, time)),
  ...[
    'slidingWindowSize',
    'slidingWindowType',
    'minimumNumberOfCalls',
    'permittedNumberOfCallsInHalfOpenState',
    'automaticTransitionFromOpenToHalfOpenEnabled',
  ].map((name) => moved(name.toLowerCase(), `circuitBreaker.${name}`, same)),
  {
    keys: 'transitiontostateafterwaitduration',
    to: (value) => ({
      put: [
        [
          'circuitBreaker.transitionToStateAfterWaitDuration',
          scalar((text(value) ?? '').toLowerCase(), value.at),
        ],
      ],
    }),
  },
  // CircuitBreakerConfig of version 1.
  moved('ringbuffersizeinclosedstate', 'circuitBreaker.slidingWindowSize', same),
  moved(
    'ringbuffersizeinhalfopenstate',
    'circuitBreaker.permittedNumberOfCallsInHalfOpenState',
    same,
  ),
  PUBLISHED,
  BASE,
];

/** A rate in percent. `0.5` is a share here and half a percent there. */
function rate(name: string): Row {
  const row = moved(name.toLowerCase(), `circuitBreaker.${name}`, percent);
  return {
    keys: row.keys,
    to: (value, around) => {
      const number = numberOf(value);
      const placing = row.to(value, around);
      if (placing === null || number === undefined || number > 1 || !around.isOwn) return placing;
      return {
        ...placing,
        note: `it is read as ${number * 100}%; resilience4j itself reads ${number}%`,
      };
    },
  };
}

/** IntervalFunction: one of constant, exponential, random, and exponential random. */
const OF_RETRIES: readonly Row[] = [
  moved('maxattempts', 'retry.attempts', same),
  moved('waitduration', 'retry.backoff.base', time),
  {
    keys: 'enableexponentialbackoff',
    to: (value) => {
      const isOn = flagOf(value);
      if (isOn === undefined) return null;
      return { put: isOn ? [['retry.backoff.kind', scalar('exponential', value.at)]] : [] };
    },
  },
  ofGrowth('exponentialbackoffmultiplier', 'retry.backoff.factor'),
  ofGrowth('exponentialmaxwaitduration', 'retry.backoff.max'),
  {
    keys: 'enablerandomizedwait',
    to: (value, { beside }) => {
      const isOn = flagOf(value);
      if (isOn === undefined) return null;
      // IntervalFunction.DEFAULT_RANDOMIZATION_FACTOR
      const factor = numberOf(beside('randomizedwaitfactor')) ?? 0.5;
      const share = scalar(`${factor * 100}%`, value.at);
      return { put: isOn ? [['retry.backoff.jitter', share]] : [] };
    },
  },
  {
    keys: 'randomizedwaitfactor',
    to: (_value, { beside }) =>
      flagOf(beside('enablerandomizedwait')) === true
        ? { put: [] }
        : { put: [], note: 'it has no effect without enableRandomizedWait' },
  },
  harmless(
    'failaftermaxattempts',
    'a call that has used its tries fails, with an exception or with its last result',
  ),
  PUBLISHED,
  BASE,
];

/** A field that has an effect only with a growing back-off. */
function ofGrowth(key: string, path: string): Row {
  return {
    keys: key,
    to: (value, around) => {
      if (flagOf(around.beside('enableexponentialbackoff')) !== true)
        return { put: [], note: 'it has no effect without enableExponentialBackoff' };
      return { put: [[path, key.endsWith('duration') ? (time(value, around) ?? value) : value]] };
    },
  };
}

const OF_LIMITERS: readonly Row[] = [
  moved('timeoutduration', 'timeout.after', time),
  harmless(
    'cancelrunningfuture',
    'the time limit of a CompletionStage ignores it; `onTimeout` of the timeout says what becomes of the work',
  ),
  PUBLISHED,
  BASE,
];

const OF_BULKHEADS: readonly Row[] = [
  moved('maxconcurrentcalls', 'bulkhead.maxConcurrentCalls', same),
  moved('maxwaitduration', 'bulkhead.maxWaitDuration', time),
  harmless('faircallhandlingenabled', 'permits are granted in order'),
  PUBLISHED,
  BASE,
];

/** ThreadPoolBulkheadConfig.java: defaults of a machine with several processors, one thread less than processors. */
const OF_POOLS: readonly Row[] = [
  moved('corethreadpoolsize', 'bulkhead.coreThreads', same),
  moved('maxthreadpoolsize', 'bulkhead.maxThreads', same),
  moved('queuecapacity', 'bulkhead.queueCapacity', same),
  moved('keepaliveduration', 'bulkhead.keepAlive', time),
  harmless('contextpropagators', 'what a thread knows of its caller does not change calls'),
  PUBLISHED,
  BASE,
];

const OF_RATES: readonly Row[] = [
  moved('limitforperiod', 'rateLimit.limitForPeriod', same),
  moved('limitrefreshperiod', 'rateLimit.limitRefreshPeriod', time),
  moved('timeoutduration', 'rateLimit.timeoutDuration', time),
  PUBLISHED,
  BASE,
];

const block = blocksOf('resilience4j');

/** resilience4j 2: `application.yml` of its Spring Boot starter. */
export const resilience4j: Spellings = {
  blocks: [
    block('circuitBreaker', '', OF_BREAKERS),
    block('retry', '', OF_RETRIES),
    block('timeout', 'timelimiter', OF_LIMITERS, null),
    block('bulkhead', '', OF_BULKHEADS),
    block('bulkhead', 'threadpoolbulkhead', OF_POOLS, 'threadPool'),
    block('rateLimit', 'ratelimiter', OF_RATES),
  ],
  rows: [
    ...loose(
      OF_BREAKERS,
      ...['failureratethreshold', 'slowcallratethreshold', 'slowcalldurationthreshold'],
      ...['slidingwindowsize', 'slidingwindowtype', 'minimumnumberofcalls'],
      ...['permittednumberofcallsinhalfopenstate', 'waitdurationinopenstate'],
    ),
    ...loose(OF_RETRIES, 'maxattempts', 'waitduration'),
    ...loose(OF_BULKHEADS, 'maxconcurrentcalls', 'maxwaitduration'),
    ...loose(OF_RATES, 'limitforperiod', 'limitrefreshperiod'),
    PUBLISHED,
  ],
};
