// Loaded before the program (--import), in its threads too: makes the N-th file operation fail. Operations that load
// Node.js and the program itself are not counted.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const { code, n, from, thread, log, ignored, operations } = JSON.parse(process.env.FILE_FAULT);
/** The first thread of the program performs the command; the others simulate and trace. */
const isHere = thread === (threadId <= 1 ? 'main' : 'worker');
const append = fs.appendFileSync;
const close = fs.closeSync;
const write = fs.writeSync;
const errno = {
  ENOSPC: -28,
  EIO: -5,
  EROFS: -30,
  EMFILE: -24,
  EDQUOT: -122,
  EACCES: -13,
  ENOMEM: -12,
};
/** Paths of the descriptors that were opened here. */
const paths = new Map();
let count = 0;
/** Operations within others are theirs. */
let depth = 0;

/** The path of an operation that counts, else null. */
function counted(target) {
  if (typeof target === 'number') return paths.get(target) ?? null;
  const path = target instanceof URL ? fileURLToPath(target) : String(target);
  return ignored.some((own) => path === own || path.startsWith(own + sep)) ? null : path;
}

/** The error for this operation; null = it continues. */
function failure(kind, path) {
  if (!isHere || depth > 0 || path === null || !operations.includes(kind)) return null;
  count++;
  if (from ? count < n : count !== n) return null;
  if (count === n) append(log, `${JSON.stringify({ kind, path })}\n`);
  const error = new Error(`${code}: injected, ${kind} '${path}'`);
  return Object.assign(error, { code, errno: errno[code], syscall: kind, path });
}

function kindOf(name, args) {
  if (name !== 'open') return name;
  const flags = args[1] ?? 'r';
  const reads = typeof flags === 'number' ? (flags & 3) === 0 : flags === 'r';
  return reads ? 'open' : 'create';
}

/** Partial effect of an operation that failed: half of the bytes are written, or a descriptor is closed. */
function half(name, args) {
  if (name === 'close') close(args[0]);
  if (name === 'write' && args[1]?.length > 1) write(args[0], args[1], args[2] ?? 0, 1);
}

const NAMES = [
  'open',
  'close',
  'read',
  'write',
  'fsync',
  'fstat',
  'lstat',
  'stat',
  'exists',
  'mkdir',
  'rename',
  'rm',
];
const MORE = [
  'unlink',
  'realpath',
  'readFile',
  'writeFile',
  'appendFile',
  'readdir',
  'copyFile',
  'access',
];

for (const name of [...NAMES, ...MORE]) {
  const sync = fs[`${name}Sync`];
  fs[`${name}Sync`] = Object.assign((...args) => {
    const error = failure(kindOf(name, args), counted(args[0]));
    if (error !== null) {
      half(name, args);
      if (name === 'exists') return false;
      throw error;
    }
    depth++;
    try {
      const result = sync(...args);
      const path = name === 'open' ? counted(args[0]) : null;
      if (path !== null) paths.set(result, path);
      if (name === 'close') paths.delete(args[0]);
      return result;
    } finally {
      depth--;
    }
  }, sync);
  const callback = fs[name];
  fs[name] = Object.assign((...args) => {
    const error = failure(kindOf(name, args), counted(args[0]));
    if (error === null) return callback(...args);
    const done = args.at(-1);
    process.nextTick(() => (name === 'exists' ? done(false) : done(error)));
  }, callback);
  const promised = fs.promises[name];
  if (promised === undefined) continue;
  fs.promises[name] = (...args) => {
    const error = failure(kindOf(name, args), counted(args[0]));
    return error === null ? promised(...args) : Promise.reject(error);
  };
}
syncBuiltinESMExports();
