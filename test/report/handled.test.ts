import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { characterOf } from '../../src/report/words/character.js';
import { answerOf } from '../../src/report/words/answer.js';
import { viewOf } from '../../src/report/view/view.js';
import { summaryText } from '../../src/report/text/text.js';
import { run } from '../theory/program.js';

/** A page that shows ads if it gets them; a fifth of the calls fail. */
const page = (optional: boolean): string => `
faultline: 1
title: a page with ads
run: { duration: 30s, seed: 3 }
services:
  shop: { endpoints: { page: [ { call: ads.get, optional: ${String(optional)} }, wait: 5ms ] } }
  ads: { endpoints: { get: [ wait: 2ms, { fail: 503, probability: 20% } ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
`;

it('says which optional calls fail while every request succeeds', () => {
  const { result } = run(page(true));
  const [variant] = result.variants;
  const { calls, outcomes, handled } = variant!.edges['shop->ads']!;
  expect(variant!.summary.success.value).toBe(1);
  expect(handled).toEqual({ finished: calls, failed: outcomes.serverError });
  const view = viewOf(result);
  const share = /(?:1[5-9]|2[0-5])(?:\.\d+)? %/u.source;
  const { what, also } = answerOf(view);
  expect(plainWords(what)).toMatch(
    new RegExp(
      `^Every request succeeds. ${share} of the optional calls of shop to ads fail.$`,
      'u',
    ),
  );
  expect(also.map(plainWords).join(' ')).toMatch(
    new RegExp(
      `${share} of the optional calls of shop to ads fail; no request fails by that.`,
      'u',
    ),
  );
  expect(characterOf(view, variant!)).toMatch(new RegExp(`^${share} of calls to ads fail$`, 'u'));
});

it('says nothing of calls whose failure fails the request', () => {
  const { result } = run(page(false));
  expect(result.variants[0]!.edges['shop->ads']!.handled).toBeUndefined();
  expect(answerOf(viewOf(result)).also.map(plainWords).join(' ')).not.toContain('optional');
});

it.each(['optional', 'background'])(
  'counts the %s calls of all runs, and says them beside a fault',
  (modifier) => {
    const { result } = run(`
faultline: 1
title: mails of orders
run: { duration: 60s, seed: 3, replications: 2 }
services:
  orders: { endpoints: { place: [ wait: 5ms, { call: mailer.send, ${modifier}: true } ] } }
  mailer: { endpoints: { send: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: orders.place } ] } }
faults: [ { id: down, kind: error, target: mailer, share: 40%, at: 20s, for: 30s } ]
`);
    const [variant] = result.variants;
    const { outcomes, handled } = variant!.edges['orders->mailer']!;
    // 40 % in half of 60 s.
    expect(handled!.failed).toBe(outcomes.serverError);
    expect(handled!.failed / handled!.finished).toBeCloseTo(0.2, 1);
    expect(handled!.isBackground ?? false).toBe(modifier === 'background');
    const plain = (text: string): string => text;
    const paint = { bold: plain, dim: plain, red: plain };
    const options = { paint, columns: 200, file: 'mails.yaml', wall: null, report: null };
    expect(String(summaryText(result, options))).toMatch(
      new RegExp(
        `beside {2}(19|20|21)[.\\d]* % of the ${modifier} calls of orders to mailer fail; no request fails by that\\.`,
        'u',
      ),
    );
  },
);
