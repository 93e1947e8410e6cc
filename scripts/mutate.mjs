// Measures how many small errors the tests detect: plants them one at a time and runs the tests that execute them. `npm
// run mutate -- [--sample N] [--seed S] [--files GLOB] [--tests GLOB] [--seconds S] [--list]`; docs/mutation.md.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { mutantsOf } from './mutate/mutants.mjs';
import { Worker } from './mutate/process.mjs';
import { filesBelow, placeOf, prepare, textOf } from './mutate/workshop.mjs';

/** Sources by area; a source belongs to the first that matches. */
const AREAS = {
  kernel: /^src\/kernel\//,
  connections: /^src\/model\/resources\/(connections|sharing)\//,
  messaging: /^src\/model\/modules\/messaging\//,
  sagas: /^src\/model\/modules\/sagas\//,
  stores: /^src\/model\/(modules\/(stores|caching|search)|resources\/(sections|replication))\//,
  serving: /^src\/model\/(resources\/serving|data\/instances)\//,
  platform: /^src\/model\/(platform|modules\/functions)\//,
  calls: /^src\/model\/(path|data\/(strands|edges)|resources\/(layers|picking|network))\//,
  policies: /^src\/patterns\/(policies|mechanisms|balancers|outliers)\//,
};
/** Code whose only effect is a faster run. */
const REHEARSAL = /\/rehearsal\.ts$/;
/** Tests of behaviour next to the tested code; not those of entire scenarios, pages and statistics. */
const NEAR = 'test/{golden,kernel,model,patterns,plan}/**';
const MEMORY = 2e9;

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string' },
    tests: { type: 'string', default: NEAR },
    seconds: { type: 'string', default: '20' },
    list: { type: 'boolean', default: false },
  },
});
const budget = Number(values.seconds) * 1000;

const mutants = choose();
if (values.list) for (const mutant of mutants) console.log(describe(mutant));
else await measure();

