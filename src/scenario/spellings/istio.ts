import { entries, get, scalar, type Node } from '../located.js';
import { plainWord } from '../synonyms.js';
import { connections, outcomesOf } from './envoy.js';
import { numberOf, onePlus, percent, same, timeIn, wordOf } from './read.js';
import { blocksOf, harmless, loose, moved, type Row, type Spellings } from './row.js';

const time = timeIn('s');

/** networking/v1alpha3/virtual_service.proto, HTTPRetry. */
const OF_RETRIES: readonly Row[] = [
  moved('pertrytimeout', 'timeout.after', time),
  {
    keys: 'retryon',
    to: (value) => {
      const on = outcomesOf(value, []);
      return on === null ? null : { put: [['retry.on', on]] };
    },
  },
  moved('retryignoreprevioushosts', 'retry.otherInstance', same),
  harmless('retryremotelocalities', 'the balancer chooses the zone of every try by one rule'),
];

/** In `retries` of a VirtualService, `attempts` leaves out the first try and `backoff` is one duration. */
const OF_ROUTES: readonly Row[] = [
  ...OF_RETRIES,
  moved('attempts', 'retry.attempts', onePlus),
  {
    keys: 'backoff',
    to: (value, around) => {
      const base = value.type === 'scalar' ? time(value, around) : null;
      return base === null ? null : { put: [['retry.backoff.base', base]] };
    },
  },
];

/** The same under the name `retry`, where `attempts` is the field of the language. */
const OF_OWN_RETRIES: readonly Row[] = OF_RETRIES.map((row, index) => ({
  ...row,
  to: (value, around) => {
    const placing = row.to(value, around);
    const isNoted = OF_RETRIES.slice(0, index).some(
      ({ keys }) => around.beside(keys) !== undefined,
    );
    if (placing === null || isNoted || around.beside('attempts') === undefined) return placing;
    const note = 'attempts beside it counts the first try; that of a VirtualService does not';
    return { note, ...placing };
  },
}));

/** networking/v1alpha3/destination_rule.proto, OutlierDetection. */
const OF_OUTLIERS: readonly Row[] = [
  ...['interval', 'baseEjectionTime'].map((name) =>
    moved(plainWord(name), `outlierDetection.${name}`, time),
  ),
  ...[
    'consecutive5xxErrors',
    'consecutiveGatewayErrors',
    'consecutiveLocalOriginFailures',
    'splitExternalLocalOriginErrors',
  ].map((name) => moved(plainWord(name), `outlierDetection.${name}`, same)),
  moved('maxejectionpercent', 'outlierDetection.maxEjectionPercent', percent),
  moved('minhealthpercent', 'outlierDetection.minHealthPercent', percent),
];

const OF_LIMITS: readonly Row[] = ['http1MaxPendingRequests', 'http2MaxRequests'].map((name) =>
  moved(plainWord(name), `bulkhead.${name}`, same),
);

const block = blocksOf('Istio');

export const BALANCERS: Readonly<Record<string, string>> = {
  ROUND_ROBIN: 'roundRobin',
  LEAST_REQUEST: 'leastRequest',
  LEAST_CONN: 'leastRequest',
  RANDOM: 'random',
};

/** Without connections nothing waits for one. */
const PENDING: Row = {
  keys: 'http1maxpendingrequests',
  to: (value) => ({ put: [['bulkhead.http1MaxPendingRequests', value], connections(value)] }),
};

