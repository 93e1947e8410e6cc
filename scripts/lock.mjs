import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 200;
/** A lock without a readable owner counts as stale after this time. */
const ORPHAN_MS = 10_000;

/**
 * Runs the body while holding the lock directory, so that two commands started at the same time do not install or build
 * over each other. A lock whose owner has ended is taken over.
 */
export function withLock(directory, body) {
  let told = false;
  while (!take(directory)) {
    if (isStale(directory)) {
      rmSync(directory, { recursive: true, force: true });
      continue;
    }
    if (!told)
      process.stderr.write(
        'faultline: waiting for another faultline command to finish its set-up\n',
      );
    told = true;
    pause(POLL_MS);
  }
  try {
    return body();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function take(directory) {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(directory, 'pid'), String(process.pid));
  return true;
}

function isStale(directory) {
  let owner;
  try {
    owner = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  } catch {
    return ageMs(directory) > ORPHAN_MS;
  }
  if (!Number.isInteger(owner) || owner <= 0) return ageMs(directory) > ORPHAN_MS;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
