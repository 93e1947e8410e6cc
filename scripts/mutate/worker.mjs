// A process that holds the program with all mutants and runs tests with one of them switched on.
import { pathToFileURL } from 'node:url';

/** A mutant that is executed this much more often than without it is in an endless loop. */
const RUNAWAY = { factor: 100, least: 200_000 };

let active = 0;
let room = Infinity;
let hits = new Uint32Array(1);
let round = 0;

globalThis.$m = (id) => {
  hits[id]++;
  if (id !== active) return false;
  if (--room < 0) throw new Error('a loop without end');
  return true;
};

const { close, collect, ready, runTest } = await import('./suite.mjs');

process.on('message', (message) => void answer(message));

const TASKS = { load, survey, attempt };

async function answer({ task, ...rest }) {
  process.send(await TASKS[task](rest));
}

/** Loads the sources and what all tests set up. Mutants executed during loading cannot be switched on in time. */
async function load({ places, setup, count }) {
  hits = new Uint32Array(count + 1);
  await import(pathToFileURL(setup).href);
  for (const place of places) await import(pathToFileURL(place).href);
  return { hits: takeHits().map(([id]) => id) };
}

/**
 * Records which mutants each test of a file executes, how often, and how long it takes; `whole` are those executed
 * before any test.
 */
async function survey({ place, count }) {
  active = 0;
  hits = new Uint32Array(count + 1);
  const tests = [];
  const whole = new Set();
  const takeWhole = () => {
    for (const [id] of takeHits()) whole.add(id);
  };
  let file;
  try {
    file = await collect(fresh(place));
  } catch (error) {
    return { error: String(error), tests, whole: [] };
  }
  takeWhole();
  for (const test of file.tests) {
    let isGood = true;
    const start = process.cpuUsage();
    try {
      await ready(test);
      takeWhole();
      await runTest(test);
    } catch {
      isGood = false;
    }
    // CPU time, because wall-clock time depends on the load of the machine.
    const { user, system } = process.cpuUsage(start);
    tests.push({ name: test.name, isGood, ms: (user + system) / 1000, hits: takeHits() });
  }
  await close(file);
  return { tests, whole: [...whole] };
}

function takeHits() {
  const list = [];
  for (let id = 1; id < hits.length; id++) if (hits[id] > 0) list.push([id, hits[id]]);
  hits.fill(0);
  return list;
}

/** The first of these tests that fails with the mutant; null if none does. */
async function attempt({ id, place, tests, passes }) {
  active = id;
  room = Math.max(RUNAWAY.least, passes * RUNAWAY.factor);
  let failed = null;
  let file;
  try {
    file = await collect(fresh(place));
    for (const index of tests) {
      failed = index;
      const test = file.tests[index];
      await ready(test);
      await runTest(test);
      failed = null;
    }
  } catch {
    failed ??= tests[0];
  }
  active = 0;
  try {
    if (file !== undefined) await close(file);
  } catch {
    failed ??= tests[0];
  }
  return { failed, memory: process.memoryUsage().rss };
}

const fresh = (place) => `${pathToFileURL(place).href}?${++round}`;
