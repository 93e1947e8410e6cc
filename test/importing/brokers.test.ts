import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Imported } from '../../src/importing/import.js';
import { deployed, imported, loaded } from './support.js';

const COMPOSE = `services:
  web: { image: acme/web, environment: { AMQP: "amqp://bunny:5672", STREAM: "log:9092" } }
  bunny: { image: "rabbitmq:3-management", ports: [ "15672:15672" ] }
  log: { image: confluentinc/cp-kafka:7.5.0 }
  log-ui: { image: provectuslabs/kafka-ui }
`;

function read(...texts: readonly string[]): { readonly result: Imported; readonly scenario: any } {
  const result = imported(texts.map((text, k) => ({ path: `file-${k}.yaml`, text })));
  loaded(result);
  return { result, scenario: parse(result.scenario) };
}

describe('a message broker', () => {
  it('is a topic for all of its messages, which callers publish to', () => {
    const { result, scenario } = read(COMPOSE);
    expect(scenario.topics).toEqual({
      bunny: { kind: 'bus' },
      log: { kind: 'kafka', partitions: 1 },
    });
    const steps = scenario.services.web.endpoints.handle.steps;
    expect(steps.slice(1)).toEqual([{ publish: 'bunny' }, { publish: 'log' }]);
    // The page of the broker is no entrance for users, and neither is a tool that shows its messages.
    expect(scenario.workloads.users.requests.map((one: any) => one.name)).toEqual(['web']);
    expect(result.questions).toContainEqual(
      expect.stringMatching(/^Which messages go through bunny and log, and which services/u),
    );
    expect(result.account.values).toBe(result.account.placed + result.account.listed.length);
  });

  it('is one of Kubernetes, too', () => {
    const { scenario } = read(`apiVersion: apps/v1
kind: StatefulSet
metadata: { name: rabbit }
spec:
  template:
    metadata: { labels: { app: rabbit } }
    spec: { containers: [ { name: rabbit, image: "docker.io/library/rabbitmq:3.12" } ] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: web, image: acme/web } ] }
`);
    expect(Object.keys(scenario.services)).toEqual(['web']);
    expect(scenario.topics).toEqual({ rabbit: { kind: 'bus' } });
  });

  /** The shape of eventuate-tram-examples-customers-and-orders (Apache-2.0). */
  it.each([
    ['acme/shop-kafka:1', 9092, 'kafka'],
    ['acme/shop-rabbitmq', 5672, 'bus'],
    ['acme/orders-kafka', 8080, undefined],
    ['acme/kafka-orders', 9092, undefined],
  ])('is an image of its own, %s on port %d', (image, port, kind) => {
    const more = `, ports: [ { containerPort: ${port} } ]`;
    const pods = deployed(['web', 'log'], { more }).replace('shop/log', image);
    const { scenario } = read(pods);
    expect(scenario.topics?.log.kind).toBe(kind);
    expect('log' in scenario.services).toBe(kind === undefined);
  });

  it('is left out where its topics are known', () => {
    const { result, scenario } = read(
      COMPOSE,
      'apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata: { name: orders }\nspec: { partitions: 4 }\n',
    );
    expect(Object.keys(scenario.topics)).toEqual(['orders']);
    expect(scenario.services.web.endpoints.handle.steps).toHaveLength(1);
    expect(result.questions.filter((text) => text.startsWith('Which messages'))).toEqual([]);
  });
});
