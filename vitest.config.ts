import { defineConfig } from 'vitest/config';

export default defineConfig({
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
  },
});
