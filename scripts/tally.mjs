// tally.mjs RESULTS NAME:CODE… prints `N passed, N failed` from vitest's JSON results and the exit codes of the
// commands that ran. Exit code 1 if anything failed.
import { countsOf } from './counts.mjs';

const [resultsPath, ...commands] = process.argv.slice(2);
const codes = new Map(commands.map((command) => command.split(':')));
const counts = countsOf(resultsPath, Number(codes.get('tests')));
if (!counts.written) process.stdout.write('the tests wrote no results\n');
for (const [name, code] of codes) {
  if (name === 'tests') continue;
  if (code === '0') {
    counts.passed += 1;
  } else {
    counts.failed += 1;
    process.stdout.write(`${name} failed\n`);
  }
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
