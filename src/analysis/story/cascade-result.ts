import type { CascadeResult } from '../../contracts/result/cascade.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import { estimateOf, meanOf } from '../measure/estimate.js';
import { causesOverRuns } from './causes/over-runs.js';
import { withKnown } from './proof.js';
import { degradedElsewhere, withRuns } from './seen-in.js';
import { sentenceOf, type SentenceInput } from './sentence.js';
import type { Story } from '../measure/story.js';

/** The cascade of a variant: the events of the first run, and figures over all runs. */
export function cascadeResult(
  stories: readonly Story[],
  figures: Pick<SentenceInput, 'back' | 'hasFaults'>,
  proof: Counterfactuals | null,
): CascadeResult {
  const [first] = stories;
  const events = withRuns(stories);
  const causes = withKnown(causesOverRuns(stories), proof);
  const elsewhere = degradedElsewhere(stories);
  const verdicts = stories.map((story) => story.verdict);
  const endings = stories.map(({ ending }) => ending);
  const stuck = verdicts.filter((verdict) => verdict === 'metastable').length;
  const goodputLost = estimateOf(meanOf(stories.map((story) => story.goodputLost)));
  return {
    events,
    states: first.states,
    influences: first.influences,
    loops: first.loops,
    blastRadius: estimateOf(meanOf(stories.map((story) => story.blastRadius))),
    depth: first.depth,
    collateral: first.collateral,
    goodputLost,
    verdicts,
    endings,
    metastable: stuck / stories.length,
    elsewhere,
    causes,
    innocent: first.innocent,
    sentence: sentenceOf({
      story: { ...first, events, causes },
      affected: stories.filter((one) => one.events.some(({ kind }) => kind === 'fault')).length,
      elsewhere,
      verdicts,
      endings,
      metastability: proof?.metastability ?? null,
      ...figures,
      back: backOf(figures.back, first),
      goodputLost: goodputLost.value,
    }),
  };
}

/** The recovery after a fault; null if it is that of a fault which is not to blame. */
function backOf(back: SentenceInput['back'], { innocent }: Story): SentenceInput['back'] {
  return innocent.some(({ fault }) => fault === back?.recovery.fault) ? null : back;
}
