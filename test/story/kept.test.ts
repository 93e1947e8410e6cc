import { expect, it } from 'vitest';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { kept } from '../../src/analysis/measure/kept.js';
import { storiesOf } from '../../src/analysis/story/cascade.js';
import { RecordBuilder } from '../support/records.js';
import { shopPlan, shopVariant } from '../support/study.js';

it('makes the stories of the same runs once, and new ones for other runs, plans or variants', () => {
  const plan = shopPlan();
  const variant = shopVariant();
  const records = [new RecordBuilder(plan, 0).record()];
  const stories = (own = variant, by = plan, of = records) =>
    kept(variantData(own, by, of, wholeRun(by)), storiesOf);
  const first = stories();
  expect(stories()).toBe(first);
  expect(stories(variant, plan, [...records])).not.toBe(first);
  expect(stories(variant, shopPlan())).not.toBe(first);
  expect(stories(shopVariant())).not.toBe(first);
});
