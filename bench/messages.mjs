// Prints the cost of a message from publishing to the end of its handling, compared with a bare loop in C over twelve
// lines. Run it with `npm run bench:messages`; no test asserts it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, loadScenario, runPlan } from '../dist/library/index.js';
import { messages as text } from './topologies.mjs';

const MESSAGES = 1_000_000;
const RUNS = 3;

const { file } = loadScenario('messages.yaml', () => ({ text: text(MESSAGES) }));
const plan = compile(file.variants[0], file);
const times = [];
for (let run = 0; run <= RUNS; run++) {
  const from = performance.now();
  const { totals } = runPlan(plan, 0);
  if (run > 0) times.push(performance.now() - from);
  if (run === RUNS) console.log(`${MESSAGES} messages, ${totals.events} events`);
}
const median = times.sort((a, b) => a - b)[RUNS >> 1];
const each = (median * 1000) / MESSAGES;
console.log(`${median.toFixed(0)} ms a run, ${each.toFixed(2)} us a message (median of ${RUNS})`);

const bare = bareLoop();
console.log(
  bare === null
    ? 'no C compiler here: nothing to compare with'
    : `a bare loop in C: ${bare.toFixed(3)} us a message; that is 1 in ${(each / bare).toFixed(0)}`,
);

function bareLoop() {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-'));
  const program = join(folder, 'messages');
  try {
    const source = new URL('ratios/limit.c', import.meta.url).pathname;
    execFileSync('cc', ['-O3', '-o', program, source, '-lm'], { stdio: 'ignore' });
    const text = execFileSync(program, ['messages', String(MESSAGES)], { encoding: 'utf8' });
    return (JSON.parse(text).seconds * 1e6) / MESSAGES;
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
