// Does `check --against` find regressions, and leave harmless edits alone? `npm run bench:gate`. Options: --each 10 (of each
// kind), --kind NAME (only this one), --workers N.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HARMLESS, REGRESSIONS } from './edits.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'dist/cli/main.js');
/** Scenarios of a single file, with users and retries, in the order in which they are taken. */
const SCENARIOS = [
  'patterns/retry-methods',
  'patterns/error-after-work',
  'patterns/loss',
  'patterns/reset-fault',
  'patterns/composition-order',
  'patterns/retry-exponential',
  'patterns/crash',
  'patterns/partition-one-way',
  'first',
  'patterns/mesh-timeouts',
  'patterns/paused-broker',
  'release-gate',
  'patterns/grpc-pushback',
  'patterns/retry-budget',
  'patterns/black-hole',
  'patterns/idempotency-key',
];

const { values: options } = parseArgs({
  options: {
    each: { type: 'string', default: '10' },
    workers: { type: 'string' },
    kind: { type: 'string' },
  },
});
const EACH = Number(options.each);
const isAsked = (kind) => options.kind === undefined || kind === options.kind;
const folder = mkdtempSync(join(tmpdir(), 'faultline-gate-'));
const harmless = [];
const planted = [];
try {
  for (const name of SCENARIOS) measure(name);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const all = [...harmless, ...planted];
const decided = all.map(({ replications }) => replications).sort((a, b) => a - b);
console.log(`regressions found: ${planted.filter(isWorse).length} of ${planted.length}`);
console.log(
  `harmless edits called worse: ${harmless.filter(isWorse).length} of ${harmless.length}`,
);
console.log(
  `replications until decided: median ${decided[Math.floor(decided.length / 2)]}, most ${decided.at(-1)}`,
);

function isWorse({ verdict }) {
  return verdict === 'worse';
}

function measure(name) {
  const file = join(ROOT, `scenarios/${name}.yaml`);
  const text = readFileSync(file, 'utf8');
  let p99 = null;
  for (const [kind, edit] of Object.entries(HARMLESS)) {
    if (!isAsked(kind) || harmless.filter((one) => one.kind === kind).length >= EACH) continue;
    const { verdict, replications, variants } = compared(file, edit(text));
    harmless.push({ kind, verdict, replications });
    console.log(`${name}, ${kind}: ${verdict}, ${replications} replications`);
    const known = variants.flatMap(({ rows }) =>
      rows.filter(({ figure }) => figure === 'p99 of successes').map(({ there }) => there ?? 0),
    );
    p99 = Math.max(...known);
  }
  for (const [kind, { figure, size, edit }] of Object.entries(REGRESSIONS)) {
    if (!isAsked(kind) || planted.filter((one) => one.kind === kind).length >= EACH) continue;
    const own = edit(text, p99 ?? 1);
    if (own === null) continue;
    const { verdict, replications, variants } = compared(file, own);
    const rows = variants.flatMap((one) => one.rows.filter((row) => row.figure === figure));
    const isLarge = rows.some((row) => row.there !== null && row.here !== null && size(row));
    const found = rows.some((row) => row.verdict === 'worse');
    const what = isLarge ? '' : ', smaller than planted: not counted';
    console.log(
      `${name}, ${kind}: ${verdict}, ${replications} replications, ${found ? '' : 'not '}in ${figure}${what}`,
    );
    if (isLarge) planted.push({ kind, verdict: found ? verdict : 'missed', replications });
  }
}

/** The comparison of an edited text with the file. */
function compared(file, text) {
  const [own, json] = [join(folder, 'edited.yaml'), join(folder, 'against.json')];
  writeFileSync(own, text);
  const workers = options.workers === undefined ? [] : ['--workers', options.workers];
  const args = ['check', own, '--against', file, '--quiet', '--json', json, ...workers];
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  if (status > 1) throw new Error(stderr);
  return JSON.parse(readFileSync(json, 'utf8'));
}
