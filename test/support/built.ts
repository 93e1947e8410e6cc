import type * as Library from '../../src/index.js';

// The built library, for tests that need long runs: V8 compiles one file far better than the separate modules of a
// test runner (docs/speed.md).
export const library = (await import(
  new URL('../../dist/library/index.js', import.meta.url).href
)) as typeof Library;

export const { runHere, runPlan, GuardStop } = library;
