import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { characterOf } from '../../src/report/words/character.js';
import { answerOf } from '../../src/report/words/answer.js';
import { viewOf } from '../../src/report/view/view.js';
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
