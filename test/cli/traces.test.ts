import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { piecesOf } from '../../src/report/charts/waterfall.js';
import type { Span } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

interface Row {
  readonly id: number;
  readonly parent: number | null;
  readonly root: number;
  readonly part: string;
  readonly edge: string | null;
  readonly instance: string;
  readonly version: string | null;
  readonly arrival: number | null;
  readonly opened: number | null;
  readonly stages: Readonly<Record<string, number | null>>;
  readonly begun: number | null;
  readonly ended: number | null;
  readonly background: boolean;
}

/** A request a second to `shop.buy`. */
function rowsOf(name: string, services: string): readonly Row[] {
  const scenario = folder.put(
    `${name}.yaml`,
    `faultline: 1
title: Traces
run: { duration: 9s, replications: 1 }
network: { latency: 0ms }
${services}
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
`,
  );
  const path = folder.at(`${name}.jsonl`);
  const out = ['--out', folder.at(name), '--format', 'json', '--traces', path];
  const { status, stderr } = faultline(['run', scenario, '--quiet', ...out]);
  expect([status, stderr]).toEqual([0, '']);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

function spans(rows: readonly Row[], root: number): readonly unknown[] {
  const start = rows.find(({ id }) => id === root)!.begun!;
  const since = (at: number | null): number => Math.round((at! - start) * 1e9) / 1e9;
  const partOf = new Map(rows.map(({ id, part }) => [id, part]));
  return rows
    .filter((row) => row.root === root)
    .map((row) => [
      row.part,
      row.parent === null ? null : partOf.get(row.parent),
      since(row.begun),
      since(row.ended),
      row.background,
    ]);
}

describe('traces', () => {
  it('show what a request has done in the background, and what that calls, as its own', () => {
    const rows = rowsOf(
      'background',
      `services:
  shop: { endpoints: { buy: [ { call: mail.send, background: true }, { call: bank.pay } ] } }
  mail: { endpoints: { send: [ wait: 20ms, { call: bank.pay }, wait: 5ms ] } }
  bank: { endpoints: { pay: [ wait: 10ms ] } }`,
    );
    const requests = rows.filter(({ parent }) => parent === null);
    expect(requests.length).toBeGreaterThan(2);
    // The request ends at 10 ms, its mail at 35 ms.
    expect(spans(rows, requests[0]!.id)).toEqual([
      ['bank.pay', 'shop.buy', 0, 0.01, false],
      ['shop.buy', 'users.buy', 0, 0.01, false],
      ['users.buy', null, 0, 0.01, false],
      ['bank.pay', 'mail.send', 0.02, 0.03, true],
      ['mail.send', 'shop.buy', 0, 0.035, true],
    ]);
    const result = JSON.parse(readFileSync(folder.at('background/background.json'), 'utf8')) as {
      variants: { exemplars: { spans: { name: string; background?: true }[] }[] }[];
    };
    const marked = result.variants[0]!.exemplars[0]!.spans.map((span) => [
      span.name,
      span.background,
    ]);
    expect(marked).toEqual([
      ['users.buy', undefined],
      ['shop.buy', undefined],
      ['mail.send', true],
      ['bank.pay', undefined],
      ['bank.pay', true],
    ]);
  });

  it('show an endpoint that calls itself level by level', () => {
    const rows = rowsOf(
      'recursion',
      `services:
  shop: { concurrency: 4, endpoints: { buy: [ wait: 10ms, { loop: { times: 1, steps: [ { call: shop.more } ] } } ], more: [ wait: 5ms, { call: shop.more, probability: 50% } ] } }`,
    );
    for (const { id } of rows.filter(({ parent }) => parent === null)) {
      const own = rows.filter(({ root }) => root === id);
      const chain = [own.find(({ parent }) => parent === null)!];
      for (let next; (next = own.find(({ parent }) => parent === chain.at(-1)!.id));)
        chain.push(next);
      expect(chain).toHaveLength(own.length);
      chain.slice(2).forEach((row, level) => {
        expect(row.edge).toBe(level === 0 ? 'shop.buy->shop.more' : 'shop.more->shop.more');
        expect(row.ended).toBe(chain[0]!.ended);
      });
    }
  });

  it('show a transaction where only one version has it', () => {
    const rows = rowsOf(
      'versions',
      `services:
  shop:
    endpoints: { buy: [ { query: db.insert } ] }
    replicas: { v1: 1, v2: 1 }
    versions:
      v1: {}
      v2: { endpoints: { buy: [ { transaction: { database: db, commit: 2ms, steps: [ { query: db.insert } ] } } ] } }
databases: { db: { operations: { insert: { work: 5ms, write: true } } } }`,
    );
    const served = rows.filter(({ part }) => part === 'shop.buy');
    for (const { instance, root } of served) {
      const parts = spans(rows, root).map((span) => (span as string[])[0]);
      const commits = instance === 'shop[1]' ? ['db.commit'] : [];
      expect(parts).toEqual(['db.insert', ...commits, 'shop.buy', 'users.buy']);
    }
    expect(new Set(served.map(({ instance }) => instance)).size).toBe(2);
    expect(new Set(served.map(({ instance, version }) => `${instance} ${version}`))).toEqual(
      new Set(['shop[0] v1', 'shop[1] v2']),
    );
    expect(rows.filter(({ part, version }) => part !== 'shop.buy' && version !== null)).toEqual([]);
  });

  it('tell the wait for a connection, the steps of a transaction and its commit apart', () => {
    const rows = rowsOf(
      'transaction',
      `services:
  shop: { endpoints: { buy: [ parallel: [ call: desk.sell, call: desk.sell ] ] } }
  desk:
    endpoints: { sell: [ { transaction: { database: db, commit: 2ms, steps: [ { query: db.insert }, wait: 4ms ] } } ] }
databases: { db: { pool: { maxOpen: 1 }, operations: { insert: { wait: 5ms, write: true } } } }`,
    );
    const commits = rows.filter(({ part, arrival }) => part === 'db.commit' && arrival === null);
    const first = commits.slice(0, 2).map(({ stages }) => stages);
    // The second has the connection of the first, after 5 + 4 + 2 ms.
    expect(first).toEqual([
      { policies: 0, transaction: 0.009, request: 0, queue: 0, service: 0.002, answer: 0 },
      { policies: 0.011, transaction: 0.009, request: 0, queue: 0, service: 0.002, answer: 0 },
    ]);
    expect(rows.filter(({ part, opened }) => part !== 'db.commit' && opened !== null)).toEqual([]);
    const { variants } = JSON.parse(
      readFileSync(folder.at('transaction/transaction.json'), 'utf8'),
    ) as { variants: { exemplars: { spans: Span[]; duration: number }[] }[] };
    const { spans: drawn, duration } = variants[0]!.exemplars[0]!;
    const waiting = drawn.find(
      ({ name, opened, called }) => name === 'db.commit' && opened! > called,
    )!;
    const inside = drawn.find(({ id }) => id === waiting.parent)!;
    const ms = (span: Span): unknown =>
      piecesOf(span, drawn, duration).map(({ kind, from, until }) => [
        kind,
        ...[from, until].map((at) => Math.round((at - inside.begun!) * 1e6) / 1e3),
      ]);
    expect(ms(waiting)).toEqual([
      ['held', 0, 11],
      ['wait', 11, 20],
      ['work', 20, 22],
    ]);
    // The caller waits for the connection, its insert and its commit; the 4 ms between are its own.
    expect(ms(inside)).toEqual([
      ['wait', 0, 11],
      ['wait', 11, 16],
      ['work', 16, 20],
      ['wait', 20, 22],
    ]);
  });
});
