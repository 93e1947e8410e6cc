import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** A package registry on this machine, for an `npm install` that needs neither the network nor a cache. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/**
 * Serves the packages of a checkout that its users need: each from its folder in `node_modules`, packed on request.
 * npm resolves, downloads and links them as from the public registry.
 */
export async function serveInstalled(root: string): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-registry-'));
  const folders = new Map<string, Map<string, string>>();
  /** Bytes by folder: both `npm install` and `npm ci` ask for all packages. */
  const packed = new Map<string, Promise<Buffer>>();
  for (const path of productionPackages(root)) {
    const { name, version } = manifestOf(path);
    folders.set(name, (folders.get(name) ?? new Map<string, string>()).set(version, path));
  }
  const server = createServer((request, response) => {
    const [name, version] = decodeURIComponent(request.url!.slice(1)).split('/-/');
    const versions = folders.get(name!);
    const tarball = version === undefined ? undefined : versions?.get(version);
    if (tarball !== undefined) {
      const bytes = packed.get(tarball) ?? pack(tarball, folder);
      packed.set(tarball, bytes);
      void bytes.then((all) => response.end(all));
    } else if (version === undefined && versions !== undefined) {
      response.end(JSON.stringify(packument(name!, versions, `http://${request.headers.host!}`)));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function productionPackages(root: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const used = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return used.map(([path]) => join(root, path));
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
}

function packument(name: string, versions: ReadonlyMap<string, string>, host: string): object {
  const entries = [...versions].map(([version, path]) => {
    const dist = { tarball: `${host}/${name}/-/${version}` };
    return [version, { ...manifestOf(path), dist }];
  });
  const latest = [...versions.keys()].at(-1)!;
  return { name, 'dist-tags': { latest }, versions: Object.fromEntries(entries) as object };
}

/** A tarball as npm's: all files below the folder `package`. */
async function pack(path: string, scratch: string): Promise<Buffer> {
  const folder = mkdtempSync(join(scratch, 'package-'));
  symlinkSync(path, join(folder, 'package'), 'dir');
  const file = join(folder, 'package.tgz');
  await run('tar', ['--exclude', 'node_modules', '-czhf', file, '-C', dirname(file), 'package']);
  return readFileSync(file);
}
