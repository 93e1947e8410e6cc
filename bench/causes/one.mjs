// One seed: draws drafts until one is kept, and scores it. Also the entry of a worker thread, which does so for each
// seed that it receives.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { categoryOf, draftOf } from './cases.mjs';
import { scoreOf } from './score.mjs';
import { textOf, variantOf } from './simulate.mjs';
import { confirm, isHarmed, onsetOf } from './truth.mjs';

const ATTEMPTS = 30;
const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * The score of a seed; null if no draft was kept. Drafts that the program refuses are errors of the generator. `known`:
 * an earlier score of the seed, whose confirmation still holds.
 */
export function scoreSeed(seed, options = {}) {
  const { kinds = null, explain = false, keep = null, known = {} } = options;
  const { category = categoryOf(seed) } = options;
  const wish = { only: kinds, category };
  const found = knownDraft(seed, wish, known[seed]) ?? keptDraft(seed, wish);
  if (found === null) return { seed, category, isGivenUp: true };
  const { attempt, within, events } = found;
  const draft = draftOf(seed, attempt, wish);
  const file = keep === null ? null : write(draft, keep);
  const start = performance.now();
  const variant = explain ? explained(draft, file) : variantOf(draft.scenario);
  const seconds = (performance.now() - start) / 1000;
  const { step } = variant.timeline;
  const hasOnset = draft.faults.length > 0 && within !== undefined;
  const onset = found.onset ?? (hasOnset ? onsetOf(draft, within, step) : null);
  const score = {
    ...scoreOf(draft, variant, onset),
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

/** The account of the program with runs without each fault. */
function explained(draft, file) {
  const text = textOf(draft.scenario);
  const args = [
    'run',
    file ?? '-',
    '--explain',
    '--quiet',
    '--workers',
    '1',
    '--format',
    'json',
    '--out',
    '/tmp/faultline-causes',
    '--json',
    '-',
  ];
  const ran = spawnSync(process.execPath, [PROGRAM, ...args], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout).variants[0];
}

parentPort?.on('message', (seed) => {
  let score;
  try {
    score = scoreSeed(seed, workerData);
  } catch (error) {
    score = { seed, category: workerData.category ?? categoryOf(seed), error: error.message };
  }
  parentPort.postMessage(score);
});
