import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { testsAffectedBy } from './scripts/affected.mjs';
import { ROOT } from './scripts/build-key.mjs';

const SOURCES = join(ROOT, 'src', '/');

// A thread of tests runs hundreds of scenarios, each of them for a moment: by default V8 compiles a fifth of that time,
// most of it code that the next scenario does not use. The threads of tests start after this.
setFlagsFromString('--interrupt-budget=270000');

/** Builds where a source has changed, in about a second. */
function build() {
  const bootstrap = join(ROOT, 'scripts', 'bootstrap.mjs');
  execFileSync(process.execPath, [bootstrap], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/**
 * Tests load what was built from the sources in place of them: a file for each layer, where a test runner would translate
 * 1,600 modules. Node.js loads it as it is, and what one module takes from another is bound to it; a test runner reads a
 * property of an object at each use, which made simulations three times as slow.
 */
const builtSources = {
  name: 'built-sources',
  enforce: 'pre',
  configureServer: build,
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const path = resolve(dirname(importer), source);
    return path.startsWith(SOURCES) ? join(ROOT, 'dist', path.slice(SOURCES.length)) : null;
  },
};

/** With --watch a changed source is built, then the tests that reach it run again. Each run has threads of its own. */
const changedSources = {
  pattern: /\/src\/.*\.ts$/,
  testsToRun(file) {
    try {
      build();
    } catch {
      // The messages are printed; the next change builds again.
      return [];
    }
    return testsAffectedBy(file);
  },
};

/**
 * Starts the files of test/longest.json first, which take longest: no core idles while the other ends one of them.
 * By default, a checkout that has run no tests starts the largest files first.
 */
class LongestFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    const long = JSON.parse(readFileSync(join(ROOT, 'test', 'longest.json'), 'utf8'));
    const first = long.flatMap((path) =>
      sorted.filter((file) => file.moduleId === join(ROOT, path)),
    );
    return [...first, ...sorted.filter((file) => !first.includes(file))];
  }
}

export default defineConfig({
  plugins: [builtSources],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/audited.ts'],
    // Simulations are bound by the processor: a limit meant for idle machines would fail on busy ones.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'threads',
    // What a file leaves behind is undone where it is used: each run makes its thread's state anew. Without it,
    // each file loads the program again: test/patterns took 41 s instead of 26 s.
    isolate: false,
    // What is built runs as it is.
    server: { deps: { external: [/\/dist\//] } },
    watchTriggerPatterns: [changedSources],
    // A checkout is all this machine works on while its tests run. A fifth of their time is spent on waiting, for timers,
    // browsers and other processes, so that one thread more than there are processors keeps all of them busy.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
});
