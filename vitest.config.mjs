import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { ROOT, isBuilt } from './scripts/build-key.mjs';

const SOURCES = join(ROOT, 'src', '/');
let isBuiltUsed = false;

/**
 * Tests load what was built from the sources in place of them. Node.js loads it as it is, and what one module
 * takes from another is bound to it; a test runner reads a property of an object at each use, which made
 * simulations three times as slow.
 */
const builtSources = {
  name: 'built-sources',
  enforce: 'pre',
  configureServer({ config }) {
    // `npm test` builds first. Sources that have changed since, or may while they are watched, are taken as they are.
    isBuiltUsed = config.server.watch === null && isBuilt();
  },
  resolveId(source, importer) {
    if (!isBuiltUsed || importer === undefined || !source.startsWith('.')) return null;
    const path = resolve(dirname(importer), source);
    return path.startsWith(SOURCES) ? join(ROOT, 'dist', path.slice(SOURCES.length)) : null;
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
    // Simulations are bound by the processor: a limit meant for idle machines would fail on busy ones.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'threads',
    // What a file leaves behind is undone where it is used: each run makes its thread's state anew. Without it,
    // each file loads the program again: test/patterns took 41 s instead of 26 s.
    isolate: false,
    // What is built runs as it is.
    server: { deps: { external: [/\/dist\//] } },
    // A checkout is all this machine works on while its tests run: the default leaves one processor idle.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
  },
});
