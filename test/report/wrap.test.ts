import { describe, expect, it } from 'vitest';
import { checkText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import { labelled } from '../../src/report/lines/wrap.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import { sampleResult } from '../support/sample-result.js';

const same = (text: string): string => text;
const PAINT = { bold: same, dim: (text: string) => `<${text}>`, red: same };
const PLAIN = { ...PAINT, dim: same };

const proof: Counterfactuals = {
  replications: 1,
  runs: 2,
  harm: 500,
  background: 3,
  failing: { seconds: 40, toEnd: false },
  slow: {},
  faults: [
    {
      fault: 'psp-hang',
      role: 'cause',
      without: 3,
      alone: 497,
      averted: { value: 497, ci95: null, each: [497] },
      share: 497,
    },
  ],
  interventions: [],
};

/** The sample, with runs without its fault for one variant. */
function explained(name: string): ReturnType<typeof sampleResult> {
  const sample = sampleResult();
  const variants = sample.variants.map((variant) =>
    variant.name === name ? { ...variant, counterfactuals: proof } : variant,
  );
  return { ...sample, variants };
}

describe('sentences below a label', () => {
  const text = 'one two three four five six seven eight nine ten';

  it('go on below their first word', () => {
    expect(labelled('causes', text, 28, PAINT)).toEqual([
      '  <causes>  one two three four',
      '          five six seven',
      '          eight nine ten',
    ]);
  });

  it('stay on one line of a log', () => {
    expect(labelled('causes', text, Infinity, PLAIN)).toEqual([`  causes  ${text}`]);
  });
});

describe('causes that runs have proved', () => {
  it('fit a terminal of 80 columns', () => {
    const result = explained('retries');
    const options = { columns: 80, paint: PLAIN, file: 'a.yaml', wall: null, report: null };
    const summary = summaryText(result, options).split('\n');
    expect(summary.find((line) => line.startsWith('  causes'))).toContain('Cause: “');
    const check = checkText([{ file: 'a.yaml', result }], { paint: PLAIN, columns: 80 });
    const shown = check.split('\n');
    const causes = shown.slice(shown.findIndex((line) => line.startsWith('  causes')));
    for (const line of [...summary, ...causes]) expect(line.length).toBeLessThanOrEqual(80);
    expect(causes.join(' ').replace(/\s+/g, ' ')).toContain(
      'Of 500 failed or slow requests, 3 remain without the fault.',
    );
  });

  it('are shown with the name of their variant where the worst one has none', () => {
    const result = explained('naive');
    const options = { columns: 100, paint: PLAIN, file: 'a.yaml', wall: null, report: null };
    expect(summaryText(result, options)).toMatch(/ {2}causes {2}naive: Cause: “/);
  });
});
