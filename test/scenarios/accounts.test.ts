import { expect, it } from 'vitest';
import { accountPaths, pinned } from '../../scripts/accounts/accounts.mjs';
import { expectAccount } from './accounts.js';
import { ROOT, runFile } from './run-file.js';

it('has one account for every scenario that is pinned', () => {
  expect(accountPaths(ROOT)).toEqual(pinned(ROOT).map(({ path }) => path));
});

// No other test runs these.
it.each(['scenarios/first.yaml', 'scenarios/release-gate.yaml'])('%s has its account', (path) => {
  expectAccount(path, runFile(path));
});
