import { expect } from 'vitest';
import { accountText, pinnedAccount } from '../../scripts/accounts/accounts.mjs';
import { ROOT, type RunFile } from './run-file.js';

/** Expects a run to have the account that is pinned in test/scenarios/accounts (`npm run accounts` writes them). */
export function expectAccount(path: string, ran: RunFile): void {
  expect(accountText(path, ran.result), 'npm run accounts writes it').toBe(
    pinnedAccount(ROOT, path),
  );
}
