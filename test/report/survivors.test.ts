import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

it('of two variants with one change each, the one with less of the harm is advised', () => {
  // A group of static members has no backlog; one that rebalances cooperatively has half of it, for as long.
  const text = readFileSync('scenarios/patterns/consumer-crash.yaml', 'utf8');
  const { act, also } = answerOf(viewOf(run(text).result));
  expect(plainWords(act!)).toMatch(/^Use static: it holds the budget with .+; cooperative too\.$/u);
  expect(also.map(plainWords).join(' ')).toMatch(
    /Difference of static from classic: the backlog is gone after \S+ ms instead of 52\.5 s/u,
  );
});
