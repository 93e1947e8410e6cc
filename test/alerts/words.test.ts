import { describe, expect, it } from 'vitest';
import type { AlertResult } from '../../src/contracts/result/alerts.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { alertsText } from '../../src/report/words/alerts.js';

/** The words about a page that fires after a minute in each of some runs, with a responder that comes later. */
function words(each: readonly (number | null)[]): string | null {
  const fired = each.filter((one) => one !== null);
  const page: AlertResult = {
    name: 'page',
    severity: null,
    words: 'users.success < 99%',
    expr: 'up',
    for: 0,
    after: {
      value: fired.length === 0 ? null : 60,
      ci95: null,
      each,
      never: each.length - fired.length,
    },
    heldAfter: 60,
    firings: 1,
    falseAlarms: 0,
    firesFor: 60,
  };
  const alerts = { rules: [page], faultAt: 10, budgets: [], failed: 0.1, notes: [] };
  const counterfactuals = { delays: [{ later: 60, more: 600 }] } as unknown as Counterfactuals;
  return alertsText({
    alerts,
    counterfactuals,
    faults: [{}] as unknown as VariantResult['faults'],
  });
}

describe('the words of alerts', () => {
  it('say of which run the minutes of a responder are, and in how many an alert fires', () => {
    expect(words([60])).toContain('Responders at another time: 60 s later 600 more requests fail.');
    expect(words([60, null, 60])).toMatch(
      /^page fires first, 60 s after the fault \(in 2 of 3 runs\)\. Responders at another time, in run 1: 60 s later/,
    );
    expect(words([null, null])).toContain('page never fires, although 10 % of requests fail.');
  });
});
