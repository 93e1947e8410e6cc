import { readFileSync } from 'node:fs';

/**
 * How many tests passed and failed by vitest's JSON results and its exit code; 0 passed and 1 failed without results.
 * A file that cannot be loaded fails without a single test.
 */
export function countsOf(path, code) {
  let results;
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, written: false };
  }
  const unloadable = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = results.numFailedTests + unloadable.length;
  // The exit code matters only if the results do not show a failure.
  const unseen = code !== 0 && failed === 0 ? 1 : 0;
  return { passed: results.numPassedTests, failed: failed + unseen, written: true };
}
