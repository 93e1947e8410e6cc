// Verdicts on generated runs whose truth is known by construction and confirmed by further runs: `npm run
// bench:metastability`. Options: --share 0.1 (a tenth of the cases), --seed 1 (the first seed; 100001 for fresh ones),
// --kind NAME, --list (each wrong verdict), --quick (no confirming runs), --only-boundary, --no-boundary.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boundaries } from './boundary.mjs';
import { KINDS, caseOf } from './cases.mjs';
import { judge } from './judge.mjs';

const PROCESSES = 2;
const GROUPS = {
  overloaded: 'overloaded runs called metastable (bar: 0)',
  slow: 'slow recoveries called metastable (bar: 0)',
  metastable: 'metastable runs found (bar: 98 %)',
};
const { values: options } = parseArgs({
  options: {
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    list: { type: 'boolean' },
    quick: { type: 'boolean' },
    'no-boundary': { type: 'boolean' },
    'only-boundary': { type: 'boolean' },
  },
});

if (process.send === undefined) await main();
else
  process.on('message', ({ kind, seed }) =>
    process.send(judge(caseOf(kind, seed), !options.quick)),
  );

async function main() {
  const start = performance.now();
  if (!options['only-boundary']) print(await judgeAll(), Number(options.seed));
  if (!options['no-boundary']) for (const line of boundaries()) console.log(line);
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** All cases, on some processes; in the order of kinds and seeds. */
async function judgeAll() {
  const kinds = Object.keys(KINDS).filter(
    (kind) => options.kind === undefined || kind === options.kind,
  );
  const todo = kinds.flatMap((kind, k) => {
    const n = Math.max(1, Math.round(KINDS[kind].n * Number(options.share)));
    return Array.from({ length: n }, (_, i) => ({
      kind,
      seed: Number(options.seed) + 1000 * k + i,
    }));
  });
  const done = new Array(todo.length);
  let next = 0;
  const work = () =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
      let at = -1;
      const more = () => {
        if (next >= todo.length) {
          child.disconnect();
          resolve();
          return;
        }
        at = next++;
        child.send(todo[at]);
      };
      child.on('message', (result) => {
        done[at] = result;
        more();
      });
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`case ${JSON.stringify(todo[at])}`)),
      );
      more();
    });
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return done;
}

function print(all, seed) {
  console.log(
    `kind                       cases  not down  unconfirmed  verdicts (seeds from ${seed})`,
  );
  for (const kind of Object.keys(KINDS)) {
    const own = all.filter((one) => one.kind === kind);
    if (own.length === 0) continue;
    const valid = own.filter(isValid);
    const verdicts = [
      ...new Set(valid.map(({ ending }) => `${ending.verdict}:${ending.reason}`)),
    ].sort();
    const counts = verdicts.map(
      (verdict) =>
        `${verdict} ${valid.filter(({ ending }) => `${ending.verdict}:${ending.reason}` === verdict).length}`,
    );
    const up = own.filter(({ isDown }) => !isDown).length;
    const unconfirmed = own.filter(({ isDown, missed }) => isDown && missed.length > 0).length;
    console.log(
      `${kind.padEnd(26)} ${String(own.length).padStart(5)} ${String(up).padStart(9)} ${String(unconfirmed).padStart(12)}  ${counts.join(', ')}`,
    );
    if (!options.list) continue;
    for (const { seed: at, isDown, missed, ending, group } of own) {
      const isWrong = (ending.verdict === 'metastable') !== (group === 'metastable');
      if (isWrong || !isDown || missed.length > 0)
        console.log(`  seed ${at}: ${JSON.stringify({ isDown, missed, ...ending })}`);
    }
  }
  for (const [group, words] of Object.entries(GROUPS)) {
    const own = all.filter((one) => one.group === group && isValid(one));
    const stuck = own.filter(({ ending }) => ending.verdict === 'metastable').length;
    if (own.length > 0) console.log(`${words}: ${stuck} of ${own.length}`);
  }
}

/** A case counts if it is down at the end and its further runs confirm it. */
function isValid({ isDown, missed }) {
  return isDown && missed.length === 0;
}
