import type { Result } from '../../src/contracts/result/result.js';

/** A scenario whose account is pinned, with the options of its run. */
export interface Pinned {
  readonly path: string;
  readonly replications?: number;
  readonly variants?: readonly string[];
}

/** Every scenario with its options, sorted by path. */
export function pinned(root: string): readonly Pinned[];

/** Options with which the test of a scenario runs it: fewer replications, fewer variants, or none. */
export function lessOf(path: string): Omit<Pinned, 'path'>;

/** The file that has the account of a scenario, from the root of the project. */
export function accountFile(path: string): string;

/** The pinned account of a scenario; empty if it has none. */
export function pinnedAccount(root: string, path: string): string;

/** Paths of all scenarios that have an account, sorted. */
export function accountPaths(root: string): readonly string[];

/** The account of a result as it is pinned. */
export function accountText(
  path: string,
  result: Pick<Result, 'replications' | 'variants'>,
): string;
