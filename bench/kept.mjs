// Prints the number of messages, events and ids that a run keeps, and the memory that each of them takes: the
// difference between a process with many and one with few, after garbage collection. `npm run bench:kept`; no test
// asserts the bytes (test/model/messaging/kept.test.ts counts the objects).
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cases } from './kept-cases.mjs';

const SECONDS = 100;
const FEW = 1_000;
const MANY = 10_000;

const own = fileURLToPath(import.meta.url);
const [, , mode, name, rate] = process.argv;
if (mode === 'measure') await measure(cases[name].text(Number(rate), SECONDS));
else printTable(mode);

function printTable(filter = '') {
  const rows = [['what', 'why it is kept', 'count', 'bytes each']];
  for (const [key, { what, why }] of Object.entries(cases)) {
    if (!key.includes(filter)) continue;
    const [few, many] = [FEW, MANY].map((per) => measured(key, per));
    const count = (MANY - FEW) * SECONDS;
    const each = (many - few) / count;
    rows.push([what, why, String(count), each.toFixed(1)]);
  }
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  for (const row of rows) console.log(row.map((cell, c) => cell.padEnd(widths[c])).join('  '));
}

function measured(key, per) {
  const flags = ['--expose-gc', '--max-old-space-size=3000', own, 'measure', key, String(per)];
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
}

/** Measures the memory at the end of a run, before any of it is freed. */
async function measure(text) {
  const { compile, loadScenario } = await import('../dist/library/index.js');
  const { simulate } = await import('../dist/model/simulate.js');
  const { balancerKind, delaysOf, faultKind, outlierKind, policyKind } =
    await import('../dist/patterns/registry.js');
  const { file, diagnostics } = loadScenario('kept.yaml', () => ({ text }));
  if (file === null) throw new Error(JSON.stringify(diagnostics, null, 1));
  const registry = { policyKind, faultKind, balancerKind, outlierKind, delaysOf };
  simulate(compile(file.variants[0], file), 0, registry, {
    prepare: (world) => {
      world.audits.push(() => {
        globalThis.gc();
        globalThis.gc();
        const { heapUsed, external } = process.memoryUsage();
        console.log(heapUsed + external);
      });
    },
  });
}
