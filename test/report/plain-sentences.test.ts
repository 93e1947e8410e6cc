import { describe, expect, it } from 'vitest';
import { cascadeFinding } from '../../src/report/words/findings-cascade.js';
import { causeSentence } from '../../src/report/words/causes.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { saidWords } from '../support/said.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import { sampleResult } from '../support/sample-result.js';

const fault = (name: string, role: 'cause' | 'part', without: number) => ({
  fault: name,
  role,
  without,
  alone: null,
  averted: { value: 2608 - without, ci95: null, each: [2608 - without] },
  share: 2608 - without,
});

/** The sentence about two faults, of which the second one leaves this many of 2,608 requests. */
function causesOf(without: number): string {
  const sample = sampleResult();
  const [first, second] = sample.faults;
  const own: Counterfactuals = {
    replications: 1,
    runs: 3,
    harm: 2608,
    background: 13,
    failing: { seconds: 40, toEnd: false },
    slow: {},
    faults: [fault(first!.id, 'cause', 1285), fault(second!.id, 'part', without)],
    interventions: [],
  };
  return causeSentence({ variant: sample.variants[0]!, own });
}

describe('sentences', () => {
  it('name two causes of about equal parts, and a part that is smaller', () => {
    expect(causesOf(1356)).toMatch(/^Causes of about equal parts: .*1,285 remain .*1,356 without/u);
    expect(causesOf(1356)).not.toContain('A smaller part');
    expect(causesOf(2300)).toMatch(/^Cause: .*1,285 remain without the fault\. A smaller part: /u);
  });

  it('name the broken budgets of the only variant, with their values', () => {
    const sample = sampleResult();
    const [variant] = sample.variants.filter(({ name }) => name === 'retries');
    const said = plainWords(saidWords(viewOf({ ...sample, variants: [variant!] })));
    expect(said).toMatch(/ 5 of 6 budgets are not held: “.+” \(.+\), “.+” \(.+\) and 3 others\./u);
    const budgets = variant!.budgets.slice(0, 1);
    const one = viewOf({ ...sample, variants: [{ ...variant!, budgets }] });
    expect(plainWords(saidWords(one))).toContain(`“${budgets[0]!.text}” is not held: `);
  });

  it.each([
    [['orders'], 'No request fails, but orders falls behind'],
    [['mails', 'orders'], 'No request fails, but mails and orders fall behind'],
  ])('have the verb that agrees with the number of subjects: %j', (subjects, title) => {
    const [variant] = sampleResult().variants;
    const event = { at: 5, kind: 'backlog', text: 'late', cause: null, mechanism: null } as const;
    const events = subjects.map((subject) => ({ ...event, subject }));
    const cascade = { ...variant!.cascade, events, states: {}, influences: [], blastRadius: [] };
    const calm = { ...variant!, cascade } as unknown as typeof variant & object;
    const view = viewOf({ ...sampleResult(), variants: [calm] });
    expect(cascadeFinding(view, calm)).toContain(title);
  });
});
