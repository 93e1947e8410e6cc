import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded } from './support.js';

/** What the settings of the service `orders` make of a shop. Written for this test. */
function read(properties: string, more = ''): any {
  const result = imported([
    { path: 'k8s.yaml', text: deployed(['orders', 'payment', 'stock']) + more },
    { path: 'orders/src/main/resources/application.properties', text: properties },
  ]);
  loaded(result);
  const { placed, listed, values } = result.account;
  expect(placed + listed.length).toBe(values);
  return {
    ...parse(result.scenario),
    text: result.scenario,
    reasons: listed.map(({ reason }) => reason),
    questions: result.questions,
  };
}

const NAME = 'quarkus.application.name=orders\n';

describe('settings of Quarkus', () => {
  it('name a database with the pool of Agroal, whose defaults count', () => {
    const { databases, services } = read(
      `${NAME}quarkus.datasource.jdbc.url=jdbc:postgresql://orders-db:5432/shop
quarkus.datasource.jdbc.max-size=16
quarkus.datasource.jdbc.max-lifetime=PT10M`,
    );
    expect(databases['orders-db'].pools.orders).toEqual({
      maxOpen: 16,
      acquireTimeout: '5s',
      maxLifetime: '600000ms',
    });
    expect(services.orders.endpoints.handle.steps[1]).toEqual({ query: 'orders-db.query' });
  });

  it('name data sources of their own, reactive ones with the pool of Vert.x', () => {
    const { databases } = read(
      `${NAME}quarkus.datasource."audit".reactive.url=vertx-reactive:mysql://audit:3306/a
quarkus.redis.hosts=redis://sessions:6379`,
    );
    expect(databases.audit).toMatchObject({ kind: 'mysql', pools: { orders: { maxOpen: 20 } } });
    expect(databases.sessions.kind).toBe('redis');
  });

  it('give REST clients their time limits, also through Stork', () => {
    const { services } = read(
      `${NAME}quarkus.rest-client.payment-api.url=http://payment:8080
quarkus.rest-client.payment-api.read-timeout=2500
quarkus.rest-client."com.shop.StockClient".url=stork://stock-service/api
quarkus.stork.stock-service.service-discovery.type=kubernetes
quarkus.stork.stock-service.service-discovery.application=stock`,
    );
    expect(services.orders.outbound).toEqual({
      payment: { timeout: '2500ms', connections: { connectTimeout: '15s' } },
      stock: { timeout: '30s', connections: { connectTimeout: '15s' } },
    });
    const calls = services.orders.endpoints.handle.steps.slice(1);
    expect(calls).toEqual([{ call: 'stock.handle' }, { call: 'payment.handle' }]);
  });

  /** As in quarkusio/quarkus-super-heroes: a list for the machine of a developer, a registry for the cluster. */
  it.each([
    ['kubernetes', 'quarkus.stork.stock-service.service-discovery.application=stock'],
    ['consul', 'quarkus.stork.stock-service.service-discovery.application=stock'],
    ['static', 'quarkus.stork.stock-service.service-discovery.address-list=stock:8080'],
  ])('call what Stork finds by its type %s', (type, found) => {
    const { services, questions } = read(`${NAME}
quarkus.stork.stock-service.service-discovery.address-list=localhost:8083
quarkus.stork.payment.service-discovery.type=kubernetes
quarkus.stork.stock-service.service-discovery.type=${type}
${found}
shop.client-base-url=stork://stock-service`);
    const calls = services.orders.endpoints.handle.steps.slice(1);
    expect(calls).toEqual([{ call: 'stock.handle' }, { call: 'payment.handle' }]);
    expect(questions.join()).not.toContain('No file describes');
  });

  it.each([
    'com.shop.PaymentClient/charge/Retry/maxRetries=2\ncom.shop.PaymentClient/charge/Retry/delay=300\ncom.shop.PaymentClient/charge/Timeout/value=700',
    'quarkus.fault-tolerance."com.shop.PaymentClient/charge".retry.max-retries=2\nquarkus.fault-tolerance."com.shop.PaymentClient/charge".retry.delay=300\nquarkus.fault-tolerance."com.shop.PaymentClient/charge".timeout.value=700',
  ])('set annotations of MicroProfile Fault Tolerance: %s', (rules) => {
    const { services } = read(`${NAME}${rules}`);
    // The pause is 300 ms +- 200 ms.
    expect(services.orders.outbound.payment).toEqual({
      order: ['retry', 'timeout'],
      retry: { attempts: 3, backoff: { kind: 'constant', base: '100ms', jitter: '400ms' } },
      timeout: '700ms',
    });
  });

  it('have the defaults of a breaker, and a mean pause of 50 ms without a delay', () => {
    const { services } = read(
      `${NAME}com.shop.StockClient/CircuitBreaker/failureRatio=0.75
com.shop.StockClient/Retry/maxRetries=1
com.shop.StockClient/Bulkhead/value=8`,
    );
    expect(services.orders.outbound.stock).toEqual({
      order: ['retry', 'circuitBreaker', 'bulkhead'],
      retry: { attempts: 2, backoff: { kind: 'constant', base: '1ms', jitter: '100ms' } },
      circuitBreaker: {
        kind: 'custom',
        window: 'count',
        windowSize: 20,
        minCalls: 20,
        threshold: '75%',
        open: '5s',
        halfOpen: { permits: 1, closeAfter: 1 },
      },
      bulkhead: { maxConcurrent: 8 },
    });
  });

  it('name the topics of their channels, and who publishes and subscribes', () => {
    const result = imported([
      { path: 'k8s.yaml', text: deployed(['orders', 'stock']) },
      {
        path: 'orders/application.properties',
        text: 'quarkus.application.name=orders\nmp.messaging.outgoing.placed.connector=smallrye-kafka\nmp.messaging.outgoing.placed.topic=orders.placed\nmp.messaging.outgoing.placed.acks=all',
      },
      {
        path: 'stock/application.properties',
        text: 'quarkus.application.name=stock\nkafka.bootstrap.servers=kafka:9092\nmp.messaging.incoming.orders.topic=orders.placed\nmp.messaging.incoming.orders.group.id=shop.stock\nmp.messaging.incoming.orders.auto.offset.reset=earliest',
      },
    ]);
    loaded(result);
    const { topics, services } = parse(result.scenario);
    expect(topics['orders-placed']).toEqual({
      kind: 'kafka',
      partitions: 1,
      subscribers: [{ group: 'shop-stock', call: 'stock.handle', autoOffsetReset: 'earliest' }],
    });
    expect(services.orders.endpoints.handle.steps[1]).toEqual({ publish: 'orders-placed' });
    expect(result.account.listed.map(({ reason }) => reason)).toContain(
      'producers act on a broker, and no broker of these files has the topic',
    );
  });

  it('count as in production: other profiles are listed', () => {
    const { services, reasons } = read(
      `${NAME}%dev.quarkus.rest-client.payment-api.url=http://stock:1
%prod.quarkus.rest-client.payment-api.url=http://payment:8080`,
    );
    expect(Object.keys(services.orders.outbound)).toEqual(['payment']);
    expect(services.orders.endpoints.handle.steps.slice(1)).toEqual([{ call: 'payment.handle' }]);
    expect(reasons).toContain('a profile that does not run in production');
  });

  it('send telemetry to no component that is missing', () => {
    const env =
      'env: [ { name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector:4318" } ]';
    const result = imported([{ path: 'a.yaml', text: deployed(['orders'], { more: `, ${env}` }) }]);
    expect(result.questions.join()).not.toContain('collector');
  });
});
