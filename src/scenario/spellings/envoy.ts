import { entries, get, items, list, map, scalar, text, type Node } from '../located.js';
import { ENVOY_OUTCOMES } from '../product-words.js';
import { plainWord } from '../synonyms.js';
import { numberOf, onePlus, percent, same, timeIn, wordOf } from './read.js';
import { blocksOf, harmless, loose, moved, type Placing, type Row, type Spellings } from './row.js';

/** A Duration of protobuf. A bare number, which Envoy itself refuses, counts seconds. */
const time = timeIn('s');

/** What `retry_on` asks for beside its own words, by the key that holds it. */
const CODES = 'retriablestatuscodes';

/**
 * The outcomes of `retry_on`; null if a word has no counterpart. `5xx`, `gateway` and `reset` include what gets no
 * response, as there: the kinds envoy and istio read them so.
 */
export function outcomesOf(value: Node, codes: readonly Node[]): Node | null {
  const words =
    value.type === 'list' ? items(value).map(wordOf) : (wordOf(value) ?? '').split(/[ ,]+/);
  const found = new Set<string | number>();
  for (const word of words) {
    if (word === undefined) return null;
    if (word === '') continue;
    if (word === 'retriable-status-codes') {
      for (const code of codes) found.add(numberOf(code) ?? (wordOf(code) || ''));
    } else if (/^\d{3}$/.test(word)) found.add(Number(word));
    else if (Object.hasOwn(EXACT, word)) found.add(EXACT[word]!);
    else return null;
  }
  if (found.size === 0) return null;
  return list(
    [...found].map((term) => scalar(term, value.at)),
    value.at,
  );
}

/** Of each word its first outcome: the kinds of Envoy add those without a response themselves. */
const EXACT: Readonly<Record<string, string | number>> = Object.fromEntries(
  Object.entries(ENVOY_OUTCOMES).map(([word, [first]]) => [
    word,
    /^\d{3}$/.test(first!) ? Number(first) : first!,
  ]),
);

/** api/envoy/config/route/v3/route_components.proto, RetryPolicy. */
const OF_RETRIES: readonly Row[] = [
  {
    keys: 'numretries',
    to: (value, around) => {
      const tries = onePlus(value, around);
      if (tries === null) return null;
      const put = [['retry.attempts', tries]] as const;
      if (around.beside('retryon') !== undefined || around.beside('on') !== undefined)
        return { put };
      return { put, note: 'without retry_on Envoy retries nothing; here gateway-error is meant' };
    },
  },
  {
    keys: 'retryon',
    to: (value, { beside }) => {
      const on = outcomesOf(value, items(beside(CODES)));
      return on === null ? null : { put: [['retry.on', on]] };
    },
  },
  {
    keys: CODES,
    to: (_value, { beside }): Placing => {
      const on = beside('retryon');
      const isUsed = on !== undefined && /retriable-status-codes/.test(wordsIn(on));
      return isUsed
        ? { put: [] }
        : { put: [], note: 'it has no effect without retriable-status-codes in retry_on' };
    },
  },
  moved('pertrytimeout', 'timeout.after', time),
  {
    keys: 'retrybackoff',
    to: (value, around) => {
      const put = (['base', 'max'] as const).flatMap((field) => {
        const written = byWord(value, `${field}interval`);
        const own = written === undefined ? null : time(written, around);
        return own === null ? [] : [[`retry.backoff.${field}`, own] as const];
      });
      return put.length === 0 ? null : { put };
    },
  },
  {
    keys: 'retryhostpredicate',
    to: (value) => {
      const isOther = items(value).some((one) =>
        /previous_hosts/.test(text(get(one, 'name')) ?? ''),
      );
      return isOther ? { put: [['retry.otherInstance', scalar(true, value.at)]] } : null;
    },
  },
  harmless(
    'hostselectionretrymaxattempts',
    'a retry looks for another instance until it has one, as long as there are others',
  ),
];

/** api/envoy/config/cluster/v3/circuit_breaker.proto, Thresholds. */
const OF_LIMITS: readonly Row[] = [
  ...['maxConnections', 'maxPendingRequests', 'maxRequests', 'maxRetries'].map((name) =>
    moved(plainWord(name), `bulkhead.${name}`, same),
  ),
  {
    keys: 'retrybudget',
    to: (value, around) => {
      const share = byWord(value, 'budgetpercent');
      // envoy.type.v3.Percent
      const number = share?.type === 'map' ? get(share, 'value') : share;
      const least = byWord(value, 'minretryconcurrency');
      const put = [
        ...(number === undefined
          ? []
          : [['bulkhead.retryBudget.budgetPercent', percent(number, around)!] as const]),
        ...(least === undefined
          ? []
          : [['bulkhead.retryBudget.minRetryConcurrency', least] as const]),
      ];
      return { put };
    },
  },
  harmless('priority', 'calls have the priority DEFAULT'),
  harmless('trackremaining', 'metrics do not change calls'),
];

