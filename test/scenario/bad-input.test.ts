import { describe, expect, it } from 'vitest';
import { BAD } from './bad.js';
import { RIGHT } from './bad-input.js';
import { brief, load } from './support.js';

describe('a scenario with one mistake', () => {
  it('is right without it', () => {
    expect(load(RIGHT).problems).toEqual([]);
  });

  it.each(BAD)('is refused for $title, at its place', ({ edit, code, at, says, suggestion }) => {
    expect(RIGHT).toContain(edit[0]);
    const text = RIGHT.replace(edit[0], () => edit[1]);
    const before = text.slice(0, text.indexOf(at)).split('\n');
    expect(text).toContain(at);
    const { file, problems } = load(text);
    expect(file).toBeNull();
    const line = before.length;
    const col = before[before.length - 1].length + 1;
    const wanted = problems.filter((p) => p.code === code && p.line === line && p.col === col);
    expect(wanted, problems.map(brief).join('\n')).toHaveLength(1);
    expect(wanted[0].message).toContain(says);
    if (suggestion !== undefined) expect(wanted[0].suggestion).toBe(suggestion);
  });

  it('says which service drives a saga that another one wants to begin', () => {
    const trip =
      'kind: orchestrated, orchestrator: orders, steps: [ { name: a, call: orders.show, readOnly: true } ]';
    const text = RIGHT.replace('charge: [ wait: 20ms ]', 'charge: [ saga: trip ]').replace(
      'variants:',
      `sagas: { trip: { ${trip} } }\nvariants:`,
    );
    expect(load(text).problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'FL208 only the orchestrator orders can start trip: start it in an endpoint of orders, and call that from here',
    ]);
  });

  it('names every code of the table at least as FLnnn', () => {
    expect(BAD.every(({ code }) => /^FL\d{3}$/.test(code))).toBe(true);
    expect(BAD.length).toBeGreaterThan(90);
  });
});

describe('a scenario with several mistakes', () => {
  it('gets all of them at once, sorted by place', () => {
    const text = RIGHT.replace('timeout: 500ms', 'timeot: 500ms')
      .replace('call: payments.charge', 'call: paymets.charge')
      .replace('kind: slow,', 'kind: slwo,')
      .replace('focus: [orders]', 'focus: [ordres]');
    expect(load(text).problems.map((p) => `${p.line} ${p.code}`)).toEqual([
      '10 FL201',
      '27 FL404',
      '41 FL206',
      '47 FL404',
    ]);
  });

  it('gets one mistake of a policy once, however many calls use it', () => {
    const text = RIGHT.replace('attempts: 3', 'attempts: -3');
    expect(load(text).problems.map((p) => `${p.line}:${p.col} ${p.code}`)).toEqual(['11:59 FL205']);
  });

  it('gets at most a hundred', () => {
    const steps = Array.from({ length: 300 }, (_, i) => `            - call: nobody${i}.x`).join(
      '\n',
    );
    const text = RIGHT.replace(
      '          - work: lognormal(p50=2ms p99=9ms)',
      steps.replace(/^ {2}/gm, ''),
    );
    expect(load(text).problems).toHaveLength(100);
  });

  it('reports at once that a topic has too many processes, however many they are', () => {
    const topic =
      'topics: { news: { kind: bus, event: system, subscribers: [ { group: g, call: orders.create } ] } }';
    const text = RIGHT.replace(
      'services:\n  orders:\n    replicas: 2\n    zone: [a, b]',
      `${topic}\nservices:\n  orders:\n    zone: { a: 1000000000 }`,
    );
    expect(load(text).problems.map(({ code }) => code)).toEqual(['FL208', 'FL602']);
  });

  it('says of which variants a problem is, when the file as written has it only there', () => {
    const text = RIGHT.replace('call: orders.show, weight', 'call: orders.shw, weight').replace(
      'remove: [policies.pay.retry]',
      'remove: ["workloads.shoppers.requests[look]"]',
    );
    expect(load(text).problems.map(brief)).toEqual([
      '39:82 FL404 orders has no endpoint shw; it has create show (in variant as-is)',
    ]);
  });
});
