// Replaces the test runner: collects the tests of one file and runs the requested ones repeatedly in one process.
// Supports only what the tests next to the model use.
import { expect, vi } from 'vitest';

export { expect, vi };

let suite = null;

export function describe(_name, define) {
  const outer = suite;
  suite = { outer, before: [], after: [], beforeEach: [], afterEach: [], isReady: false };
  outer.file.suites.push(suite);
  suite.file = outer.file;
  define();
  suite = outer;
}

export function it(name, run) {
  if (run !== undefined) suite.file.tests.push({ name, run, suite });
}

it.each = each(it);
describe.each = each(describe);
it.skip = describe.skip = () => {};
it.skipIf = (isSkipped) => (isSkipped ? it.skip : it);
it.runIf = (isRun) => (isRun ? it : it.skip);
export const test = Object.assign((name, run) => it(name, run), it);

function each(take) {
  return (rows) => (name, run) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      take(`${name} ${shortOf(values)}`, () => run(...values));
    }
  };
}

function shortOf(values) {
  try {
    return JSON.stringify(values).slice(0, 80);
  } catch {
    return '';
  }
}

export const beforeAll = (run) => void suite.before.push(run);
export const afterAll = (run) => void suite.after.push(run);
export const beforeEach = (run) => void suite.beforeEach.push(run);
export const afterEach = (run) => void suite.afterEach.push(run);

/** Loads a test file again, including everything that it computes while it is loaded. */
export async function collect(url) {
  const file = { tests: [], suites: [] };
  suite = {
    outer: null,
    before: [],
    after: [],
    beforeEach: [],
    afterEach: [],
    isReady: false,
    file,
  };
  file.suites.push(suite);
  await import(url);
  return file;
}

/** Runs the beforeAll hooks of a suite before its first test; once for each suite. */
export async function ready({ suite: own }) {
  for (const one of chainOf(own)) {
    if (one.isReady) continue;
    one.isReady = true;
    for (const run of one.before) await run();
  }
}

export async function runTest({ run, suite: own }) {
  const chain = chainOf(own);
  for (const { beforeEach: runs } of chain) for (const before of runs) await before();
  try {
    await run();
  } finally {
    for (const { afterEach: runs } of chain.reverse()) for (const after of runs) await after();
  }
}

export async function close({ suites }) {
  for (const { isReady, after } of suites) if (isReady) for (const run of after) await run();
}

function chainOf(own) {
  const chain = [];
  for (let one = own; one !== null; one = one.outer) chain.unshift(one);
  return chain;
}
