// One seed: draws drafts until one is kept, and scores it. Also the entry of a worker thread, which does so for each
// seed that it receives.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { categoryOf, draftOf } from './cases.mjs';
import { scoreOf } from './score.mjs';
import { resultOf, textOf } from './simulate.mjs';
import { confirm, onsetOf } from './truth.mjs';

const ATTEMPTS = 30;
const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The score of a seed; null if no draft was kept. Drafts that the program refuses are errors of the generator. */
export function scoreSeed(seed, { kinds = null, explain = false, keep = null } = {}) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const draft = draftOf(seed, attempt, kinds);
    if (draft === null) continue;
    const facts = confirm(draft);
    if (facts.refused !== undefined) continue;
    const file = keep === null ? null : write(draft, keep);
    const start = performance.now();
    const variant = explain ? explained(draft, file) : resultOf(draft.scenario).variant;
    const seconds = (performance.now() - start) / 1000;
    const onset = draft.faults.length === 0 ? null : onsetOf(draft, facts);
    return {
      ...scoreOf(draft, facts, variant, onset),
      attempt,
      file,
      seconds,
      events: facts.events,
    };
  }
  return { seed, category: categoryOf(seed), isGivenUp: true };
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
    score = { seed, category: categoryOf(seed), error: error.message };
  }
  parentPort.postMessage(score);
});
