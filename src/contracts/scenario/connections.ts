import { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { withShort } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, byDefault, field, required } from '../fields/field.js';

/** Pauses between vain attempts to connect, with the defaults of gRPC's connection-backoff.md. */
export const backoffSchema = entry({
  initialNs: field.duration('1s', 'First pause, from the start of the attempt.'),
  factor: field.factor(1.6, 'Growth of the pause with each vain attempt.', { min: 1 }),
  maxNs: field.duration('120s', 'Longest pause.'),
  jitter: field.share('20%', 'Random part of each pause after the first one, in both directions.'),
});

/** The pauses of a channel. */
export type ConnectionBackoff = z.output<typeof backoffSchema>;

/** How a client finds out that its peer has gone, with the default time limit of gRPC. */
const keepaliveSchema = entry(
  {
    timeNs: field.duration(
      required,
      'Time without anything from the far end after which the client asks (gRPC keepalive time, TCP_KEEPIDLE).',
    ),
    timeoutNs: field.duration(
      '20s',
      'Longest wait for the answer (gRPC keepalive timeout, TCP_KEEPINTVL x TCP_KEEPCNT); then the connection is ' +
        'closed, and attempts on it meet `reset`.',
    ),
    withoutCalls: field.flag(
      false,
      'http2 and grpc: also while no attempt uses the connection (keepAliveWithoutCalls, PermitWithoutStream). TCP ' +
        'always does.',
    ),
  },
  'Whether the far end still answers. http2 and grpc send a PING, which the process answers; http1 and tcp a probe ' +
    'of TCP, which its kernel answers, and none while a request is not acknowledged.',
);

/** How a client finds out that its peer has gone. */
export type Keepalive = z.output<typeof keepaliveSchema>;

/** `connections` of a bundle: from each instance of the caller to each instance of the callee. */
export const connectionsSchema = entry(
  {
    max: field.limit('unlimited', 'Connections to one instance, those being opened included.'),
    maxIdle: field.limit(
      'unlimited',
      'Connections kept when idle; one more is closed when it comes back (2 in Go).',
      { min: 0 },
    ),
    idleTimeoutNs: field.timeLimit('none', 'Idle time after which one is closed.'),
    maxPending: field.limit(
      'unlimited',
      'Attempts that may wait because `max` is reached; the next one is `rejectedBulkhead`.',
      { min: 0 },
    ),
    acquireTimeoutNs: field.timeLimit(
      'none',
      'Longest wait for a connection, not including opening one; then `poolTimeout`.',
      { allowZero: true },
    ),
    connectTimeoutNs: field.timeLimit(
      byDefault('none', 'TCP gives up after 127 s'),
      'Longest time for TCP and TLS to be set up; then `connectTimeout`.',
    ),
    maxStreams: field.limit(
      100,
      'Attempts at once on a connection, where the callee speaks http2 or grpc; others have one.',
    ),
    maxRequests: field.limit('unlimited', 'Attempts after which a connection is closed.'),
    lifetimeNs: field.timeLimit(
      'none',
      'Age at which a connection takes no more attempts and closes when the last one ends.',
    ),
    backoff: field.of(
      z.union([z.literal('none'), backoffSchema]),
      absent(
        'none: the next call opens a connection at once. With `order: grpc` to the values of its fields, and ' +
          '`connectTimeout` to 20s, as in a channel',
      ),
      'Pause after a connection could not be opened, as a channel of gRPC makes it. Without another connection, ' +
        'calls are `refused` at once until the pause is over; the next one then opens a connection, and the others ' +
        'are refused until it is open.',
    ),
    waitForReady: field.flag(
      false,
      'With `backoff`: calls wait for a connection while none can be opened, as long as their time limits allow ' +
        '(waitForReady of gRPC). `false`: they are `refused` at once.',
    ),
    waitForOwn: field.flag(
      false,
      'http1 and tcp: an attempt for which a connection is being opened waits for that one, also while another ' +
        'becomes free, as with the http.Agent of Node.js. `false`: it takes the first, as in Go, Envoy and HikariCP.',
    ),
    keepalive: field.of(
      keepaliveSchema,
      absent('none: a far end that has gone is noticed by time limits only'),
      'Questions whether the far end is there. They also keep a connection known to the devices on its way.',
    ),
  },
  'Connections of the calls to services and gateways, a pool for each instance called. Without ' +
    'this block they are warm and free.',
);

/** `connections` of a bundle as it is written. */
export type WrittenConnections = z.output<typeof connectionsSchema>;

/** Connections from a calling instance to a callee instance. */
export interface Connections extends Omit<WrittenConnections, 'backoff'> {
  readonly backoff: ConnectionBackoff | null;
}

