import type { ClientKind, Leaving } from '../contracts/patterns/client.js';

/** Every kind of client, sorted. To add one, add a row. */
export const clientKinds: readonly ClientKind[] = [
  {
    client: 'blocking',
    leaves: 'detach',
    summary:
      'A thread of a pool waits in a blocking read (RestTemplate, Apache HttpClient, JDBC, requests), which heeds no interrupt.',
    sources: [
      'Netflix/Hystrix AbstractCommand.java (HystrixObservableTimeoutOperator), wiki Configuration (execution.isolation.thread.interruptOnTimeout)',
      'java.net.Socket (setSoTimeout: the only end of a blocking read)',
    ],
  },
  {
    client: 'completable',
    leaves: 'detach',
    summary:
      'A CompletableFuture is completed by its time limit; nothing tells the thread or the request behind it.',
    sources: [
      'resilience4j TimeLimiterImpl.java (decorateCompletionStage)',
      'java.util.concurrent.CompletableFuture (cancel: interrupts are not used to control processing)',
    ],
  },
  {
    client: 'dotnet',
    leaves: 'abort',
    summary:
      'HttpClient with the CancellationToken of Polly: it resets the stream, or closes the connection.',
    sources: [
      'App-vNext/Polly TimeoutResilienceStrategy.cs (the token of the callback is cancelled)',
      'dotnet/runtime HttpConnection.cs (RegisterCancellation disposes the connection)',
    ],
  },
  {
    client: 'envoy',
    leaves: 'abort',
    summary: 'A proxy resets the stream to its upstream, or closes an HTTP/1.1 connection.',
    sources: ['envoyproxy/envoy source/common/router/upstream_request.cc (resetStream)'],
  },
  {
    client: 'go',
    leaves: 'abort',
    summary: 'A context that ends resets the stream, or closes the HTTP/1.1 connection.',
    sources: ['golang/go src/net/http/transport.go (roundTrip: cancelRequest by the context)'],
  },
  {
    client: 'grpc',
    leaves: 'abort',
    summary: 'A cancelled RPC sends RST_STREAM, and its stream is free at once.',
    sources: [
      'grpc.io guides/cancellation',
      'grpc/grpc-go internal/transport/http2_client.go (CloseStream)',
    ],
  },
  {
    client: 'jdbc',
    leaves: 'cancel',
    summary:
      'Statement.setQueryTimeout: a second connection asks the server to end the statement (CancelRequest, KILL QUERY), and the thread waits for the answer of the first.',
    sources: [
      'pgjdbc PgStatement.java (startTimer, cancel), QueryExecutorBase.java (sendQueryCancel)',
      'mysql-connector-j CancelQueryTaskImpl.java (KILL QUERY)',
    ],
  },
  {
    client: 'node',
    leaves: 'abort',
    summary: 'An AbortSignal of fetch or http.request destroys the socket or resets the stream.',
    sources: [
      'nodejs/node lib/_http_client.js (ClientRequest.destroy)',
      'nodejs/undici lib/core/request.js (onAbort)',
    ],
  },
  {
    client: 'npgsql',
    leaves: 'cancel',
    summary:
      'A command that is cancelled sends a cancel request and waits for the answer; `socketTimeout` is Command Timeout plus Cancellation Timeout.',
    sources: [
      'npgsql/npgsql NpgsqlConnector.cs (PerformPostgresCancellation)',
      'npgsql.org connection-string-parameters (Cancellation Timeout)',
    ],
  },
  {
    client: 'promise',
    leaves: 'detach',
    summary:
      'Promise.race settles without the request: p-timeout, opossum, cockatiel with aggressive timeouts.',
    sources: [
      'connor4312/cockatiel src/TimeoutPolicy.ts (Aggressive)',
      'nodeshift/opossum lib/circuit.js',
    ],
  },
  {
    client: 'reactive',
    leaves: 'abort',
    summary:
      'A subscriber that cancels resets the stream, or closes the connection (WebClient, reactor-netty).',
    sources: [
      'resilience4j-reactor MonoTimeLimiter.java (Mono.timeout)',
      'reactor/reactor-netty HttpClientOperations.java (onInboundCancel)',
    ],
  },
];

/** Clients under the order of a product; the first one is its own. An order without a row is of no product. */
const OF_ORDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['dotnet', ['dotnet', 'npgsql']],
  ['envoy', ['envoy']],
  ['grpc', ['grpc']],
  ['hystrix', ['blocking', 'completable', 'jdbc', 'reactive']],
  ['polly', ['dotnet', 'npgsql']],
  ['resilience4j', ['completable', 'blocking', 'grpc', 'jdbc', 'reactive']],
]);

/**
 * Clients of a thread pool under an order of no product: the pool returns a future, and a caller that leaves it
 * interrupts no thread (resilience4j FixedThreadPoolBulkhead.java, submit: CompletableFuture.supplyAsync; Hystrix as
 * above).
 */
const OF_POOL: ReadonlyMap<string, string> = new Map([
  ['hystrix', 'blocking'],
  ['threadPool', 'completable'],
]);

/** The clients that the product of an order can have; null = any. */
export function clientsUnder(order: string): readonly string[] | null {
  return OF_ORDER.get(order) ?? null;
}

/**
 * What a client does with the work that its caller leaves: the one written, that of the product of the order, or
 * that of the kind of bulkhead; null if none of them says so.
 */
export function leavingOf(
  client: string | undefined,
  order: string,
  bulkhead: string | undefined,
): Leaving | null {
  const name = client ?? OF_ORDER.get(order)?.[0] ?? OF_POOL.get(bulkhead ?? '');
  return clientKinds.find((kind) => kind.client === name)?.leaves ?? null;
}
