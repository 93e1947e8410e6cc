// One seed: draws drafts until one is kept, and scores it. Also the entry of a worker thread, which does so for each
// seed that it receives.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { categoryOf, draftOf } from './cases.mjs';
import { scoreOf } from './score.mjs';
import { accountOf } from '../accounts/account.mjs';
import { textOf } from './simulate.mjs';
import { confirm, inScoredRuns, isHarmed, onsetOf } from './truth.mjs';

const ATTEMPTS = 30;

/**
 * The score of a seed; null if no draft was kept. Drafts that the program refuses are errors of the generator. `known`:
 * an earlier score of the seed, whose confirmation still holds.
 */
export async function scoreSeed(seed, options = {}) {
  const { kinds = null, proof = 'usual', keep = null, known = {} } = options;
  const { category = categoryOf(seed) } = options;
  const wish = { only: kinds, category };
  const found = knownDraft(seed, wish, known[seed]) ?? keptDraft(seed, wish);
  if (found === null) return { seed, category, isGivenUp: true };
  const { attempt, within, events } = found;
  const draft = draftOf(seed, attempt, wish);
  const file = keep === null ? null : write(draft, keep);
  const start = performance.now();
  const text = textOf(draft.scenario);
  const { variant, events: usual, spent } = await accountOf(text, { proof });
  const seconds = (performance.now() - start) / 1000;
  const { step } = variant.timeline;
  const hasOnset = draft.faults.length > 0 && within !== undefined;
  const onset = found.onset ?? (hasOnset ? onsetOf(draft, within, step) : null);
  const first = scoreOf(draft, variant, onset);
  const seen = isRight(first) ? null : inScoredRuns(draft);
  const score = {
    ...(seen === null ? first : scoreOf({ ...draft, harmful: seen.harmful }, variant, onset)),
    ...(seen?.isCalm === true && { isCalm: true }),
    ...(category === 'two' && proof === 'usual' && (await shareScore(text, variant))),
    cost: spent / usual,
    attempt,
    within,
    events,
    onset,
    file,
    seconds,
  };
  const isTrueAlarm = score.falseAlarm === true && isHarmed(draft, within, variant);
  return isTrueAlarm ? { ...score, falseAlarm: false, isTrueAlarm } : score;
}

/** Whether nothing is left to look at: the runs that are scored decide about what the account misses or adds. */
function isRight({ category, first, all, alone, decoysTold }) {
  if (category !== 'single' && category !== 'two') return true;
  return first && all && alone && decoysTold === 0;
}

/** An earlier confirmation, if it is about the same draft: another list of kinds draws other ones. */
function knownDraft(seed, wish, score) {
  if (score === undefined) return null;
  const draft = draftOf(seed, score.attempt, wish);
  const { kind, category, n } = draft ?? {};
  return kind === score.kind && category === score.category && n === score.n ? score : null;
}

/** The first draft that is confirmed; null if there is none. */
function keptDraft(seed, wish) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const draft = draftOf(seed, attempt, wish);
    const facts = draft === null ? null : confirm(draft);
    if (facts !== null && facts.refused === undefined) return { attempt, ...facts };
  }
  return null;
}

function write({ seed, category, kind, scenario, faults, causes }, folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${String(seed).padStart(5, '0')}-${category}-${kind}.yaml`);
  const truth = causes.map((cause) => `# true: ${cause.kind} ${cause.subject}`);
  const roles = faults.map(
    ({ id, isTrue, kind: from }) => `# ${id}: ${isTrue ? 'true' : 'harmless'} (${from})`,
  );
  writeFileSync(file, `${[...truth, ...roles].join('\n')}\n${textOf(scenario)}`);
  return file;
}

/** Whether the account gives each of the faults its part of the harm, within 10 points of that of all further runs. */
async function shareScore(text, { cascade: { causes } }) {
  const { variant } = await accountOf(text, { proof: 'full' });
  const { harm, faults } = variant.counterfactuals;
  const isRight = faults.map(({ fault, share, averted }) => {
    const true_ = Math.max(0, Math.min(1, (share ?? averted.value ?? 0) / harm));
    const own = causes.find((cause) => cause.fault === fault)?.share ?? 0;
    return Math.abs(own - true_) <= 0.1;
  });
  return { shares: isRight.every(Boolean) };
}

parentPort?.on('message', async (seed) => {
  let score;
  try {
    score = await scoreSeed(seed, workerData);
  } catch (error) {
    score = { seed, category: workerData.category ?? categoryOf(seed), error: error.message };
  }
  parentPort.postMessage(score);
});
