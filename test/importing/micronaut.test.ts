import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded } from './support.js';

/** What the settings of the service `orders` make of a shop. Written for this test. */
function read(settings: string, more: readonly { path: string; text: string }[] = []): any {
  const result = imported([
    { path: 'k8s.yaml', text: deployed(['orders', 'payment', 'stock']) },
    {
      path: 'src/main/resources/application.yml',
      text: `micronaut.application.name: orders\n${settings}`,
    },
    ...more,
  ]);
  loaded(result);
  const { placed, listed, values } = result.account;
  expect(placed + listed.length).toBe(values);
  return { ...parse(result.scenario), text: result.scenario, questions: result.questions };
}

describe('settings of Micronaut', () => {
  it('name callees by URL or name, with the limits of their client, else of all, else the defaults', () => {
    const { services } = read(`
micronaut.http:
  client: { connect-timeout: 1s }
  services:
    pay: { url: "http://payment:8080", readTimeout: 700ms }
    stock: {}
`);
    const connections = { connectTimeout: '1s' };
    expect(services.orders.outbound).toEqual({
      payment: { timeout: '700ms', connections },
      stock: { timeout: '10s', connections },
    });
    const { services: bare } = read(`
micronaut.http.services:
  stock: { path: /v1 }
  pay: { urls: [ "http://payment:8080" ], pool: { max-concurrent-http1-connections: 8, acquire-timeout: 2s } }
`);
    const calls = bare.orders.endpoints.handle.steps.slice(1);
    expect(calls).toEqual([{ call: 'stock.handle' }, { call: 'payment.handle' }]);
    const byDefault = { timeout: '10s', connections: { connectTimeout: '30s' } };
    expect(bare.orders.outbound).toEqual({
      stock: byDefault,
      payment: {
        order: ['bulkhead', 'timeout'],
        bulkhead: { maxConcurrent: 8, maxQueue: 'unbounded', maxWait: '2s' },
        ...byDefault,
      },
    });
  });

  it('name databases with the pools of HikariCP, and their places', () => {
    const { databases, text } = read(`
datasources:
  default: { url: "jdbc:postgresql://orders-db:5432/shop", maximum-pool-size: 16 }
  audit: { url: "jdbc:mysql://audit/log" }
redis.uri: redis://cache:6379
mongodb.uri: mongodb://docs/x
`);
    expect(databases).toMatchObject({
      'orders-db': { kind: 'postgres', pools: { orders: { maximumPoolSize: 16 } } },
      audit: { kind: 'mysql', pools: { orders: { kind: 'hikari' } } },
      cache: { kind: 'redis' },
      docs: { kind: 'mongo' },
    });
    expect(text).toContain('\n  orders-db:  # src/main/resources/application.yml:');
  });

  it('are those of the environments that run', () => {
    const file = {
      path: 'src/main/resources/application-eu.yml',
      text: 'micronaut: { application: { name: orders }, http: { services: { stock: { read-timeout: 3s } } } }',
    };
    const eu = read('micronaut.environments: eu', [file]);
    expect(eu.services.orders.outbound.stock.timeout).toBe('3s');
    const none = read('', [file]);
    expect(none.services.orders.outbound).toBeUndefined();
    expect(none.questions.join('\n')).toMatch(/MICRONAUT_ENVIRONMENTS in the environment/);
  });
});
