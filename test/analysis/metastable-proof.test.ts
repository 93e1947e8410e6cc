import { describe, expect, it } from 'vitest';
import { stuckWords } from '../../src/analysis/story/ending-words.js';
import { metastabilityWords } from '../../src/report/words/metastability-words.js';
import type { Ending } from '../../src/contracts/result/cascade.js';
import type { MetastabilityProof } from '../../src/contracts/result/counterfactual.js';
import { provenVerdict, type Reruns } from '../../src/analysis/story/metastable-proof.js';

const NONE: Reruns = { withoutTrigger: null, loopCut: null, loadPaused: null };

describe('the account', () => {
  const proof: MetastabilityProof = {
    usual: 'metastable',
    verdict: 'overloaded',
    proof: 'changed',
    withoutTrigger: { words: 'without the fault', users: 'fails' },
    loopCut: null,
    loadPaused: { words: 'after a pause of the load of 20 s', users: 'stays' },
  };
  const reason =
    'without the fault users fail as well; after a pause of the load of 20 s they still fail';
  const end: Ending = { verdict: 'metastable', reason: 'amplified', subject: 'mid', value: 3 };

  it('says the verdict that further runs have changed, with the reason', () => {
    expect(stuckWords([end, end], proof)).toEqual([
      `it stays overloaded in 2 of 2 runs: ${reason}`,
    ]);
    expect(metastabilityWords({ metastability: proof })).toBe(
      `Not metastable but overloaded: ${reason}.`,
    );
  });

  it('keeps a verdict that they leave open', () => {
    const [words] = stuckWords([end], { ...proof, proof: 'open', verdict: 'metastable' });
    expect(words).toBe(
      'after the fault it does not recover, although the load is feasible (metastable): mid gets 3 times the calls per user request',
    );
  });
});

describe('the proof of a verdict', () => {
  it('confirms a metastable run that is healthy without its trigger and recovers without its loop', () => {
    const reruns: Reruns = {
      withoutTrigger: 'healthy',
      loopCut: 'recovers',
      loadPaused: 'recovers',
    };
    expect(provenVerdict('metastable', reruns)).toEqual({
      verdict: 'metastable',
      proof: 'confirmed',
    });
    expect(provenVerdict('metastable', { ...reruns, loopCut: null }).proof).toBe('confirmed');
    expect(provenVerdict('metastable', { ...reruns, loadPaused: null }).proof).toBe('confirmed');
    // A cut of the wrong loop changes nothing; the pause still shows that the load is feasible.
    expect(provenVerdict('metastable', { ...reruns, loopCut: 'stays' }).proof).toBe('confirmed');
  });

  it('says overloaded of a run that fails without its trigger', () => {
    const proven = provenVerdict('metastable', { ...NONE, withoutTrigger: 'fails' });
    expect(proven).toEqual({ verdict: 'overloaded', proof: 'changed' });
  });

  it('says lost of a run that not even a pause of the load brings back', () => {
    const reruns: Reruns = { withoutTrigger: 'healthy', loopCut: 'stays', loadPaused: 'stays' };
    expect(provenVerdict('metastable', reruns)).toEqual({ verdict: 'lost', proof: 'changed' });
    expect(provenVerdict('undecided', reruns)).toEqual({ verdict: 'lost', proof: 'changed' });
    // The loop of a cold cache is none that a run cuts.
    const uncut = { ...reruns, loopCut: null };
    expect(provenVerdict('metastable', uncut)).toEqual({ verdict: 'metastable', proof: 'open' });
  });

  it('leaves open what the runs do not decide', () => {
    expect(provenVerdict('metastable', NONE).proof).toBe('open');
    expect(provenVerdict('metastable', { ...NONE, withoutTrigger: 'healthy' }).proof).toBe('open');
    const apart: Reruns = { withoutTrigger: 'healthy', loopCut: 'recovers', loadPaused: 'stays' };
    expect(provenVerdict('metastable', apart)).toEqual({ verdict: 'metastable', proof: 'open' });
    const slow: Reruns = { withoutTrigger: 'healthy', loopCut: 'recovers', loadPaused: 'recovers' };
    expect(provenVerdict('undecided', slow)).toEqual({ verdict: 'undecided', proof: 'open' });
  });

  it('does not touch other verdicts', () => {
    const reruns: Reruns = { withoutTrigger: 'fails', loopCut: 'stays', loadPaused: 'stays' };
    expect(provenVerdict('recovered', reruns)).toEqual({ verdict: 'recovered', proof: 'open' });
  });
});
