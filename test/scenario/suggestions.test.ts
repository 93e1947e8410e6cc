import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { meant, nearest } from '../../src/scenario/suggest.js';
import { load, station } from './support.js';

/** What is printed of the only problem of a text. */
function told(text: string): string {
  const { problems } = load(text);
  expect(problems).toHaveLength(1);
  return formatDiagnostic(problems[0]);
}

const SERVICE = '{ endpoints: { serve: [ wait: 1ms ] } }';

describe('what was probably meant', () => {
  it('is the nearest name by slips of the finger', () => {
    expect(meant('sucess', ['success', 'waste'])).toBe('success');
    expect(meant('quark', ['success', 'waste'])).toBeUndefined();
  });

  it('is else the longest name that the word begins or ends with', () => {
    expect(meant('drainTime', ['drain', 'lag', 'dra'])).toBe('drain');
    expect(meant('consumerLag', ['drain', 'lag'])).toBe('lag');
    expect(nearest('drainTime', ['drain', 'lag'])).toBeUndefined();
  });
});

describe('what is allowed instead', () => {
  it('is listed where no name is near', () => {
    const text = told(station(SERVICE).replace('arrivals:', 'zzz: 1, arrivals:'));
    expect(text).toMatch(/unknown key zzz\n(.*\n)+ {2}allowed: arrivals, .*patience, .*requests, /);
  });

  it('is not listed where the message says it, or one name is meant', () => {
    const near = told(station(SERVICE).replace('arrivals:', 'patienc: 1s, arrivals:'));
    expect(near).toContain('did you mean "patience"?');
    expect(near).not.toContain('allowed:');
    const kind = told(station('{ runtime: green, endpoints: { serve: [ wait: 1ms ] } }'));
    expect(kind).toContain('must be');
    expect(kind).not.toContain('allowed:');
  });

  it('is cut where it is long', () => {
    const text = told(station(SERVICE.replace('endpoints:', 'zzz: 1, endpoints:')));
    expect(text).toMatch(/ {2}allowed: .* and \d+ more$/);
  });
});

it('names a field that holds both database and operation once', () => {
  const { problems } = load(`faultline: 1
title: Outbox
run: { duration: 1s }
databases: { db: { operations: { insert: 1ms } } }
services: { shop: { outbox: { database: db.insrt }, endpoints: { buy: [ work: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }
`);
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'FL404 services.shop.outbox.database',
  ]);
});
