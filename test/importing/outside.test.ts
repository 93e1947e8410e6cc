import { expect, it } from 'vitest';
import { outsideQuestion } from '../../src/importing/questions.js';
import { connectAddresses } from '../../src/importing/kinds/kubernetes/addresses.js';
import { deployed, imported, source } from './support.js';
import type { Component, System } from '../../src/importing/system.js';

/** The question about the addresses of some variables of `orders`, of which only `cart` is known. */
function questionOn(variables: Readonly<Record<string, string>>): string | undefined {
  const outside = new Map<string, string>();
  const system = {
    outside,
    tools: new Set<string>(),
    find: (host: string) => (host === 'cart' ? ({ name: 'cart' } as Component) : undefined),
    connect: () => undefined,
  } as unknown as System;
  for (const name of Object.keys(variables).sort())
    connectAddresses({ name: 'orders' } as Component, name, variables[name], 'shop', system, []);
  return outsideQuestion(outside)[0];
}

it('asks for a component that a variable names and no file describes', () => {
  expect(questionOn({ KAFKA_BOOTSTRAP_SERVERS: 'kafka-0.kafka:9092', CART_ADDR: 'cart:80' })).toBe(
    'Which component is kafka-0.kafka (KAFKA_BOOTSTRAP_SERVERS of orders)? No file describes it, so the scenario lacks it.',
  );
});

it('asks once for several, without what a URL keeps secret', () => {
  const asked = questionOn({
    DATABASE_URL: 'postgres://me:secret@db.example.com:5432/x',
    KAFKA_BROKERS: 'kafka:9092',
  });
  expect(asked).toContain('Which components are db.example.com (DATABASE_URL of orders) and kafka');
  expect(asked).not.toContain('secret');
});

it.each([
  ['the process itself', { LISTEN_ADDR: '0.0.0.0:8080', PEER_HOST: 'localhost:9000' }],
  ['its telemetry', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' }],
  ['a word', { SERVER: 'nginx', LOG_LEVEL: 'info:debug' }],
  ['a component that is there', { CART_ADDR: 'cart:80' }],
  ['a picture of a public host', { 'fight.fallback.image-url': 'https://dummyimage.com/240x320' }],
  ['where a login returns to', { redirectUri: 'https://shop.example.com/login' }],
])('asks nothing about %s', (_, variables) => {
  expect(questionOn(variables)).toBeUndefined();
});

it.each([
  ['https://api.pictures.com/240', 'api.pictures.com'],
  ['https://pictures.com/v1/render', 'pictures.com'],
  ['http://pictures.media/240', 'pictures.media'],
  ['http://pictures:8080/240', 'pictures'],
])('asks about an address of pictures that can be a service: %s', (url, host) => {
  expect(questionOn({ IMAGE_URL: url })).toContain(`${host} (IMAGE_URL of orders)`);
});

/** The shape of stefanprodan/podinfo (Apache-2.0), whose frontend has the address of its backend as an argument. */
it.each([
  [
    'Kubernetes',
    'k8s.yaml',
    deployed(['web']) +
      '\n---' +
      deployed(['shop'], {
        more: ', command: [ ./shop, --port=80, --backend-url=http://web:9898/echo ]',
      }),
    'call: web.handle',
  ],
  [
    'Docker Compose',
    'compose.yaml',
    `services: { web_api: { image: web }, shop: { image: shop, command: ./shop --backend-url http://web_api:9898/echo } }`,
    'call: web_api.handle',
  ],
])('an address on the command line in %s suggests a call', (_, path, text, call) => {
  const { scenario } = imported(source(text, path));
  expect(scenario.match(new RegExp(`- ${call}  # ${path}:\\d+, guess`, 'g'))).toHaveLength(1);
  expect(scenario.match(/- call: /g)).toHaveLength(1);
});
