// Runs before `npm start` and `npm test`: installs missing dependencies and builds changed sources. It uses only
// built-in modules, so it works in a clone without node_modules. Dependencies are keyed by the lock file and the
// Node.js ABI, the build by the bytes of the sources (modification times mean nothing after a git checkout). --force
// always builds, --install-only does not build, --declarations adds the types of the library, for a package.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BUILD_STAMP, ROOT, buildKey, dependencyKey, isBuilt, stampIs } from './build-key.mjs';
import { keepReachable } from './declarations.mjs';
import { withLock } from './lock.mjs';
import { requireNode } from './node-version.mjs';

const DEPENDENCY_STAMP = join('node_modules', '.faultline-dependencies');
const BUILDER = join('scripts', 'build.mjs');
const COMPILER = join('node_modules', 'typescript', 'bin', 'tsc');
/** It writes the same in a third of the time, but does not exist for every platform. */
const NATIVE_COMPILER = join('node_modules', 'typescript-native', 'bin', 'tsc');
const NATIVE_FOR_PLATFORM = join(
  'node_modules',
  '@typescript',
  `typescript-${process.platform}-${process.arch}`,
);
/** Output of the tools goes to standard error: standard output belongs to the command that follows. */
const STDIO = ['ignore', process.stderr, 'inherit'];

requireNode();
process.chdir(ROOT);
mkdirSync('.cache', { recursive: true });
const force = process.argv.includes('--force');
const installOnly = process.argv.includes('--install-only');
const declarations = process.argv.includes('--declarations');
if (!isReady()) {
  withLock(join('.cache', 'bootstrap.lock'), () => {
    if (!isInstalled()) install();
    if (!installOnly && (force || !isBuilt())) build();
    if (declarations && !isDeclared()) declare();
  });
}

function isReady() {
  if (force || !isInstalled()) return false;
  return installOnly || (isBuilt() && (!declarations || isDeclared()));
}

function isInstalled() {
  return stampIs(DEPENDENCY_STAMP, dependencyKey()) && existsSync(COMPILER);
}

function install() {
  const took = stopwatch();
  say('installing dependencies (first time, or package-lock.json has changed)');
  // npm ci would empty the target of a link, which belongs to another checkout.
  const own = lstatSync('node_modules', { throwIfNoEntry: false });
  if (own?.isSymbolicLink() === true) unlinkSync('node_modules');
  try {
    npm('ci');
  } catch {
    say('npm ci did not succeed; trying npm install');
    npm('install');
  }
  writeFileSync(DEPENDENCY_STAMP, dependencyKey());
  say(`installed dependencies in ${took()} s`);
}

/** Builds beside dist and swaps at the end: a failed build leaves the last good one in place. */
function build() {
  const took = stopwatch();
  const key = buildKey();
  const next = join('.cache', 'dist-next');
  rmSync(next, { recursive: true, force: true });
  orFail(() => node(BUILDER, next));
  const last = join('.cache', 'dist-last');
  rmSync(last, { recursive: true, force: true });
  if (existsSync('dist')) renameSync('dist', last);
  renameSync(next, 'dist');
  rmSync(last, { recursive: true, force: true });
  writeFileSync(BUILD_STAMP, key);
  say(`built in ${took()} s`);
}

/** Writes the types of the library beside it. `npm run check` finds errors of types, which takes twice as long. */
function declare() {
  const compiler = existsSync(NATIVE_FOR_PLATFORM) ? NATIVE_COMPILER : COMPILER;
  orFail(() => node(compiler, '-p', 'tsconfig.json', '--emitDeclarationOnly', '--noCheck'));
  keepReachable('dist', ['index.d.ts', 'node.d.ts']);
}

/** A build replaces all of dist, so they belong to its sources. */
function isDeclared() {
  return existsSync(join('dist', 'index.d.ts'));
}

function orFail(step) {
  try {
    step();
  } catch {
    say('the build failed; see the messages above');
    process.exit(3);
  }
}

function npm(command) {
  const args = [command, '--no-audit', '--no-fund', '--loglevel=error'];
  // npm_execpath is npm's own script, set by npm when it runs this; calling it through node avoids npm.cmd.
  const script = process.env.npm_execpath;
  if (script !== undefined && script.endsWith('.js')) node(script, ...args);
  else execFileSync('npm', args, { stdio: STDIO, shell: process.platform === 'win32' });
}

function node(...args) {
  execFileSync(process.execPath, args, { stdio: STDIO });
}

function stopwatch() {
  const start = process.hrtime.bigint();
  return () => (Number(process.hrtime.bigint() - start) / 1e9).toFixed(1);
}

function say(text) {
  process.stderr.write(`faultline: ${text}\n`);
}
