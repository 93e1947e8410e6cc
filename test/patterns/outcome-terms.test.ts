import { describe, expect, it } from 'vitest';
import {
  OUTCOME_TERMS,
  OutcomeSet,
  outcomeTerms,
} from '../../src/patterns/mechanisms/outcome-terms.js';
import { AMBIGUOUS, OUTCOME, OUTCOME_NAMES, withStatus } from '../../src/contracts/outcome.js';

const members = (...terms: (string | number)[]): string[] => {
  const set = new OutcomeSet(terms);
  return OUTCOME_NAMES.filter((name) => set.has(OUTCOME[name]));
};

describe('outcome terms', () => {
  it('represent groups of outcomes', () => {
    expect(members('connect')).toEqual(['refused', 'connectTimeout']);
    expect(members('error')).toEqual(['serverError', 'rejectedOverload']);
    expect(members('overload')).toEqual(['rejectedOverload']);
    expect(members('any')).toEqual(
      OUTCOME_NAMES.filter(
        (name) =>
          ![
            'ok',
            'clientError',
            'cancelled',
            'deadlineExceeded',
            'degraded',
            'abandoned',
            'unfinished',
          ].includes(name),
      ),
    );
  });

  it('match statuses of responses, not the default statuses of local failures', () => {
    const set = new OutcomeSet(['gateway']);
    for (const status of [502, 503, 504]) {
      expect(set.has(withStatus(OUTCOME.serverError, status))).toBe(true);
    }
    expect(set.has(withStatus(OUTCOME.serverError, 501))).toBe(false);
    expect(set.has(OUTCOME.rejectedOverload)).toBe(true);
    for (const local of ['timeout', 'refused', 'rejectedBreaker', 'poolTimeout'] as const) {
      expect(set.has(OUTCOME[local])).toBe(false);
    }
    expect(members(429)).toEqual(['throttled']);
    expect(members('4xx')).toEqual(['clientError', 'throttled']);
  });

  it('see through the mark of ambiguity', () => {
    expect(new OutcomeSet(['timeout']).has(OUTCOME.timeout | AMBIGUOUS)).toBe(true);
    expect(new OutcomeSet([503]).has(withStatus(OUTCOME.serverError, 503) | AMBIGUOUS)).toBe(true);
  });

  it('are known words and statuses of failures, at least one', () => {
    expect(outcomeTerms().parse(['connect', 503])).toEqual(['connect', 503]);
    for (const wrong of [[], ['ok'], ['gatway'], [200], [600], [503.5], [null], 'any']) {
      expect(outcomeTerms().safeParse(wrong).success).toBe(false);
    }
    const message = outcomeTerms().safeParse(['gatway']).error!.issues[0].message;
    expect(message).toContain('gatway');
    expect(message).toContain(OUTCOME_TERMS[0]);
  });
});
