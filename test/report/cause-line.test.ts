import { expect, it } from 'vitest';
import { causeLine, causeParts, causeSentence, faultLine } from '../../src/report/words/causes.js';
import { cheapestWords } from '../../src/report/words/cheapest.js';
import { sentenceOf } from '../../src/report/words/intervention-words.js';
import type {
  CounterfactualIntervention,
  Counterfactuals,
} from '../../src/contracts/result/counterfactual.js';
import { summaryText } from '../../src/report/text/text.js';
import { sampleResult } from '../support/sample-result.js';

const [variant] = sampleResult().variants;
const plain = (text: string): string => text;
const FAILING = { seconds: 10, toEnd: false };

function intervention(words: string, harm: number, role: 'none' | 'remedy') {
  const averted = { value: 100 - harm, ci95: null, each: [100 - harm] };
  const kind: CounterfactualIntervention['kind'] = 'retries';
  return {
    kind,
    subject: 'shop',
    words,
    runs: 1,
    harm,
    averted,
    role,
    failing: FAILING,
    recovers: 10,
  };
}

function provedBy(interventions: Counterfactuals['interventions']): Counterfactuals {
  return {
    harm: 100,
    background: 0,
    slow: {},
    runs: 2,
    replications: 1,
    failing: FAILING,
    faults: [],
    interventions,
  };
}

it('leaves out what was tried, which the tables of a report list', () => {
  const own = provedBy([
    intervention('with 2x the workers of bank', 10, 'remedy'),
    intervention('without the retries of shop', 100, 'none'),
  ]);
  const explained = { variant: variant!, own };
  expect(causeSentence(explained)).toContain('No difference: without the retries of shop.');
  expect(causeSentence(explained)).toContain(
    'With 2x the workers of bank 10 requests fail or are slow instead of 100.',
  );
  expect(causeLine(explained)).toBe(
    'With 2x the workers of bank 10 requests fail or are slow instead of 100. Counts are those of run 1 of 5.',
  );
  // An answer above it names the change to make.
  expect(faultLine(explained)).toBe(
    '100 requests fail or are slow. Counts are those of run 1 of 5.',
  );
  const vain = provedBy([intervention('without the retries of shop', 100, 'none')]);
  expect(faultLine({ variant: variant!, own: vain })).toMatch(
    /slow; no run shows a cause\. Counts/,
  );
});

it('does not say that users no longer fail where some requests still do', () => {
  const one = {
    ...intervention('without the retries of shop', 10, 'remedy'),
    failing: { seconds: 0, toEnd: false },
    recovers: null,
  };
  const own = provedBy([one]);
  const few = 'no more than 5 % of the requests fail in any step';
  expect(sentenceOf(own, one)).toBe(
    `Without the retries of shop ${few}: 10 requests fail or are slow instead of 100.`,
  );
  expect(cheapestWords(own, { metered: {}, budgets: [] }, '')).toBe(
    'Cheapest change tried: without the retries of shop.',
  );
  expect(sentenceOf(own, { ...one, harm: 0 })).toContain(' users no longer fail: 0 requests fail');
});

it('says which faults no run leaves out', () => {
  const fault = { fault: 'outage', without: 10, alone: null, share: null, role: 'cause' } as const;
  const averted = { value: 90, ci95: null, each: [90] };
  const open = { ...fault, fault: 'flaky', without: null, role: 'undecided' } as const;
  const faults = [
    { ...fault, averted },
    { ...open, averted: { value: null, ci95: null, each: [] } },
  ];
  const tried = [faults[0]!, { ...open, without: 95, averted: { ...averted, value: 5 } }];
  const sentence = (own: Counterfactuals['faults']) =>
    causeSentence({ variant: variant!, own: { ...provedBy([]), faults: own } });
  expect(sentence(faults)).toMatch(
    /^A cause: .* No run shows the part of “flaky”; --explain does\. Counts are those of run 1 of 5\.$/,
  );
  expect(sentence(tried)).toMatch(/ The runs do not decide about “flaky”\. Counts/);
});

it('names a fault that strikes alone as a cause, where no run leaves it out', () => {
  const none = { value: null, ci95: null, each: [] };
  const alone = { without: null, alone: 80, share: null, averted: none };
  const faults = [
    { ...alone, fault: 'outage', role: 'cause' } as const,
    { ...alone, alone: null, fault: 'flaky', role: 'undecided' } as const,
  ];
  expect(causeSentence({ variant: variant!, own: { ...provedBy([]), faults } })).toBe(
    'A cause: “outage”. Alone it does 80 of the harm of 100 failed or slow requests. No run shows the part of “flaky”; --explain does. Counts are those of run 1 of 5.',
  );
});

it('says that a fault alone does more harm than with the others', () => {
  const none = { value: null, ci95: null, each: [] };
  const fault = {
    without: null,
    alone: 140,
    share: null,
    averted: none,
    fault: 'outage',
    role: 'cause',
  } as const;
  expect(causeSentence({ variant: variant!, own: { ...provedBy([]), faults: [fault] } })).toContain(
    ' Alone it does more harm than with the others: 140 failed or slow requests instead of 100.',
  );
});

it('heads a section with the finding, without counts, and says the rest below it', () => {
  const none = { value: null, ci95: null, each: [] };
  const alone = { without: null, alone: 80, share: null, averted: none };
  const fault = { ...alone, fault: 'outage', role: 'cause' } as const;
  const own = { ...provedBy([]), faults: [fault] };
  const { title, rest } = causeParts({ variant: variant!, own });
  expect(title).toBe('Cause: “outage”');
  expect(rest).toMatch(/^Alone it does 80 of the harm of 100 /u);
  const open = { ...alone, alone: null, fault: 'outage', role: 'undecided' } as const;
  const parts = causeParts({ variant: variant!, own: { ...own, faults: [open] } });
  expect(parts.title).toBe('The faults together are the cause');
  expect(parts.rest).toMatch(/^Of 100 failed or slow requests, 0 remain without them\. /u);
});

it('the cheapest change of a run is listed only where neither it nor a variant is advised, be it the baseline', () => {
  const sample = sampleResult();
  const proof = provedBy([intervention('without the retries of shop', 10, 'remedy')]);
  const summaryOf = (names: readonly string[], isHeld = false): string => {
    const variants = sample.variants
      .filter(({ name }) => names.includes(name))
      .map((one) => ({
        ...one,
        budgets: one.budgets.filter(({ verdict }) => !isHeld || verdict === 'pass'),
        baseline: one.name === names[0],
        ...(one.name === 'retries' && { counterfactuals: proof }),
      }));
    const paint = { bold: plain, dim: plain, red: plain };
    const shown = { paint, columns: 160, wall: null, report: null, file: 'a.yaml' };
    return summaryText({ ...sample, variants }, shown);
  };
  const same = summaryOf(['naive', 'retries']);
  expect(same).toContain('remove the retries of shop');
  expect(same).not.toContain('remedy');
  expect(summaryOf(['naive', 'retries'], true)).toMatch(/remedy +Cheapest change tried: without/u);
  const advised = summaryOf(['full', 'retries']);
  expect(advised).toContain('Keep full');
  expect(advised).not.toContain('remedy');
});