/** Fields of a connection pool that say how a connection is kept, and not how many there are. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  http: ['h2UpgradePolicy', 'useClientProtocol'],
};

/** `connectionPool` of a DestinationRule. */
const POOL: Row = {
  keys: 'connectionpool',
  to: (value) => {
    const parts = entries(value);
    if (parts.length === 0) return null;
    const put = parts.flatMap(([part, entry]) =>
      entries(entry.value)
        .filter(([key]) => KEPT[part]?.includes(key) !== true && key !== 'tcpKeepalive')
        .map(([key, own]) => [`bulkhead.${part}.${key}`, own.value] as const),
    );
    const left = parts.flatMap(([part, entry]) =>
      entries(entry.value)
        .map(([key]) => key)
        .filter((key) => KEPT[part]?.includes(key) === true),
    );
    const kind = ['bulkhead.kind', scalar('istio', value.at)] as const;
    const note =
      left.length === 0
        ? {}
        : { note: `${left.join(' and ')} say how a connection is kept: write \`protocol\`` };
    const tcp = get(value, 'tcp');
    const probes = tcp === undefined ? undefined : get(tcp, 'tcpKeepalive');
    const asked = probes === undefined ? [] : keepaliveOf(probes);
    return { put: [kind, ...put, ...(asked.length === 0 ? [connections(value)] : asked)], ...note };
  },
};

/** Defaults of Linux for probes that a DestinationRule leaves out (tcp_keepalive_time, _intvl, _probes). */
const PROBES = { time: '7200s', intervalS: 75, count: 9 };

/** TcpKeepalive of a DestinationRule: probes of TCP, and the time until the last one is in vain. */
function keepaliveOf(value: Node): readonly (readonly [string, Node])[] {
  const written = get(value, 'interval');
  const interval = written === undefined ? PROBES.intervalS : secondsOf(wordOf(written) ?? '');
  const count = numberOf(get(value, 'probes')) ?? PROBES.count;
  const timeout = scalar(`${interval * count}s`, value.at);
  const own = get(value, 'time') ?? scalar(PROBES.time, value.at);
  return [
    ['connections.keepalive.time', own],
    ['connections.keepalive.timeout', timeout],
  ];
}

/** A Duration of protobuf in seconds: `75s`, `1m`, `1.5s`, `500ms`. */
function secondsOf(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (parts === null) return PROBES.intervalS;
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[parts[2] ?? 's'] ?? 1;
  return Number(parts[1]) * unit;
}

/** The blocks of a DestinationRule, which are keys of the bundle here. */
const TRAFFIC: Row = {
  keys: 'trafficpolicy',
  to: (value) => {
    const put = entries(value).map(([key, entry]) => [key, entry.value] as const);
    const kind = ['outlierDetection.kind', scalar('istio', value.at)] as const;
    const kinds = get(value, 'outlierDetection') === undefined ? [] : [kind];
    return put.length === 0 ? null : { put: [...put, ...kinds] };
  },
};

const BALANCER: Row = {
  keys: 'loadbalancer',
  to: (value) => {
    const simple = value.type === 'scalar' ? value : get(value, 'simple');
    const isAlone = value.type === 'scalar' || entries(value).length === 1;
    const word = simple === undefined ? undefined : BALANCERS[wordOf(simple) ?? ''];
    if (word === undefined || !isAlone) return null;
    return { put: [['loadBalancing.kind', scalar(word, value.at)]] };
  },
};

/** Fields of a VirtualService and of a DestinationRule. */
export const istio: Spellings = {
  blocks: [
    { ...block('retry', 'retries', OF_ROUTES), isOnlyNamed: true },
    block('retry', '', OF_OWN_RETRIES),
    block('outlierDetection', '', OF_OUTLIERS),
    block('bulkhead', '', OF_LIMITS),
  ],
  rows: [
    ...loose(OF_RETRIES, 'pertrytimeout'),
    ...loose(
      OF_OUTLIERS,
      ...['consecutive5xxerrors', 'consecutivegatewayerrors', 'baseejectiontime'],
      ...['maxejectionpercent', 'minhealthpercent'],
    ),
    PENDING,
    ...loose(OF_LIMITS, 'http2maxrequests'),
    POOL,
    TRAFFIC,
    BALANCER,
    harmless('tls', 'mutual TLS is a setting of the mesh: write `mesh.mtls`'),
  ],
};
