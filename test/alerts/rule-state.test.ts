import { describe, expect, it } from 'vitest';
import { RuleState } from '../../src/alerts/rule-state.js';
import type { AlertRule } from '../../src/contracts/scenario/alerts.js';
import { LabelSet } from '../../src/promql/labels.js';

const rule = (forSec: number, keepSec = 0): AlertRule => ({
  name: 'a',
  records: false,
  kind: 'expr',
  words: '',
  expr: 'x',
  forNs: forSec * 1e9,
  keepFiringForNs: keepSec * 1e9,
  severity: null,
  labels: {},
  path: [],
  windowNs: 0,
});

const shop = { labels: LabelSet.of([['service', 'shop']]), value: 1 };
const bank = { labels: LabelSet.of([['service', 'bank']]), value: 1 };

/** Evaluates every 15 s from 0 s on. */
function after(state: RuleState, ...held: readonly (readonly (typeof shop)[])[]) {
  held.forEach((elements, index) => state.evaluated(index * 15, elements, 1));
  return state.record();
}

describe('the state of an alert', () => {
  it('fires at once without a wait, and resolves at the first evaluation without it', () => {
    const { firings, heldAt } = after(new RuleState(rule(0)), [], [shop], [shop], []);
    expect(firings).toEqual([{ from: 15, until: 45, labels: '{service="shop"}' }]);
    expect(heldAt).toBe(15);
  });

  it('is pending until it has held for the whole wait without a break', () => {
    const state = new RuleState(rule(30));
    const { firings, heldAt } = after(state, [shop], [shop], [], [shop], [shop], [shop]);
    expect(firings).toEqual([{ from: 75, until: null, labels: '{service="shop"}' }]);
    expect(heldAt).toBe(0);
  });

  it('waits for each set of labels by itself', () => {
    const { firings } = after(new RuleState(rule(30)), [shop], [bank], [shop], [bank]);
    expect(firings).toEqual([]);
  });

  it('fires on for a while after it holds no more, and a return ends that while', () => {
    const state = new RuleState(rule(0, 30));
    const { firings } = after(state, [shop], [], [shop], [], [], []);
    expect(firings).toEqual([{ from: 0, until: 75, labels: '{service="shop"}' }]);
  });

  it('is one firing while any of its elements fires', () => {
    const { firings } = after(new RuleState(rule(0)), [shop], [bank], []);
    expect(firings).toHaveLength(1);
    expect(firings[0]).toMatchObject({ from: 0, until: 30 });
  });
});
