// tally.mjs RESULTS NAME:CODE… prints `N passed, N failed` from vitest's JSON results and the exit codes of the
// commands that ran. Exit code 1 if anything failed.
import { readFileSync } from 'node:fs';

const [resultsPath, ...commands] = process.argv.slice(2);
const counts = readCounts(resultsPath);
for (const command of commands) {
  const [name, code] = command.split(':');
  // The exit code of the tests matters only if their results do not show a failure.
  if (name === 'tests') {
    if (code !== '0' && counts.failed === 0) counts.failed += 1;
  } else if (code === '0') {
    counts.passed += 1;
  } else {
    counts.failed += 1;
    process.stdout.write(`${name} failed\n`);
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

function readCounts(path) {
  let results;
  try {
    results = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    process.stdout.write('the tests wrote no results\n');
    return { passed: 0, failed: 1 };
  }
  // A file that cannot be loaded fails without a single test.
  const unloadable = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloadable.length,
  };
}
