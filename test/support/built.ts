import type * as Library from '../../src/index.js';
import { build } from '../cli/harness.js';

// What takes long runs in the built library: one file, which V8 compiles far better than modules that a test
// runner has taken apart (docs/speed.md). It is built afresh where a source has changed.
build();
export const library = (await import(
  new URL('../../dist/library/index.js', import.meta.url).href
)) as typeof Library;

export const { runHere, runPlan, GuardStop } = library;
