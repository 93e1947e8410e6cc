import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWarm } from './warm/warm.js';
import type { Ended } from './warm/warm.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');

/** A scenario of two variants that runs in a moment; `budgets` are appended as written. */
export function smallScenario(budgets: readonly string[] = []): string {
  const lines = budgets.map((budget) => `  - ${budget}\n`).join('');
  return `faultline: 1
title: Small
run: { duration: 20s, warmup: 2s, seed: 7, replications: 2 }
services:
  shop:
    concurrency: 8
    queue: { capacity: 16 }
    endpoints:
      buy:
        steps:
          - work: exponential(5ms)
          - { call: bank.pay, policy: { timeout: 100ms } }
  bank: { concurrency: 8, endpoints: { pay: [ wait: exponential(10ms) ] } }
workloads:
  people: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ], patience: 1s }
faults:
  - { id: bank-hang, kind: hang, target: bank, at: 8s, for: 4s }
variants:
  - { name: plain, remove: [ "services.shop.endpoints.buy.steps[1].policy" ] }
  - { name: guarded }
${lines === '' ? '' : `budgets:\n${lines}`}`;
}

/**
 * Flag of commands whose tests do not look at causes: the runs that prove these take longer than the others.
 * causes.test.ts looks at them.
 */
export const NO_PROOFS = '--no-explain';

/** A temporary folder for the files of a test. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'faultline-cli-'));

  /** Writes a file and gives its path. */
  put(name: string, text: string): string {
    const path = this.at(name);
    writeFileSync(path, text);
    return path;
  }

  at(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs the built program to its end, with streams that are not terminals. It runs in a process that has run other
 * command lines before, because a short command spends most of its time loading the program. exit-codes.test.ts
 * compares it with separate processes.
 */
export function faultline(args: readonly string[], { cwd, env }: Surroundings = {}): Ended {
  return runWarm(PROGRAM, { args, cwd: cwd ?? ROOT, env: environment(env) });
}

/** Runs the built program in a separate process. */
export function faultlineProcess(
  args: readonly string[],
  options: Surroundings & {
    readonly stdout?: number;
    /** Content of standard input; empty by default. */
    readonly input?: string;
  } = {},
): Ended {
  return spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    encoding: 'utf8',
    ...(options.input === undefined ? {} : { input: options.input }),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.stdout ?? 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
}

function environment(own: NodeJS.ProcessEnv = {}): Record<string, string> {
  const all = { ...process.env, NO_COLOR: '', FORCE_COLOR: undefined, ...own };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

/** Starts the built program. */
export function start(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The escape character, which starts every colour and cursor sequence. */
export const ESCAPE = '\u001b';

/** The commands of the program, in the order of its help. */
export const COMMANDS = [
  'run',
  'compare',
  'check',
  'story',
  'ask',
  'explore',
  'fix',
  'capacity',
  'sensitivity',
  'sweep',
  'export',
  'init',
  'import',
  'calibrate',
  'drift',
  'validate',
  'lint',
  'graph',
  'explain',
  'worker',
  'mcp',
  'completion',
];