/** Chooses up to the sample size of each area; the choice depends only on the seed and on the mutant. */
function choose() {
  const wanted = values.files === undefined ? null : globOf(values.files);
  const files = filesBelow('src').filter(
    (file) => !REHEARSAL.test(file) && (areaOf(file) !== null || wanted !== null),
  );
  const list = files
    .filter((file) => wanted === null || wanted.test(file))
    .flatMap((file) => mutantsOf(file, textOf(file)))
    .map((mutant) => ({ ...mutant, area: areaOf(mutant.file) ?? 'other' }));
  const most = Number(values.sample);
  const taken = new Map();
  const drawn = list
    .map((mutant) => ({ mutant, rank: rankOf(mutant) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .filter(({ mutant: { area } }) => {
      taken.set(area, (taken.get(area) ?? 0) + 1);
      return taken.get(area) <= most;
    });
  const chosen = new Set(drawn.map(({ mutant }) => mutant));
  for (const [area, count] of taken)
    console.log(`${area}: ${count} mutants, ${Math.min(count, most)} tried`);
  return list.filter((mutant) => chosen.has(mutant)).map((mutant, k) => ({ ...mutant, id: k + 1 }));
}

function areaOf(file) {
  return Object.keys(AREAS).find((area) => AREAS[area].test(file)) ?? null;
}

function rankOf({ file, start, end, after }) {
  return createHash('sha256')
    .update(`${values.seed} ${file} ${start} ${end} ${after}`)
    .digest('hex');
}

/** `**` any folders, `*` any part of a name, `{a,b}` one of these. */
function globOf(text) {
  const pattern = text
    .replace(/[.+^$()[\]\\|]/g, '\\$&')
    .replace(/\{([^}]*)\}/g, (_, inner) => `(${inner.replaceAll(',', '|')})`)
    .replace(/\*\*\/?|\*/g, (stars) => (stars === '*' ? '[^/]*' : '.*'));
  return new RegExp(`^${pattern}$`);
}

async function measure() {
  await prepare(mutants);
  let worker = new Worker();
  const sources = [...new Set(mutants.map(({ file }) => file))];
  const load = {
    task: 'load',
    places: sources.map(placeOf),
    setup: placeOf('test/support/audited.ts'),
    count: mutants.length,
  };
  const atLoad = new Set((await worker.ask(load, 300_000)).hits);
  const tests = [];
  const near = globOf(values.tests);
  const files = filesBelow('test').filter((file) => file.endsWith('.test.ts') && near.test(file));
  for (const file of files) {
    const found = await worker.ask(
      { task: 'survey', place: placeOf(file), count: mutants.length },
      300_000,
    );
    if (found === null || found.error !== undefined) {
      console.log(`left out: ${file} (${found?.error ?? 'takes too long'})`);
      worker = worker.renewed();
      await worker.ask(load, 300_000);
      continue;
    }
    const bad = found.tests.filter(({ isGood }) => !isGood).length;
    if (bad > 0) console.log(`left out: ${bad} tests of ${file}, which fail here`);
    tests.push({ file, ...found });
  }
  const count = tests.reduce((sum, file) => sum + file.tests.length, 0);
  console.log(`${count} tests of ${tests.length} files\n`);
  const results = [];
  for (const mutant of mutants) {
    const result = { mutant, ...(await verdict(mutant)) };
    if (result.how === 'not reached' && atLoad.has(mutant.id)) result.how = 'left out';
    if (result.how !== 'left out') results.push(result);
    if (result.how !== 'noticed') console.log(`${result.how}: ${describe(mutant)}`);
  }
  worker.end();
  report(results);

  async function verdict({ id }) {
    const runs = runsFor(id, tests);
    if (runs.length === 0) return { how: 'not reached' };
    for (const run of runs) {
      const found = await attempt(id, run, run.tests);
      if (found !== null && found.failed === null) continue;
      const failed = found === null ? run.tests : [found.failed];
      if (found !== null && found.memory < MEMORY && (await isGood(run, failed)))
        return { how: 'noticed' };
      // Either a side effect of the error, or a test that fails by itself; a new process shows which.
      worker = worker.renewed();
      if (await isGood(run, failed)) return { how: 'noticed' };
      console.log(`fails without an error: a test of ${run.file}`);
      worker = worker.renewed();
    }
    return { how: 'survived' };
  }

  function attempt(id, { file, ms, passes }, wanted) {
    const place = placeOf(file);
    return worker.ask({ task: 'attempt', id, place, tests: wanted, passes }, 10_000 + ms * 20);
  }

  async function isGood(run, wanted) {
    return (await attempt(0, run, wanted))?.failed === null;
  }
}

/** The fastest tests that execute a mutant, by file, until their time budget is used up. */
function runsFor(id, tests) {
  const all = tests.flatMap(({ file, tests: own, whole }) => {
    const isWhole = whole.includes(id);
    return own.flatMap(({ isGood, ms, hits }, index) => {
      const passes = hits.find(([hit]) => hit === id)?.[1] ?? 0;
      return isGood && (isWhole || passes > 0) ? [{ file, index, ms, passes }] : [];
    });
  });
  const runs = new Map();
  let left = budget;
  for (const { file, index, ms, passes } of all.sort((a, b) => a.ms - b.ms)) {
    if (left < 0) break;
    left -= ms;
    const run = runs.get(file) ?? { file, tests: [], passes: 0, ms: 0 };
    runs.set(file, run);
    run.tests.push(index);
    run.passes += passes;
    run.ms += ms;
  }
  for (const run of runs.values()) run.tests.sort((a, b) => a - b);
  return [...runs.values()].sort((a, b) => a.ms - b.ms);
}

function describe({ file, line, column, kind, before, after, form }) {
  const short = (text) => {
    const flat = text.replace(/\s+/g, ' ');
    return flat.length > 90 ? `${flat.slice(0, 87)}...` : flat;
  };
  if (form === 'return') return `${file}:${line}:${column} returns before ${short(before)}`;
  if (form === 'statement') return `${file}:${line}:${column} without ${short(before)}`;
  return `${file}:${line}:${column} ${kind}: ${short(before)} -> ${short(after)}`;
}

function report(results) {
  console.log('');
  for (const area of [...Object.keys(AREAS), 'other'])
    line(
      area,
      results.filter(({ mutant }) => mutant.area === area),
    );
  if (values.files !== undefined) {
    const files = new Set(results.map(({ mutant }) => mutant.file));
    for (const file of files)
      line(
        file,
        results.filter(({ mutant }) => mutant.file === file),
      );
  }
  line('all', results);
}

function line(name, results) {
  if (results.length === 0) return;
  const noticed = results.filter(({ how }) => how === 'noticed').length;
  const missed = results.filter(({ how }) => how === 'not reached').length;
  const share = ((100 * noticed) / results.length).toFixed(1);
  console.log(
    `${name}: ${noticed} of ${results.length} noticed, ${share} % (${missed} not reached)`,
  );
}
