import { z } from 'zod';
import { count, durationOrNone } from '../../spec/quantities/quantities.js';
import { withShort } from '../../spec/fields/common.js';
import { choice, cost, limit, timeLimit } from '../../spec/quantities/fields.js';

/** `connections` of a bundle: from each instance of the caller to each instance of the callee. */
export const connectionsSchema = z
  .strictObject({
    max: limit().describe(
      'Connections to one instance, those being opened included. Unit: count. Defaults to unlimited.',
    ),
    maxIdle: count()
      .prefault('unlimited')
      .describe(
        'Connections kept when idle; one more is closed when it comes back (2 in Go). Unit: count. ' +
          'Defaults to unlimited.',
      ),
    idleTimeout: timeLimit().describe(
      'Idle time after which one is closed. Unit: duration or `none`. Defaults to none.',
    ),
    maxPending: count()
      .prefault('unlimited')
      .describe(
        'Attempts that may wait because `max` is reached; the next one is `rejectedBulkhead`. Unit: count. ' +
          'Defaults to unlimited.',
      ),
    acquireTimeout: durationOrNone()
      .prefault('none')
      .describe(
        'Longest wait for a connection, not including opening one; then `poolTimeout`. Unit: duration or `none`. ' +
          'Defaults to none.',
      ),
    connectTimeout: timeLimit().describe(
      'Longest time for TCP and TLS to be set up; then `connectTimeout`. Unit: duration or `none`. ' +
        'Defaults to none: TCP gives up after 127 s.',
    ),
    maxStreams: count({ min: 1 })
      .prefault(100)
      .describe(
        'Attempts at once on a connection, where the callee speaks http2 or grpc; others have one. ' +
          'Unit: count. Defaults to 100.',
      ),
    maxRequests: limit().describe(
      'Attempts after which a connection is closed. Unit: count. Defaults to unlimited.',
    ),
    lifetime: timeLimit().describe(
      'Age at which a connection takes no more attempts and closes when the last one ends. Unit: ' +
        'duration or `none`. Defaults to none.',
    ),
  })
  .describe(
    'Connections of the calls to services and gateways, a pool for each instance called. Without ' +
      'this block they are warm and free.',
  );
export type ConnectionsOutput = z.output<typeof connectionsSchema>;

/** `protocol` of a service or gateway. */
export const protocolSchema = withShort(
  z
    .strictObject({
      kind: choice(['http1', 'http2', 'grpc', 'tcp'], 'http1').describe(
        '`http1`, `tcp`: one attempt at a time on a connection; `http2`, `grpc`: streams. ' +
          'Defaults to http1.',
      ),
      tls: choice(['none', 'tls12', 'tls13', 'mtls'], 'none').describe(
        'Round trips to open a connection: none 1, tls13 and mtls 2, tls12 3. Defaults to none.',
      ),
      handshakeWork: cost().describe(
        'CPU of the instance for a TLS handshake. Unit: distribution. Defaults to 0ms.',
      ),
      workPerKiB: cost().describe(
        'CPU of the instance per KiB (requestSize, responseSize) of a request, spent before the middleware, and ' +
          'of a successful response, spent at the end. A cached or shared response is written once; failures have ' +
          'no body, and messages of topics and queues cost nothing here. Applies without `connections` too. Unit: ' +
          'distribution. Defaults to 0ms.',
      ),
      keepAliveTimeout: timeLimit().describe(
        'Idle time after which the server closes a connection (nginx keepalive_timeout, Node ' +
          'keepAliveTimeout with its buffer), of http1 and tcp once it has answered. A request on ' +
          'the way meets `reset`, on http2 `refused`. Not for grpc. Unit: duration or `none`. ' +
          'Defaults to none.',
      ),
      keepAliveRequests: limit().describe(
        'Requests after which the server closes a connection (nginx keepalive_requests): with the ' +
          'last answer, on http2 by a GOAWAY at once, and streams behind it are `refused`. Not for ' +
          'grpc. Unit: count. Defaults to unlimited.',
      ),
      maxConnectionIdle: timeLimit().describe(
        'Time without a stream after which the server sends a GOAWAY that loses none (gRPC ' +
          'MaxConnectionIdle); for http2 and grpc. Unit: duration or `none`. Defaults to none.',
      ),
      maxConnectionAge: timeLimit().describe(
        'Age, give or take 10 % at random, at which the server sends such a GOAWAY (gRPC ' +
          'MaxConnectionAge); for http2 and grpc. Unit: duration or `none`. Defaults to none.',
      ),
      maxConnectionAgeGrace: durationOrNone()
        .prefault('none')
        .describe(
          'Time behind maxConnectionAge after which the server closes the connection; streams under ' +
            'way meet `reset` (gRPC MaxConnectionAgeGrace). Unit: duration or `none`. Defaults to ' +
            'none: they may end.',
        ),
    })
    .describe(
      'Protocol of its callers. Except for `workPerKiB` it has an effect only if callers have `connections`.',
    ),
  { enum: ['http1', 'http2', 'grpc', 'tcp'] },
);
export type ProtocolOutput = z.output<typeof protocolSchema>;
