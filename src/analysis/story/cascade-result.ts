import type { CascadeResult } from '../../spec/result-cascade.js';
import { estimateOf, meanOf } from '../measure/estimate.js';
import { illElsewhere, withRuns } from './seen-in.js';
import { sentenceOf } from './sentence.js';
import type { Story } from '../measure/story.js';

/** The cascade of a variant: the events of the first run, and figures over all runs. */
export function cascadeResult(stories: readonly Story[], recovery: number | null): CascadeResult {
  const [told] = stories;
  const events = withRuns(stories);
  const elsewhere = illElsewhere(stories);
  const verdicts = stories.map((story) => story.verdict);
  const stuck = verdicts.filter((verdict) => verdict === 'metastable').length;
  const goodputLost = estimateOf(meanOf(stories.map((story) => story.goodputLost)));
  return {
    events,
    states: told.states,
    influences: told.influences,
    loops: told.loops,
    blastRadius: estimateOf(meanOf(stories.map((story) => story.blastRadius))),
    depth: told.depth,
    collateral: told.collateral,
    goodputLost,
    verdicts,
    metastable: stuck / stories.length,
    elsewhere,
    innocent: told.innocent,
    sentence: sentenceOf({
      story: { ...told, events },
      struck: stories.filter(isStruck).length,
      elsewhere,
      verdicts,
      recovery,
      goodputLost: goodputLost.value,
    }),
  };
}

function isStruck({ events }: Story): boolean {
  return events.some(({ kind }) => kind === 'fault');
}
