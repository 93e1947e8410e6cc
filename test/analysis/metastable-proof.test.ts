import { describe, expect, it } from 'vitest';
import { provenVerdict, type Reruns } from '../../src/analysis/story/metastable-proof.js';

const NONE: Reruns = { withoutTrigger: null, loopCut: null, loadPaused: null };

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
