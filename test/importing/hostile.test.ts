import { describe, expect, it } from 'vitest';
import { deployed, imported, source } from './support.js';

const ROWS: readonly (readonly [title: string, text: string, message: RegExp])[] = [
  ['broken YAML', 'kind: Deployment\n  a: [', /^test\.yaml:1: is not valid YAML/],
  [
    'a key of a prototype',
    'kind: Deployment\n__proto__: { a: 1 }',
    /^test\.yaml:2: has the key __proto__/,
  ],
  ['deep nesting', `a: ${'['.repeat(100)}${']'.repeat(100)}`, /nested more than 64 deep/],
  ['an alias that leads nowhere', 'kind: *x', /^test\.yaml:1: /],
  [
    'an alias bomb',
    `a: &a [${'x,'.repeat(20)}x]\n${'bcdefgh'
      .split('')
      .map((key, index) => `${key}: &${key} [${`*${'abcdefg'[index]},`.repeat(20)}x]`)
      .join('\n')}`,
    /has more than 100000 values/,
  ],
  [
    'a Helm template',
    'kind: Deployment\nspec:\n  replicas: {{ .Values.replicas }}',
    /^test\.yaml:3: is a Helm template: render it, such as helm template CHART \| faultline import -$/,
  ],
  [
    'a Kustomization',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [ a.yaml ]',
    /^test\.yaml:1: is a Kustomization: render it with kubectl kustomize \. > all\.yaml/,
  ],
  ['control characters', 'kind: "\u0007"', /U\+0007/],
  [
    'nothing that runs',
    'apiVersion: v1\nkind: ConfigMap\ndata: { a: b }',
    /nothing in test\.yaml runs a service/,
  ],
];

describe('a file that cannot be imported', () => {
  it.each(ROWS)('%s', (_title, text, message) => {
    expect(() => imported(source(text))).toThrow(message);
  });
});

it.each([
  ['kind: Deployment\nmetadata: { name: web }', /^it has no apiVersion: a part of an object/],
  ['apiVersion: example.com/v1\nmetadata: { name: web }', /^it has no kind/],
  ['replicas: 3', /^no importer knows this file$/],
])('a document that is not whole is listed with what it lacks: %s', (text, reason) => {
  const { account } = imported([...source(deployed(['web'])), ...source(text, 'part.yaml')]);
  const own = account.listed.filter(({ place }) => place.startsWith('part.yaml'));
  expect(own.length).toBeGreaterThan(0);
  for (const one of own) expect(one.reason).toMatch(reason);
});
