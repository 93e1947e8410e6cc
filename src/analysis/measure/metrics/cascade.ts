import type { CASCADE_METRICS } from '../../../language/metrics/cascade.js';
import { meanOf, shareOf } from '../estimate.js';
import type { Measurement, Measurements } from '../question.js';
import type { Story } from '../story.js';

/** How the metrics of the cascade are computed. */
export const CASCADE_MEASUREMENTS: Measurements<typeof CASCADE_METRICS> = {
  blastRadius: meanOver((story) => story.blastRadius),
  depth: meanOver((story) => story.depth),
  collateral: meanOver((story) => story.collateral.length),
  goodputLost: meanOver((story) => story.goodputLost),
  metastable: ({ stories }) => {
    const stuck: number[] = stories.map((story) => (story.verdict === 'metastable' ? 1 : 0));
    const trials = stuck.map(() => 1);
    return { ...shareOf(stuck, trials), kind: 'exact' };
  },
};

function meanOver(figure: (story: Story) => number | null): Measurement {
  return ({ stories }) => meanOf(stories.map(figure));
}