/** Least time that a channel of gRPC waits for a connection (connection-backoff.md, MIN_CONNECT_TIMEOUT). */
export const CHANNEL_CONNECT_NS = 20 * NS_PER_SECOND;

/** `protocol` of a service or gateway. */
export const protocolSchema = withShort(
  entry(
    {
      kind: field.choice(
        ['http1', 'http2', 'grpc', 'tcp'],
        'http1',
        '`http1`, `tcp`: one attempt at a time on a connection; `http2`, `grpc`: streams.',
      ),
      tls: field.choice(
        ['none', 'tls12', 'tls13', 'mtls'],
        'none',
        'Round trips to open a connection: none 1, tls13 and mtls 2, tls12 3.',
      ),
      handshakeWork: field.cost('0ms', 'CPU of the instance for a TLS handshake.'),
      workPerKiB: field.cost(
        '0ms',
        'CPU of the instance per KiB (requestSize, responseSize) of a request, spent before the middleware, and ' +
          'of a successful response, spent at the end. A cached or shared response is written once; failures have ' +
          'no body, and messages of topics and queues cost nothing here. Applies without `connections` too.',
      ),
      keepAliveTimeoutNs: field.timeLimit(
        'none',
        'Idle time after which the server closes a connection (nginx keepalive_timeout, Node ' +
          'keepAliveTimeout with its buffer), of http1 and tcp once it has answered. A request on ' +
          'the way meets `reset`, on http2 `refused`. Not for grpc.',
      ),
      keepAliveRequests: field.limit(
        'unlimited',
        'Requests after which the server closes a connection (nginx keepalive_requests): with the ' +
          'last answer, on http2 by a GOAWAY at once, and streams behind it are `refused`. Not for grpc.',
      ),
      maxConnectionIdleNs: field.timeLimit(
        'none',
        'Time without a stream after which the server sends a GOAWAY that loses none (gRPC ' +
          'MaxConnectionIdle); for http2 and grpc.',
      ),
      maxConnectionAgeNs: field.timeLimit(
        'none',
        'Age, give or take 10 % at random, at which the server sends such a GOAWAY (gRPC ' +
          'MaxConnectionAge); for http2 and grpc.',
      ),
      maxConnectionAgeGraceNs: field.timeLimit(
        byDefault('none', 'they may end'),
        'Time behind maxConnectionAge after which the server closes the connection; streams under ' +
          'way meet `reset` (gRPC MaxConnectionAgeGrace).',
        { allowZero: true },
      ),
      minPingIntervalNs: field.duration(
        absent('5m with kind grpc, as in every server of gRPC'),
        'Least time between two PINGs of a client that the server takes (EnforcementPolicy.MinTime, ' +
          'permitKeepAliveTime), if it has sent nothing in between. The third that comes too early ends the ' +
          'connection (GOAWAY, too_many_pings): its attempts meet `reset`, and the client doubles its time. Only for grpc.',
      ),
      permitWithoutCalls: field.flag(
        false,
        'Whether a client may send PINGs at that interval while it has no call in progress (PermitWithoutStream, ' +
          'permitKeepAliveWithoutCalls); otherwise one in two hours. Only for grpc.',
      ),
    },
    'Protocol of its callers. Except for `workPerKiB` it has an effect only if callers have `connections`.',
  ),
  { enum: ['http1', 'http2', 'grpc', 'tcp'] },
);

export type WrittenProtocol = z.output<typeof protocolSchema>;

/** Limits by which a server closes a connection of a caller. */
export type ServerClosing = Pick<
  WrittenProtocol,
  | 'keepAliveTimeoutNs'
  | 'keepAliveRequests'
  | 'maxConnectionIdleNs'
  | 'maxConnectionAgeNs'
  | 'maxConnectionAgeGraceNs'
>;

/** The PINGs that a server of gRPC takes from a client. */
export interface PingPermit {
  readonly minNs: Ns;
  readonly withoutCalls: boolean;
}

/** Default of EnforcementPolicy.MinTime (grpc-go internal/transport/defaults.go), and the limit without streams. */
export const PING_MIN_NS = 300 * NS_PER_SECOND;
export const PING_IDLE_NS = 7200 * NS_PER_SECOND;

/** Protocol of a component for its callers. */
export interface Protocol extends Omit<
  WrittenProtocol,
  keyof ServerClosing | 'minPingIntervalNs' | 'permitWithoutCalls'
> {
  /** PINGs that the server takes; null = any number. */
  readonly pings: PingPermit | null;
  /** Limits by which the server closes connections of its callers; null = it never closes them. */
  readonly closes: ServerClosing | null;
}
