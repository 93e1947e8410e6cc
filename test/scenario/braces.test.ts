import { expect, it } from 'vitest';
import { loadFiles } from './support.js';

/** The messages about a file whose retry has this back-off, in braces. */
const messagesOn = (backoff: string): readonly string[] =>
  loadFiles({
    's.yaml': `
faultline: 1
title: a call in braces
run: { duration: 10s }
policies: { p: { retry: { attempts: 3, backoff: ${backoff} } } }
services: { a: { outbound: p, endpoints: { x: [ call: b.y ] } }, b: { endpoints: { y: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: a.x } ] } }
`,
  }).problems.map(({ message }) => message);

it.each([
  'exponential(1s, 2, 30s)',
  'exponential(1s, x, 30s)',
  'exponential(1s, 30s)',
  'exponential(1s)',
])('a back-off that is a call is one problem, with the form to write: %s', (backoff) => {
  const [first, ...others] = messagesOn(backoff);
  expect(first).toMatch(/: write \{ kind: exponential, base: 1s \}$/u);
  expect(others).toEqual([]);
});

it('a key without a value that belongs to no call is still reported', () => {
  expect(messagesOn('{ kind: exponential, base: 1s, max }')).toEqual([
    'max has no value: write one, or null to delete what is inherited',
  ]);
});