/** api/envoy/config/cluster/v3/outlier_detection.proto. */
const OF_OUTLIERS: readonly Row[] = [
  ...['interval', 'baseEjectionTime', 'maxEjectionTime', 'maxEjectionTimeJitter'].map((name) =>
    moved(plainWord(name), `outlierDetection.${name}`, time),
  ),
  ...[
    'consecutive5xx',
    'consecutiveGatewayFailure',
    'consecutiveLocalOriginFailure',
    'splitExternalLocalOriginErrors',
    'alwaysEjectOneHost',
  ].map((name) => moved(plainWord(name), `outlierDetection.${name}`, same)),
  moved('maxejectionpercent', 'outlierDetection.maxEjectionPercent', percent),
  moved('successrateminimumhosts', 'outlierDetection.successRate.minimumHosts', same),
  moved('successraterequestvolume', 'outlierDetection.successRate.requestVolume', same),
  // In thousandths there.
  moved('successratestdevfactor', 'outlierDetection.successRate.stdevFactor', (value) => {
    const number = numberOf(value);
    return number === undefined ? null : scalar(number / 1000, value.at);
  }),
  moved('enforcingsuccessrate', 'outlierDetection.successRate.enforcing', percent),
  moved(
    'enforcinglocaloriginsuccessrate',
    'outlierDetection.successRate.enforcingLocalOrigin',
    percent,
  ),
  ...['threshold', 'minimumHosts', 'requestVolume'].map((name) => failures(name)),
  enforced('enforcingfailurepercentage', [0, 100]),
  enforced('enforcingconsecutive5xx', [100]),
];

/** The check of failure percentages is off until `enforcing_failure_percentage` says more than 0. */
function failures(name: string): Row {
  return {
    keys: `failurepercentage${name.toLowerCase()}`,
    to: (value, around) => {
      if ((numberOf(around.beside('enforcingfailurepercentage')) ?? 0) === 0)
        return { put: [], note: 'it has no effect without enforcing_failure_percentage' };
      const own = name === 'threshold' ? percent(value, around) : value;
      return own === null ? null : { put: [[`outlierDetection.failurePercentage.${name}`, own]] };
    },
  };
}

/** A probability that is taken only where it says what the language always does. */
function enforced(keys: string, known: readonly number[]): Row {
  return { keys, to: (value) => (known.includes(numberOf(value) ?? -1) ? { put: [] } : null) };
}

const block = blocksOf('Envoy');

/** The balancers that need no key. api/envoy/config/cluster/v3/cluster.proto, LbPolicy. */
const BALANCERS: Readonly<Record<string, string>> = {
  ROUND_ROBIN: 'roundRobin',
  LEAST_REQUEST: 'leastRequest',
  RANDOM: 'random',
};

/** API v3 of Envoy: fields of a route and of a cluster. */
export const envoy: Spellings = {
  blocks: [
    block('retry', 'retrypolicy', OF_RETRIES),
    block('bulkhead', '', OF_LIMITS),
    block('outlierDetection', '', OF_OUTLIERS),
  ],
  rows: [
    ...loose(OF_RETRIES, 'numretries', 'pertrytimeout', 'retryon'),
    {
      keys: 'circuitbreakers',
      to: (value) => {
        const [threshold, ...others] = items(byWord(value, 'thresholds')).filter(
          (one) => !/HIGH/.test(wordOf(get(one, 'priority') ?? one) ?? ''),
        );
        if (threshold?.type !== 'map' || others.length > 0) return null;
        const kind = ['kind', { key: threshold.at, value: scalar('envoy', threshold.at) }] as const;
        const limits = map(new Map([kind, ...threshold.entries]), threshold.at);
        return { put: [['bulkhead', limits], connections(value)] };
      },
    },
    moved('connecttimeout', 'connections.connectTimeout', time),
    {
      keys: 'lbpolicy',
      to: (value) => {
        const word = BALANCERS[wordOf(value) ?? ''];
        return word === undefined
          ? null
          : { put: [['loadBalancing.kind', scalar(word, value.at)]] };
      },
    },
  ],
};

/** Limits of connections need connections. */
export function connections({ at }: Node): readonly [path: string, value: Node] {
  return ['connections', map(new Map(), at)];
}

/** The value of a key, however it is spelt. */
export function byWord(node: Node, word: string): Node | undefined {
  return entries(node).find(([key]) => plainWord(key) === word)?.[1].value;
}

function wordsIn(node: Node): string {
  return node.type === 'list' ? items(node).map(wordOf).join(',') : (wordOf(node) ?? '');
}
