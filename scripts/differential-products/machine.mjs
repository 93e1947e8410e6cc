// The part of this machine that one comparison uses: a folder, free ports, and processes that end with it.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** PostgreSQL refuses to run as root, so a process started by root gets the account `nobody`. */
const ACCOUNT = process.getuid() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

/** Folders of Debian that are not in the path of every user. */
const PLACES = ['/usr/sbin', '/sbin', ...postgresFolders()];

/** The script of the broker comes first: the one in /usr/sbin runs only as root or as its own account. */
const PATH = ['/usr/lib/rabbitmq/bin', process.env.PATH, ...PLACES].join(':');

function idOf(flag) {
  return Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
}

function postgresFolders() {
  const found = spawnSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin'], { encoding: 'utf8' });
  return found.stdout.split('\n').filter((line) => line !== '');
}

/** Whether a command exists here. */
export function has(command) {
  const env = { ...process.env, PATH };
  return spawnSync('sh', ['-c', `command -v ${command}`], { env }).status === 0;
}

/** The output of a command that prints its version, on either stream. */
export function printed(command, ...args) {
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  return `${stdout ?? ''}${stderr ?? ''}`;
}

export function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** A port of the loopback interface that no process uses now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Whether a server accepts connections at a port. */
export function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.on('connect', end(true));
    socket.on('error', end(false));
  });
}

export class Machine {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'faultline-products-'));
    this.own(this.folder);
    this.running = new Set();
  }

  /** Gives a path to the account that the products run as. */
  own(path) {
    if (ACCOUNT.uid !== undefined) chownSync(path, ACCOUNT.uid, ACCOUNT.gid);
  }

  path(name) {
    return join(this.folder, name);
  }

  /** Makes a folder below the folder of the run. */
  makeFolder(name) {
    mkdirSync(this.path(name), { recursive: true });
    chmodSync(this.path(name), 0o700);
    this.own(this.path(name));
    return this.path(name);
  }

  /** Writes a file below the folder of the run. */
  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    this.own(this.path(name));
    return this.path(name);
  }

  options(env) {
    const own = { ...process.env, PATH, HOME: this.folder, LC_ALL: 'C', ...env };
    return { cwd: this.folder, env: own, ...ACCOUNT };
  }

  /** Runs a command to its end, and fails with its output if it fails. */
  run(command, args, { env = {}, input } = {}) {
    const ended = spawnSync(command, args, { ...this.options(env), encoding: 'utf8', input });
    if (ended.status !== 0)
      throw new Error(
        `${command} ${args.join(' ')}: ${ended.error ?? ended.stderr + ended.stdout}`,
      );
    return ended.stdout;
  }

  /** Starts a process and waits until `ready` resolves to true, for 60 s at most. */
  async start(command, args, ready, { env = {} } = {}) {
    const log = this.path(`${command}-${this.running.size}.log`);
    const out = openSync(log, 'a');
    const child = spawn(command, args, {
      ...this.options(env),
      stdio: ['ignore', out, out],
      detached: true,
    });
    this.running.add(child);
    let lost = null;
    child.on('error', (error) => (lost = error));
    child.on('exit', (code) => {
      lost ??= new Error(`${command} ended with ${code}: ${readFileSync(log, 'utf8')}`);
      this.running.delete(child);
    });
    for (let tries = 0; tries < 600; tries++) {
      if (lost !== null) throw lost;
      if (await ready()) return child;
      await sleep(0.1);
    }
    throw new Error(`${command} was not ready after 60 s: ${readFileSync(log, 'utf8')}`);
  }

  /** Ends a process and those that it started: politely, and after 5 s by force. */
  async stop(child, signal = 'SIGTERM') {
    if (!this.running.has(child)) return;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    signalGroup(child, signal);
    const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    // What the process left behind in its group.
    signalGroup(child, 'SIGKILL');
  }

  async close() {
    for (const child of [...this.running].reverse()) await this.stop(child);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
